"""Trying addresses while no HAProxy runs: whatever listens is another program's."""

import errno
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from aqueduct.haproxy import binding
from aqueduct.haproxy.binding import try_bind
from aqueduct.model.bind import Address, Family, parse_bind


@pytest.fixture
def port() -> Iterator[int]:
    """Return a port that another program listens on, on 127.0.0.1."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def tried(bind: str) -> str | None:
    return next(iter(try_bind(parse_bind(bind).addresses, frozenset).values()), None)


@pytest.mark.parametrize("bind", ["127.0.0.1:{}", "*:{}", ":::{}", "localhost:{}"])
def test_in_use(port: int, bind: str) -> None:
    reason = tried(bind.format(port))
    assert reason is not None
    assert reason.startswith("address ")
    assert reason.endswith(f":{port} is in use by another program")


@pytest.mark.parametrize("bind", ["127.0.0.2:{}", "[::1]:{}"])
def test_another_address_of_the_port(port: int, bind: str) -> None:
    assert tried(bind.format(port)) is None


def test_a_range_names_its_port(port: int) -> None:
    reason = tried(f"127.0.0.1:{port}-{port + 1}")
    assert reason == f"address 127.0.0.1:{port} is in use by another program"


def test_one_who_would_share() -> None:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        assert tried(f"127.0.0.1:{listener.getsockname()[1]}")


def test_one_who_has_bound_but_does_not_listen_and_does_not_share() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        assert tried(f"127.0.0.1:{other.getsockname()[1]}")


def test_a_connection_that_has_just_ended_is_no_obstacle() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
        with socket.create_connection(address) as client:
            listener.accept()[0].close()  # the side that closes first waits in TIME-WAIT
            client.recv(1)
    assert tried(f"127.0.0.1:{address[1]}") is None


@pytest.mark.parametrize("bind", ["192.0.2.1:8080", "[2001:db8::1]:8080"])
def test_an_address_of_another_machine(bind: str) -> None:
    reason = tried(bind)
    assert reason is not None
    assert reason.endswith("is not an address of this machine")


def test_a_name_that_does_not_resolve_is_left_to_haproxy() -> None:
    assert tried("nowhere.invalid:8080") is None


def test_what_only_haproxy_understands_is_left_to_it() -> None:
    assert try_bind([Address(Family.OTHER, "fd@3")], frozenset) == {}


def test_a_port_without_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    # Tests may run as root, who is refused nothing.
    monkeypatch.setattr(binding, "_bind", lambda *_, **__: errno.EACCES)
    reason = tried("127.0.0.1:1")
    assert reason is not None
    assert reason.startswith("permission denied for port 1: ports below ")
    assert tried("127.0.0.1:65000") == "address 127.0.0.1:65000: Permission denied"


def test_unix_sockets(tmp_path: Path) -> None:
    path = tmp_path / "s"
    assert tried(f"unix@{path}") is None
    assert tried(f"unix@{tmp_path}/none/s") == f"there is no directory {tmp_path}/none"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        assert tried(f"unix@{path}") is None, "nobody listens"
        listener.listen()
        assert tried(f"unix@{path}") == f"unix@{path} is in use by another program"
    assert tried(f"unix@{path}") is None, "left behind"


def test_a_unix_socket_that_takes_no_streams(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "s"))
        assert tried(f"unix@{tmp_path}/s") == f"unix@{tmp_path}/s is in use by another program"


def test_a_path_too_long_is_left_to_haproxy(tmp_path: Path) -> None:
    assert try_bind([Address(Family.UNIX, f"{tmp_path}/{'s' * 120}")], frozenset) == {}


def test_a_machine_without_ipv6(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binding, "_bind", lambda *_, **__: errno.EAFNOSUPPORT)
    assert tried("[::1]:8080") == "this machine has no IPv6"


def test_a_file_is_not_overwritten_by_a_socket(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("precious")
    assert tried(f"unix@{tmp_path}/file") == f"{tmp_path}/file exists and is no socket"


def test_abstract_sockets() -> None:
    name = f"aqueduct-test-{os.getpid()}"
    assert tried(f"abns@{name}") is None
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind((b"\0" + name.encode()).ljust(108, b"\0"))
        listener.listen()
        assert tried(f"abns@{name}") == f"abns@{name} is in use by another program"
