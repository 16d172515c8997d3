"""The socket that HAProxy logs to, with lines sent by hand."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from aqueduct.haproxy.state_log import HOST, StateLog
from aqueduct.ports.states import Doubt, Told


@pytest.fixture
def workers() -> set[int]:
    """Return the processes that are workers of ours, and live."""
    return {1, 2, 7}


@pytest.fixture
def log(tmp_path: Path, workers: set[int]) -> Iterator[StateLog]:
    made = StateLog(tmp_path)
    made.know_by(workers.__contains__)
    yield made
    made.close()


class Worker:
    """What sends lines as a worker does."""

    def __init__(self, log: StateLog, pid: int = 7) -> None:
        self._log = log
        self._pid = pid

    def say(self, *servers: str) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for server in servers:
                text = (
                    f"<185>1 2026-11-25T18:49:55+00:00 - haproxy {self._pid} - - Server web/{server} is DOWN."
                )
                sender.sendto(text.encode(), (HOST, self._log.port or 0))


def told_to(log: StateLog) -> list[Told]:
    told: list[Told] = []
    log.on_told(told.extend)
    return told


def test_the_port_stays_the_same(tmp_path: Path) -> None:
    first = StateLog(tmp_path)
    first.close()
    second = StateLog(tmp_path)
    second.close()
    assert second.port == first.port is not None


@pytest.mark.parametrize("damage", [b"", b"0", b"70000", b"x", b"\xff\xfe"])
def test_a_damaged_note_of_it_is_replaced(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "log-port").write_bytes(damage)
    log = StateLog(tmp_path)
    log.close()
    assert (tmp_path / "log-port").read_text() == f"{log.port}\n"


def test_another_port_where_it_is_taken(tmp_path: Path, log: StateLog) -> None:
    second = StateLog(tmp_path)
    second.close()
    assert second.port not in {None, log.port}
    assert (tmp_path / "log-port").read_text() == f"{second.port}\n"


async def test_lines_are_told_at_once_and_in_order(log: StateLog) -> None:
    told, more = told_to(log), asyncio.Event()
    log.on_told(lambda _: more.set())
    log.begin()
    log.begin()
    names = [f"s{number}" for number in range(400)]
    Worker(log).say(*names)
    while len(told) < len(names):
        more.clear()
        await more.wait()
    assert [line.server for line in told] == names


def test_workers_that_serve_no_more_are_not_heard(log: StateLog) -> None:
    told, doubts = told_to(log), list[Doubt]()
    log.on_doubt(doubts.append)
    old, new = Worker(log, 1), Worker(log, 2)
    old.say("a")
    new.say("b")
    log.serves(2, Doubt.LOADED)
    old.say("c")
    new.say("d")
    log.read_all()
    assert [line.server for line in told] == ["a", "b", "d"]
    log.serves(1, Doubt.LOADED)  # process ids are used again
    old.say("e")
    new.say("f")
    log.read_all()
    assert [line.server for line in told] == ["a", "b", "d", "e"]
    assert doubts == [Doubt.LOADED, Doubt.LOADED]


def test_what_others_say_is_not_told(log: StateLog) -> None:
    told = told_to(log)
    Worker(log, 666).say("forged")
    Worker(log, 0).say("forged")
    Worker(log, 2**70).say("forged")
    Worker(log, 7).say("a")
    log.serves(7, Doubt.LOADED)
    Worker(log, 666).say("forged")
    log.serves(7, Doubt.LOADED)
    assert [line.server for line in told] == ["a"]


def test_what_a_worker_says_before_it_is_known_is_told_in_its_order_once_it_is(
    log: StateLog, workers: set[int]
) -> None:
    told = told_to(log)
    first, second = Worker(log, 31), Worker(log, 32)
    first.say("a")
    second.say("b", "c")
    Worker(log, 666).say("forged")
    log.read_all()
    assert told == []
    workers.add(32)
    second.say("d")
    log.read_all()
    assert [line.server for line in told] == ["b", "c", "d"]
    first.say("e")
    log.serves(31, Doubt.ADOPTED)  # it has ended already, for all that the kernel knows
    first.say("f")
    log.read_all()
    assert [line.server for line in told] == ["b", "c", "d", "a", "e", "f"]


def test_the_newest_of_very_much_are_held(log: StateLog) -> None:
    told = told_to(log)
    unknown = Worker(log, 31)
    for number in range(26):
        unknown.say(*(f"s{number}-{each}" for each in range(400)))
        log.read_all()
    log.serves(31, Doubt.LOADED)
    assert len(told) == 10_000
    assert told[-1].server == "s25-399"


def test_what_there_was_no_room_for_is_noticed(log: StateLog) -> None:
    told, doubts = told_to(log), list[Doubt]()
    log.on_doubt(doubts.append)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for _ in range(4_000):
            sender.sendto(bytes(60_000), (HOST, log.port or 0))
    log.read_all()
    assert (told, doubts) == ([], [Doubt.LOST])


def test_one_that_is_closed_tells_nothing(log: StateLog) -> None:
    told = told_to(log)
    log.close()
    Worker(log).say("a")
    log.read_all()
    assert told == []
