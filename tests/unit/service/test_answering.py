"""Whether HAProxy answers, by what became of questions."""

from collections.abc import Callable

import pytest

from aqueduct.ports.haproxy import HAProxyFailed
from aqueduct.service.answering import PATIENCE, Answering
from tests.unit.discovery.doubles import ManualClock


class Asked:
    """Questions that take as long as told, on a clock that stands still otherwise."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.answering = Answering(self.clock)

    def answers(self) -> None:
        with self.answering.asking():
            pass

    def fails(self, after: float = 0.0) -> None:
        self.fails_meanwhile(lambda: self.clock.advance(after))

    def fails_meanwhile(self, happen: Callable[[], None]) -> None:
        """Ask in vain, while something happens."""

        def ask() -> None:
            with self.answering.asking():
                happen()
                raise HAProxyFailed("no answer")

        with pytest.raises(HAProxyFailed):
            ask()


@pytest.fixture
def asked() -> Asked:
    return Asked()


def test_a_question_that_fails_after_long_is_silence_from_its_begin(asked: Asked) -> None:
    asked.answers()
    began = asked.clock.time()
    asked.fails(PATIENCE)
    assert asked.answering.silent_since == began
    asked.fails(PATIENCE)
    assert asked.answering.silent_since == began
    asked.answers()
    assert asked.answering.silent_since is None


def test_one_that_fails_at_once_may_be_a_reload(asked: Asked) -> None:
    began = asked.clock.time()
    asked.fails()
    assert asked.answering.silent_since is None
    asked.clock.advance(PATIENCE)
    asked.fails()
    assert asked.answering.silent_since == began


def test_failures_with_an_answer_between_them_are_none_of_note(asked: Asked) -> None:
    asked.fails()
    asked.clock.advance(PATIENCE)
    asked.answers()
    asked.fails()
    assert asked.answering.silent_since is None


def test_one_that_was_asked_before_another_was_answered_tells_nothing(asked: Asked) -> None:
    def happen() -> None:
        asked.clock.advance(PATIENCE)
        asked.answers()

    asked.fails_meanwhile(happen)
    assert asked.answering.silent_since is None


def test_another_haproxy_begins_anew(asked: Asked) -> None:
    asked.fails(PATIENCE)
    asked.answering.forget()
    assert asked.answering.silent_since is None
    asked.fails()
    assert asked.answering.silent_since is None
