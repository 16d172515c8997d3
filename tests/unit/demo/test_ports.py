"""Ports that are free, and nobody else's."""

import socket

import pytest

from aqueduct.demo import ports


@pytest.fixture(autouse=True)
def drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "_drawing", ports._Drawing())
    monkeypatch.setattr(ports, "_ALL", range(32_100, 32_110))
    ports.share(0, 1)


def test_no_port_is_handed_out_again_before_all_others() -> None:
    assert sorted(ports.free_port() for _ in range(10)) == list(range(32_100, 32_110))
    assert ports.free_port() in range(32_100, 32_110)


def test_a_port_that_is_taken_is_passed_over() -> None:
    with socket.create_server(("127.0.0.1", 32_103)):
        assert 32_103 not in {ports.free_port() for _ in range(9)}


def test_no_port_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "_ALL", range(32_103, 32_104))
    ports.share(0, 1)
    with socket.create_server(("127.0.0.1", 32_103)), pytest.raises(OSError, match="no free port"):
        ports.free_port()


def test_shares_have_no_port_in_common() -> None:
    shares = []
    for number in range(3):
        ports.share(number, 3)
        shares.append({ports.free_port() for _ in range(3)})
    assert len(set.union(*shares)) == 9
