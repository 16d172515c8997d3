"""Sources by their names in the settings."""

from pathlib import Path

import pytest

from aqueduct.discovery.configured import configured
from aqueduct.discovery.registry import Registry
from aqueduct.errors import ConfigurationError
from aqueduct.settings import DiscoverySettings, DnsServer
from aqueduct.store.registrations import LmdbRegistrations

from .doubles import ManualClock


@pytest.fixture
async def registry(tmp_path: Path) -> Registry:
    store = await LmdbRegistrations.open(tmp_path)
    registry = Registry(store, ManualClock(), 30)
    await store.close()
    return registry


async def test_sources_come_in_the_order_of_the_settings(registry: Registry) -> None:
    settings = DiscoverySettings(
        sources=("file", "registry", "dns", "thalassa"),
        dns_name="{name}.test",
        dns_servers=(DnsServer("127.0.0.1"),),
        file=Path("members.yaml"),
    )
    sources = configured(settings, registry, ManualClock())
    assert [source.name for source in sources] == ["file", "registry", "dns", "thalassa"]
    assert sources[1] is registry


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (DiscoverySettings(sources=("dns",)), "the source dns needs a name"),
        (DiscoverySettings(sources=("file",)), "the source file needs a path"),
        (DiscoverySettings(sources=("consul",)), "'consul' is no source"),
        (DiscoverySettings(sources=("dns",), dns_name="web"), "'web': must hold {name}"),
    ],
)
async def test_what_is_missing_or_wrong_is_told(
    registry: Registry, settings: DiscoverySettings, words: str
) -> None:
    with pytest.raises(ConfigurationError, match=words):
        configured(settings, registry, ManualClock())
