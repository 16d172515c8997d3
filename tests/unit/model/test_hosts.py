"""Hosts, ports and socket paths."""

from collections.abc import Callable

import pytest

from aqueduct.model.hosts import abstract_name, check_name, parse_ip, parse_port, socket_path


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
        ("[::1]", "::1"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("::ffff:10.0.0.1", "::ffff:a00:1"),
    ],
)
def test_ip_addresses(text: str, address: str) -> None:
    assert str(parse_ip(text)) == address


@pytest.mark.parametrize(
    "text", ["", "name", "1.2.3", "1.2.3.256", "01.2.3.4", "[1.2.3.4]", "[::1", "::1%eth0", ":::"]
)
def test_what_is_no_ip_address(text: str) -> None:
    assert parse_ip(text) is None


@pytest.mark.parametrize(
    "name",
    [
        "a",
        "localhost",
        "my_app-1.example.com",
        "example.com.",
        "1a",
        "_sip._tcp.x",
        "0xa.example.com",
        "0x7g",
    ],
)
def test_host_names(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("", "no host"),
        ("a b", "no host"),
        ("a/b", "no host"),
        ("-a", "no host"),
        ("a-", "no host"),
        ("a..b", "no host"),
        (".", "no IPv4 address"),
        ("é", "no host"),
        ("$a", "no host"),
        ("ipv4@a", "no host"),
        ("a" * 254, "no host"),
        ("1.2.3", "no IPv4 address"),
        ("0x7f000001", "no IPv4 address"),
        ("0X7f.1", "no IPv4 address"),
        ("2130706433", "no IPv4 address"),
        ("1.2.3.256", "no IPv4 address"),
        ("a:b", "no IPv6 address"),
        ("[a]", "no IPv6 address"),
    ],
)
def test_what_is_no_host_name(name: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        check_name(name)


@pytest.mark.parametrize(("text", "port"), [("1", 1), ("080", 80), ("65535", 65535)])
def test_ports(text: str, port: int) -> None:
    assert parse_port(text) == port


@pytest.mark.parametrize("text", ["", "0", "65536", "-1", "+1", "a", "1 ", "\u0661", "1" * 99])
def test_what_is_no_port(text: str) -> None:
    with pytest.raises(ValueError, match="no port"):
        parse_port(text)


def test_a_socket_path_has_one_spelling() -> None:
    assert socket_path("/run//a/././/b.sock") == "/run/a/b.sock"
    assert socket_path("//./a") == "/a"
    assert socket_path("/a/..b") == "/a/..b"
    assert socket_path("/a/.b") == "/a/.b"


@pytest.mark.parametrize(
    ("parse", "text", "told"),
    [
        (socket_path, "run/a", "must begin with /"),
        (socket_path, "/" + "a" * 97, "HAProxy takes 97 bytes"),
        (socket_path, "/" + "é" * 49, "HAProxy takes 97 bytes"),
        (socket_path, "/a/../b", "must not hold .."),
        (socket_path, "/$HOME", "must not hold"),
        (socket_path, "/a\nb", "must not hold"),
        (abstract_name, "", "must be followed by a name"),
        (abstract_name, "a" * 108, "HAProxy takes 107 bytes"),
        (abstract_name, "$HOME", "must not hold"),
    ],
)
def test_what_is_no_socket(parse: Callable[[str], str], text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        parse(text)


def test_an_abstract_name_is_taken_as_it_is() -> None:
    assert abstract_name("a//b c") == "a//b c"
