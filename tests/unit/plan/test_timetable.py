"""Keys that are due at times."""

from hypothesis import given
from hypothesis import strategies as st

from aqueduct.plan.timetable import Timetable


def test_keys_come_when_they_are_due_and_once() -> None:
    table = Timetable[str]()
    assert (table.next(), table.take(9)) == (None, [])
    for key, when in (("b", 2), ("a", 1), ("c", 3)):
        table.set(key, when)
    assert (table.next(), "a" in table) == (1, True)
    assert table.take(2) == ["a", "b"]
    assert (table.next(), "a" in table, table.take(2.9)) == (3, False, [])


def test_a_key_is_due_at_the_time_it_was_given_last() -> None:
    table = Timetable[str]()
    table.set("a", 1)
    table.set("a", 3)
    table.set("b", 2)
    assert (table.take(1), table.next()) == ([], 2)
    table.set("b", 1)
    assert table.take(2) == ["b"]
    assert table.take(3) == ["a"]


def test_a_key_that_was_dropped_never_comes() -> None:
    table = Timetable[str]()
    table.set("a", 1)
    table.drop("a")
    table.drop("b")
    assert (table.next(), table.take(9)) == (None, [])


ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("set"), st.sampled_from("abc"), st.integers(0, 9)),
        st.tuples(st.just("drop"), st.sampled_from("abc"), st.just(0)),
        st.tuples(st.just("take"), st.just(""), st.integers(0, 9)),
    )
)


@given(ACTIONS)
def test_it_does_what_a_plain_dictionary_would(actions: list[tuple[str, str, int]]) -> None:
    table, plain = Timetable[str](), dict[str, int]()
    for action, key, when in actions:
        if action == "set":
            table.set(key, when)
            plain[key] = when
        elif action == "drop":
            table.drop(key)
            plain.pop(key, None)
        else:
            due = sorted((time, name) for name, time in plain.items() if time <= when)
            assert table.take(when) == [name for _, name in due]
            plain = {name: time for name, time in plain.items() if time > when}
        assert table.next() == min(plain.values(), default=None)
