"""What can change while Aqueduct runs."""

from dataclasses import replace
from pathlib import Path

from aqueduct.settings import (
    DiscoverySettings,
    ProxySettings,
    Retention,
    Settings,
    TemplateSettings,
    Timeouts,
    changed_to,
)

NOW = Settings(Path("/data"))


def test_what_changes_at_once() -> None:
    wanted = replace(
        NOW,
        debug=True,
        verify_interval=1.0,
        history=Retention(2),
        templates=TemplateSettings(file=Path("/a.j2")),
        proxy=ProxySettings(hard_stop_after=5),
        restore=Path("/backup"),
    )
    assert changed_to(NOW, wanted) == (wanted, [])


def test_what_takes_a_restart_stays_and_is_named() -> None:
    wanted = replace(
        NOW,
        data_dir=Path("/elsewhere"),
        grpc_port=1,
        proxy=ProxySettings(hard_stop_after=5, stats_page=":1", timeouts=Timeouts(connect=1)),
        discovery=DiscoverySettings(sources=("dns",)),
    )
    changed, left = changed_to(NOW, wanted)
    assert changed == replace(NOW, proxy=ProxySettings(hard_stop_after=5))
    assert left == [
        "data_dir",
        "discovery.sources",
        "grpc_port",
        "proxy.stats_page",
        "proxy.timeouts.connect",
    ]
