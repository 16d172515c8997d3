"""Values of options."""

from pathlib import Path

import click
import pytest

from aqueduct.cli.values import default_data_dir, dns_servers, duration, host
from aqueduct.settings import DnsServer


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


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("30", 30), ("30s", 30), ("500ms", 0.5), ("1.5m", 90), ("2h", 7_200), ("1d", 86_400), ("0", 0)],
)
def test_times(given: str, seconds: float) -> None:
    assert duration(0, 86_400)(given) == seconds


@pytest.mark.parametrize("given", ["", "s", "-1", "1 s", "1e3", "1us", "2d", "\u0663s", "9" * 20])
def test_no_times(given: str) -> None:
    with pytest.raises(click.BadParameter):
        duration(0, 86_400)(given)


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("10.0.0.2", [("10.0.0.2", 53)]),
        ("10.0.0.2:5353, ::1", [("10.0.0.2", 5353), ("::1", 53)]),
        ("[2001:db8::1]", [("2001:db8::1", 53)]),
        ("[2001:db8::1]:54", [("2001:db8::1", 54)]),
    ],
)
def test_name_servers(given: str, taken: list[tuple[str, int]]) -> None:
    assert dns_servers(given) == tuple(DnsServer(*each) for each in taken)


@pytest.mark.parametrize("given", ["", "ns", "10.0.0.2:", "10.0.0.2:x", "10.0.0.2:0", "::1:x", "10.0.0.2,"])
def test_no_name_servers(given: str) -> None:
    with pytest.raises(click.BadParameter):
        dns_servers(given)
