"""Who listens where."""

import pytest

from aqueduct.model.bind import parse_bind
from aqueduct.model.listeners import Listeners, Socket, sockets
from aqueduct.v1.frontend_pb2 import Frontend


def socket(text: str, *scope: str) -> Socket:
    return Socket(parse_bind(text).addresses[0], scope)


def test_a_frontend_listens_where_its_bind_line_and_raw_bind_lines_say() -> None:
    natives = [
        "bind  127.0.0.1:81 name 'x'",
        "acl bind path /",
        "http-request deny",
        "bind",
        "bind 'a\\nb",
        "bind $X:1",
        "\\x62in'd'\t*:82",
    ]
    frontend = Frontend(bind="*:80,/run/a", natives=natives)
    assert list(sockets(frontend)) == [
        socket("*:80"),
        socket("/run/a"),
        socket("127.0.0.1:81"),
        socket("*:82"),
    ]


def test_an_interface_makes_another_socket_of_an_address() -> None:
    frontend = Frontend(bind="*:80 name interface interface eth0 namespace blue")
    assert list(sockets(frontend)) == [
        socket("*:80", "interface interface", "interface eth0", "namespace blue")
    ]


@pytest.mark.parametrize(
    ("held", "asked", "found"),
    [
        ("*:80", "*:80", True),
        ("*:80", "*:81", False),
        ("*:80-90", "*:85", True),
        ("*:80-90", "*:91", False),
        ("*:85", "*:80-90", True),
        ("*:80-90", "*:90-99", True),
        ("*:80-90", "[::]:80-90", False),
        ("fd@3", "fd@3", True),
        ("localhost:80", "127.0.0.1:80", True),
        ("[::1]:80", "localhost:80", True),
        ("localhost:80-90", "[::1]:85", True),
        ("localhost:80", "localhost:81", False),
    ],
)
def test_the_holder_of_a_socket_is_found(held: str, asked: str, found: bool) -> None:
    listeners = Listeners()
    listeners.add(socket(held), "web")
    assert listeners.holder(socket(asked)) == ("web" if found else None)


def test_scopes_keep_sockets_apart() -> None:
    listeners = Listeners()
    listeners.add(socket("*:80", "interface eth0"), "web")
    assert listeners.holder(socket("*:80", "interface eth1")) is None


def test_who_has_a_socket_keeps_it() -> None:
    listeners = Listeners()
    listeners.add(socket("*:80"), "first")
    listeners.add(socket("*:80"), "second")
    assert listeners.holder(socket("*:80")) == "first"
