"""Bind lines: addresses, then parameters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aqueduct.model.bind import Address, Family, overlap, parse_bind
from aqueduct.model.words import quote

ANY4 = Address(Family.IPV4, "0.0.0.0", 80, 80)
ANY6 = Address(Family.IPV6, "::", 80, 80)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("*:80", ANY4),
        (":80", ANY4),
        ("0.0.0.0:80", ANY4),
        ("ipv4@:80", ANY4),
        ("tcp4@*:80", ANY4),
        ("tcp@:80", ANY4),
        ("ip@0.0.0.0:80", ANY4),
        (":::80", ANY6),
        ("[::]:80", ANY6),
        ("ipv6@:80", ANY6),
        ("tcp6@0::0:80", ANY6),
        ("::1:80", Address(Family.IPV6, "::1", 80, 80)),
        ("[::1]:80", Address(Family.IPV6, "::1", 80, 80)),
        ("*:8000-8010", Address(Family.IPV4, "0.0.0.0", 8000, 8010)),
        ("Example.com:80", Address(Family.NAME, "example.com", 80, 80)),
        ("ipv6@Example.com.:80", Address(Family.NAME, "example.com", 80, 80)),
        ("LocalHost.:80", Address(Family.NAME, "localhost", 80, 80)),
        ("ipv4@localhost:80", Address(Family.IPV4, "127.0.0.1", 80, 80)),
        ("ipv6@localhost:80", Address(Family.IPV6, "::1", 80, 80)),
        ("[::ffff:127.0.0.1]:80", Address(Family.IPV4, "127.0.0.1", 80, 80)),
        ("/run//a.sock", Address(Family.UNIX, "/run/a.sock")),
        ("unix@/run/a.sock", Address(Family.UNIX, "/run/a.sock")),
        ("uxst@/run/a.sock", Address(Family.UNIX, "/run/a.sock")),
        ("stream+/run/a.sock", Address(Family.UNIX, "/run/a.sock")),
        ("abns@a:80", Address(Family.ABSTRACT, "a:80")),
        ("fd@3", Address(Family.OTHER, "fd@3")),
        ("quic4@:443", Address(Family.OTHER, "quic4@:443")),
        ("sockpair@5", Address(Family.OTHER, "sockpair@5")),
        ("stream+ipv4@:80", ANY4),
        ("stream+ipv6@:80", ANY6),
        ("stream+*:80", ANY4),
        ("dgram+ipv4@:80", Address(Family.OTHER, "dgram+ipv4@:80")),
    ],
)
def test_equal_sockets_are_equal_addresses(text: str, address: Address) -> None:
    assert parse_bind(text).addresses == (address,)


def test_parameters_are_words() -> None:
    bind = parse_bind("*:443,[::]:443  ssl crt 'my site.pem' alpn \"h2,http/1.1\" # both")
    assert len(bind.addresses) == 2
    assert bind.words == ("*:443,[::]:443", "ssl", "crt", "my site.pem", "alpn", "h2,http/1.1")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "must begin with an address"),
        ("# *:80", "must begin with an address"),
        ("''", "an address is empty"),
        ("*:80, *:81", "commas"),
        ("*:80,,*:81", "commas"),
        ("*", "has no port"),
        ("localhost", "has no port"),
        ("*:", "no port"),
        ("*:0", "no port"),
        ("*:65536", "no port"),
        ("*:80-", "no port"),
        ("*:90-80", "from the lower to the higher"),
        ("::1", "no IPv6 address"),
        ("1.2.3.400:80", "no IPv4 address"),
        ("0x7f.1:80", "no IPv4 address"),
        ("0177.0.0.1:80", "no IPv4 address"),
        (",".join(f"*:{port}" for port in range(1, 66)), "at most 64 addresses"),
        ("*:1-1000,*:2000", "at most 1000 ports in all: there are 1001"),
        ("stream+", "an address is empty"),
        ("/run/a/../b", "must not hold \\.\\."),
        ("ipv4@[::1]:80", "must be an ipv4 address"),
        ("ipv6@127.0.0.1:80", "must be an ipv6 address"),
        ("unix@run/a", "must begin with /"),
        ("$ADDRESS:80", "must not hold \\$ in an address"),
        ("*:80 name 'a", "unbalanced quote"),
        ("*:80 name a\\nb", "control characters"),
        ("*:80\\nbind", "control characters"),
    ],
)
def test_what_is_wrong_is_told(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        parse_bind(text)


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("*:80", "0.0.0.0:80"),
        ("::1:80-90", "[::1]:80-90"),
        ("a:80", "a:80"),
        ("/run/a", "unix@/run/a"),
        ("abns@a", "abns@a"),
        ("fd@3", "fd@3"),
    ],
)
def test_addresses_are_told_to_people(text: str, spelled: str) -> None:
    assert str(parse_bind(text).addresses[0]) == spelled


@pytest.mark.parametrize(
    ("one", "other", "common"),
    [
        ("*:80", "0.0.0.0:80", True),
        ("*:80", "*:81", False),
        ("*:80-90", "*:90-95", True),
        ("*:80-90", "*:91-95", False),
        ("*:80", ":::80", False),
        ("*:80", "127.0.0.1:80", False),
        ("/a", "unix@/a", True),
        ("localhost:80", "127.0.0.1:80", True),
        ("localhost:80", "[::1]:80", True),
        ("localhost:80", "ipv4@localhost:80", True),
        ("localhost:80", "127.0.0.1:81", False),
        ("localhost:80", "*:80", False),
        ("[::ffff:127.0.0.1]:80", "127.0.0.1:80", True),
        ("/a", "/b", False),
    ],
)
def test_addresses_have_sockets_in_common(one: str, other: str, common: bool) -> None:
    first, second = (parse_bind(text).addresses[0] for text in (one, other))
    assert overlap(first, second) is overlap(second, first) is common


@given(st.text())
def test_whatever_passes_is_one_line_of_the_same_words(text: str) -> None:
    try:
        bind = parse_bind(text)
    except ValueError:
        return
    line = " ".join(map(quote, bind.words))
    assert line.splitlines() == [line]
    assert parse_bind(line) == bind


@given(st.ip_addresses().filter(lambda ip: getattr(ip, "ipv4_mapped", None) is None), st.integers(1, 65535))
def test_an_ip_address_is_what_it_says(address: object, port: int) -> None:
    host = f"[{address}]" if ":" in str(address) else str(address)
    (parsed,) = parse_bind(f"{host}:{port}").addresses
    assert (parsed.host, parsed.first_port, parsed.last_port) == (str(address), port, port)
