"""Values of options."""

from pathlib import Path

import click
import pytest

from aqueduct.cli.values import default_data_dir, host


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
        ("[::1]", "::1"),
        ("0:0:0:0:0:0:0:1", "::1"),
        ("localhost", "localhost"),
        ("proxy-1.example.com", "proxy-1.example.com"),
    ],
)
def test_hosts(given: str, taken: str) -> None:
    assert host(given) == taken


@pytest.mark.parametrize(
    "given", ["", " ", "a b", "[localhost]", "-a", "a..b", "unix:/x", "ä", "a\n", "999.1.1.1", "127", "."]
)
def test_no_hosts(given: str) -> None:
    with pytest.raises(click.BadParameter):
        host(given)


@pytest.mark.parametrize(
    ("environ", "uid", "expected"),
    [
        ({"HOME": "/home/a"}, 1000, "/home/a/.local/state/aqueduct"),
        ({"HOME": "/home/a", "XDG_STATE_HOME": "/state"}, 1000, "/state/aqueduct"),
        ({"HOME": "/home/a", "XDG_STATE_HOME": "relative"}, 1000, "/home/a/.local/state/aqueduct"),
        ({"HOME": "/home/a", "XDG_STATE_HOME": ""}, 1000, "/home/a/.local/state/aqueduct"),
        ({"HOME": "/root", "XDG_STATE_HOME": "/state"}, 0, "/var/lib/aqueduct"),
    ],
)
def test_where_state_is_kept_by_default(environ: dict[str, str], uid: int, expected: str) -> None:
    assert default_data_dir(environ, uid) == Path(expected)
