"""A stream that is taken up again: what ends the command, what is told, and how long it pauses."""

from collections.abc import Iterator
from threading import Event
from typing import Any

import grpc
import pytest
from google.rpc.error_details_pb2 import ErrorInfo

from aqueduct.cli.client.resuming import resumed
from aqueduct.cli.commands.options import Server
from aqueduct.cli.failures import Failed

from .test_refusals import _Error, _status

CODE = grpc.StatusCode
LOST = _Error(CODE.UNAVAILABLE, "Socket closed")
REFUSED = _Error(CODE.UNAVAILABLE, "failed to connect to all addresses: Connection refused")
SLOW = _status(CODE.RESOURCE_EXHAUSTED, "too slow", ErrorInfo(reason="SLOW_WATCHER"))
COMPACTED = _status(CODE.OUT_OF_RANGE, "it is compacted", ErrorInfo(reason="COMPACTED"))
ENDS = _status(CODE.UNAVAILABLE, "Aqueduct is shutting down", ErrorInfo(reason="SHUTTING_DOWN"))
WRONG = _status(CODE.INVALID_ARGUMENT, "no", ErrorInfo(reason="INVALID_FIELD"))


class Call:
    """A stream that says what it is told to, then fails, or says nothing until it is cancelled."""

    def __init__(self, *responses: int, end: _Error | None = None, is_silent: bool = False) -> None:
        self._responses = responses
        self._end = end
        self._is_silent = is_silent
        self.cancelled = Event()

    def __iter__(self) -> Iterator[int]:
        if self._is_silent:
            self.cancelled.wait()
            raise _Error(CODE.CANCELLED, "Locally cancelled by application!")
        yield from self._responses
        if self._end is not None:
            raise self._end

    def cancel(self) -> bool:
        self.cancelled.set()
        return True


class Client:
    """Takes what the calls say."""

    def __init__(self, *calls: Call, timeout: float = 60.0, **options: Any) -> None:
        self.calls = calls
        self.pauses: list[float] = []
        self.forgot = 0
        self.took: list[int] = []
        begun = iter(calls)
        self.stream = resumed(
            lambda: next(begun), Server("x:1", timeout), anew=self._anew, pause=self.pauses.append, **options
        )

    def _anew(self) -> None:
        self.forgot += 1

    def take(self, count: int) -> list[int]:
        return [next(self.stream) for _ in range(count)]


def test_it_goes_on_where_the_server_was_away(capfd: pytest.CaptureFixture[str]) -> None:
    refused = [Call(end=REFUSED) for _ in range(6)]
    client = Client(Call(1, 2, end=LOST), *refused, Call(3, end=ENDS), Call(4))
    assert client.take(4) == [1, 2, 3, 4]
    assert client.pauses == [0.25, 0.5, 1, 2, 2, 2, 2, 0.25]
    assert capfd.readouterr().err.splitlines() == [
        "x:1 was lost: Socket closed: trying again",
        "x:1 is back",
        "Aqueduct is shutting down: trying again",
        "x:1 is back",
    ]
    client.stream.close()
    assert all(call.cancelled.is_set() for call in client.calls)


def test_a_stream_that_ends_is_opened_again(capfd: pytest.CaptureFixture[str]) -> None:
    assert Client(Call(1), Call(2)).take(2) == [1, 2]
    assert capfd.readouterr().err.startswith("x:1 has ended the stream: trying again")


def test_one_who_was_too_slow_is_back_at_once(capfd: pytest.CaptureFixture[str]) -> None:
    client = Client(Call(1, end=SLOW), Call(2))
    assert client.take(2) == [1, 2]
    assert (client.pauses, capfd.readouterr().err) == ([], "")


def test_what_is_compacted_meanwhile_begins_anew(capfd: pytest.CaptureFixture[str]) -> None:
    client = Client(Call(1, end=LOST), Call(end=COMPACTED), Call(2))
    assert client.take(2) == [1, 2]
    assert client.forgot == 1
    assert "it is compacted" in capfd.readouterr().err


@pytest.mark.parametrize(("end", "code"), [(REFUSED, 5), (COMPACTED, 3), (SLOW, 3), (WRONG, 3)])
def test_what_is_wrong_at_first_ends_the_command(end: _Error, code: int) -> None:
    with pytest.raises(Failed) as raised:
        Client(Call(end=end)).take(1)
    assert raised.value.exit_code == code


def test_what_is_wrong_later_ends_it_too() -> None:
    client = Client(Call(1, end=LOST), Call(end=WRONG))
    assert client.take(1) == [1]
    with pytest.raises(Failed):
        client.take(1)


def test_a_server_that_says_nothing() -> None:
    with pytest.raises(Failed) as raised:
        Client(Call(is_silent=True), timeout=0.01).take(1)
    assert raised.value.lines == ("x:1 did not answer within 0.01 s. `--timeout` waits longer.",)
    client = Client(Call(1, end=LOST), Call(is_silent=True), Call(2), timeout=0.01)
    assert client.take(2) == [1, 2]
    assert client.pauses == [0.25, 0.5]
