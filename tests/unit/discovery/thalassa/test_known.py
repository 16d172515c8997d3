"""Answers and events of a registry in one order."""

from hypothesis import given
from hypothesis import strategies as st

from aqueduct.discovery.thalassa.events import Event
from aqueduct.discovery.thalassa.known import Known
from aqueduct.v1.backend_pb2 import Member
from tests.unit.discovery.doubles import WEB, spelled


def _member(port: int, last_known: int = 1, host: str = "h", meta: str = "") -> Member:
    member = Member(id=f"/web/1.0.0/{host}/{port}", host=host, port=port, last_known=last_known)
    if meta:
        member.meta["a"] = meta
    return member


def _online(port: int, last_known: int = 1, meta: str = "") -> Event:
    member = _member(port, last_known, meta=meta)
    return Event(member.id, WEB, member)


def _offline(port: int) -> Event:
    return Event(f"/web/1.0.0/h/{port}", WEB, None)


def _known(*ports: int) -> Known:
    known = Known()
    known.ask()
    known.answer(map(_member, ports))
    return known


def _spelled(known: Known) -> str:
    return spelled(known.members() or [])


def test_nothing_is_known_before_the_first_answer() -> None:
    known = Known()
    assert known.members() is None
    assert not known.take(_online(1))
    assert known.members() is None


def test_events_come_and_go() -> None:
    known = _known(1)
    assert known.take(_online(2))
    assert known.take(_offline(1))
    assert not known.take(_offline(1))
    assert _spelled(known) == "h:2"


def test_events_that_came_while_it_was_asked_are_not_lost() -> None:
    known = _known(1)
    known.ask()
    assert known.take(_online(2))  # at once
    assert known.take(_offline(1))
    known.answer([_member(1)])  # which is older
    assert _spelled(known) == "h:2"


def test_events_before_an_answer_that_failed_are_not_lost() -> None:
    known = _known(1)
    known.ask()
    known.take(_online(2))
    known.give_up()
    assert known.failures == 1
    assert _spelled(known) == "h:1 h:2"
    known.ask()
    known.answer([])
    assert (known.failures, _spelled(known)) == (0, "none")


@given(
    st.lists(st.tuples(st.integers(1, 3), st.booleans()), max_size=12), st.integers(0, 12), st.integers(0, 12)
)
def test_what_is_known_ends_right_wherever_the_answer_was_made(
    steps: list[tuple[int, bool]], delivered: int, made: int
) -> None:
    """Events before `delivered` arrived before it was asked; the answer was made after `made` steps."""
    delivered, made = min(delivered, len(steps)), min(max(made, delivered), len(steps))
    events = [_online(port) if comes else _offline(port) for port, comes in steps]

    def after(count: int) -> set[int]:
        ports: set[int] = set()
        for port, comes in steps[:count]:
            (ports.add if comes else ports.discard)(port)
        return ports

    known = _known()
    for event in events[:delivered]:
        known.take(event)
    known.ask()
    for event in events[delivered:made]:
        known.take(event)
    known.answer(map(_member, after(made)))
    for event in events[made:]:
        known.take(event)
    assert {member.port for member in known.members() or []} == after(len(steps))


def test_a_renewal_is_no_change() -> None:
    known = _known(1)
    before = known.members()
    assert not known.take(_online(1, last_known=7))
    known.ask()
    known.answer([_member(1, last_known=9)])
    assert known.members() == before
    assert known.take(_online(1, last_known=9, meta="new"))
    assert (known.members() or [])[0].last_known == 9


def test_of_two_at_one_address_the_newer_one_is_told() -> None:
    known = Known()
    first, second = _member(1, last_known=2), _member(1, last_known=3)
    second.id = "/web/1.0.0/H/1"
    known.answer([second, first])
    assert known.members() == [second]


def test_members_that_had_no_time_to_renew_stay_until_they_are_settled() -> None:
    known = _known(1, 2, 3)
    known.doubt()
    assert (known.is_held, known.take(_offline(1)), known.is_held) == (False, True, True)
    known.ask()
    known.answer([_member(3)])
    assert _spelled(known) == "h:1 h:2 h:3"
    assert not known.take(_online(3))
    assert known.take(_offline(3))  # it was heard of
    assert not known.take(_online(2, last_known=5))  # it is back, and the same
    assert _spelled(known) == "h:1 h:2"
    assert known.settle()
    assert _spelled(known) == "h:2"
    known.doubt()
    known.take(_offline(2))
    assert known.take(_online(2))  # the same, but nothing is held any more
    assert not known.settle()


def test_one_that_is_no_member_any_more_is_not_held() -> None:
    known = _known(1)
    known.doubt()
    assert known.take(Event("/web/1.0.0/h/1", WEB, None, "port: is wrong"))
    assert _spelled(known) == "none"
