"""Totals over workers, whatever becomes of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aqueduct.model.stats.lines import Line, LineKind, LineName
from aqueduct.plan.told import Answer, Told
from aqueduct.plan.totals import Totals
from tests.unit.plan.telling import HEADER, backend, counted, frontend, gauge, server

NOW = 1_000_000
SERVER = LineName(LineKind.SERVER, "app", "a")
WEB = LineName(LineKind.FRONTEND, "web")


def tells(told: Told, *texts: bytes, is_whole: bool = True, now: int = NOW) -> None:
    """Have a worker tell something that is not asked for totals."""
    answer = Answer(told, is_whole=is_whole)
    answer.read([HEADER, *texts], now)
    answer.end()


def read(
    totals: Totals, told: Told, *texts: bytes, is_whole: bool = True, now: int = NOW
) -> dict[LineName, Line]:
    answer = Answer(told, is_whole=is_whole)
    lines = {row.name: totals.line(row, told) for row in answer.read([HEADER, *texts], now)}
    is_other = answer.end()
    if is_whole:
        totals.read(lines, is_other=is_other)
    else:
        totals.read_some(lines)
    return lines


def retire(totals: Totals, told: Told) -> None:
    for _ in totals.retire(told):
        pass


def stot(line: Line) -> int:
    return counted(line.counters, "stot")


def test_a_worker_alone_counts_as_it_tells() -> None:
    totals, told = Totals(), Told()
    lines = read(totals, told, frontend(stot=3), server(), backend())
    assert stot(lines[WEB]) == 3
    again = read(totals, told, frontend(stot=4), server(), backend())
    assert [again[name] is lines[name] for name in lines] == [False, True, True]


def test_workers_count_together_at_each_step() -> None:
    totals, old, new = Totals(), Told(), Told()
    read(totals, old, frontend(stot=3), server(stot=3, scur=1, smax=3, qcur=1, qmax=2))
    totals.ends(old)
    totals.ends(old)
    lines = read(totals, new, frontend(stot=1), server(stot=1, scur=1, smax=1))
    assert stot(lines[WEB]) == stot(lines[SERVER]) == 4
    assert [gauge(lines[SERVER].gauges, name) for name in ("scur", "smax", "qcur", "qmax")] == [2, 3, 1, 2]
    tells(old, frontend(stot=5), server(stot=5, smax=3, qmax=2))
    totals.changed()
    lines = read(totals, new, frontend(stot=1), server(stot=1, scur=1, smax=1))
    assert stot(lines[WEB]) == stot(lines[SERVER]) == 6
    assert [gauge(lines[SERVER].gauges, name) for name in ("scur", "smax", "qcur", "qmax")] == [1, 3, 0, 2]
    retire(totals, old)
    after = read(totals, new, frontend(stot=1), server(stot=1, scur=1, smax=1))
    assert all(after[name] is line for name, line in lines.items())
    lines = read(totals, new, frontend(stot=2), server(stot=2, smax=4))
    assert stot(lines[WEB]) == stot(lines[SERVER]) == 7
    assert gauge(lines[SERVER].gauges, "smax") == 4


def test_a_server_that_was_another_between_two_whole_readings_goes_not_back() -> None:
    totals, told = Totals(), Told()
    read(totals, told, server(stot=0))
    read(totals, told, server(stot=1), is_whole=False)
    tells(told, server(stot=0), is_whole=False)
    assert stot(read(totals, told, server(stot=0))[SERVER]) == 1


def test_each_step_of_a_retirement_tells_the_same() -> None:
    totals, old, new = Totals(), Told(), Told()
    many = [server(f"s-{n}", stot=n) for n in range(1_200)]
    read(totals, old, *many)
    totals.ends(old)
    expected = read(totals, new, *[server(f"s-{n}") for n in range(1_200)])
    steps = 0
    for _ in totals.retire(old):
        steps += 1
        totals.changed()
        assert read(totals, new, *[server(f"s-{n}") for n in range(1_200)]) == expected
    assert steps == 3
    assert old.rows == {}


def test_a_worker_that_ends_amid_a_reading_is_not_counted_twice() -> None:
    totals, old = Totals(), Told()
    read(totals, old, frontend(stot=3), server(stot=3))
    totals.ends(old)
    assert stot(read(totals, old, frontend(stot=4), server(stot=3))[WEB]) == 4


def test_several_old_workers() -> None:
    totals = Totals()
    olds = [Told() for _ in range(3)]
    for old in olds:
        read(totals, old, frontend(stot=2))
        totals.ends(old)
    new = Told()
    assert stot(read(totals, new, frontend(stot=2))[WEB]) == 8
    for old in reversed(olds):
        retire(totals, old)
        assert stot(read(totals, new, frontend(stot=2))[WEB]) == 8


def test_what_is_idle_is_the_same_over_a_reload() -> None:
    totals, old = Totals(), Told()
    lines = read(totals, old, frontend(stot=1), server(), backend())
    totals.ends(old)
    after = read(totals, Told(order=old.order), frontend(), server(), backend())
    assert after == lines
    assert [after[name] is lines[name] for name in lines] == [True, True, True]


def test_a_server_that_was_added_anew_counts_on_over_reloads() -> None:
    totals, old = Totals(), Told()
    read(totals, old, server(stot=5))
    read(totals, old, server(stot=0))
    totals.ends(old)
    new = Told(order=old.order)
    assert stot(read(totals, new, server())[SERVER]) == 5
    retire(totals, old)
    assert stot(read(totals, new, server(stot=1))[SERVER]) == 6


def test_a_line_that_is_gone_is_forgotten() -> None:
    totals, old, new = Totals(), Told(), Told()
    read(totals, old, frontend(stot=3), server(stot=3))
    totals.ends(old)
    retire(totals, old)
    read(totals, new, frontend(stot=0))
    assert stot(read(totals, new, frontend(stot=0), server(stot=1))[SERVER]) == 1
    assert stot(read(totals, new, frontend(stot=1), server(stot=1))[WEB]) == 4


def test_a_line_that_is_gone_is_forgotten_though_its_worker_ends_later() -> None:
    totals, old, new = Totals(), Told(), Told()
    read(totals, old, frontend(stot=3), server(stot=3))
    totals.ends(old)
    read(totals, new, frontend())
    retire(totals, old)
    read(totals, new, frontend())
    assert stot(read(totals, new, frontend(), server(stot=1))[SERVER]) == 1


def test_names_gather_until_all_is_read() -> None:
    totals, serving = Totals(), Told()
    for number in range(11):
        told = Told()
        tells(told, frontend(stot=1), *(server(f"s-{number}-{n}", stot=1) for n in range(999)))
        assert not totals.is_crowded
        totals.ends(told)
        retire(totals, told)
    assert totals.is_crowded
    assert stot(read(totals, serving, frontend())[WEB]) == 11
    assert not totals.is_crowded


def test_what_was_read_by_name_is_kept() -> None:
    totals, first, second, third = Totals(), Told(), Told(), Told()
    read(totals, first, server(stot=3), is_whole=False)
    totals.ends(first)
    retire(totals, first)
    tells(second, frontend(stot=1))
    totals.ends(second)
    retire(totals, second)
    assert stot(read(totals, third, server(stot=1), is_whole=False)[SERVER]) == 4


@pytest.mark.parametrize(("then", "changed"), [(99, 999_900), (101, 999_900), (103, 999_900), (4, 1_000_000)])
def test_times_do_not_jitter(then: int, changed: int) -> None:
    totals, told = Totals(), Told()
    (first,) = read(totals, told, server()).values()
    assert first.changed == 999_900
    (line,) = read(totals, told, server(scur=1, lastchg=then), now=NOW + 3 if then < 50 else NOW + 1).values()
    assert abs(line.changed - changed) <= 1


def test_a_worker_knows_nothing_of_times_before_it_began() -> None:
    totals, old = Totals(), Told()
    first = read(totals, old, server(stot=1), server("b"), backend())
    totals.ends(old)
    new = Told(order=old.order, began=NOW + 60)
    texts = (server(lastchg=1), server("b", lastchg=1), backend(lastchg=0))
    lines = read(totals, new, *texts, now=NOW + 61)
    assert lines == first
    assert [lines[name] is line for name, line in first.items()] == [True, True, True]
    later = read(totals, new, *(server(name, lastchg=9) for name in "ab"), backend(lastchg=2), now=NOW + 69)
    assert [later[name] is line for name, line in first.items()] == [True, True, False]
    assert later[LineName(LineKind.BACKEND, "app")].changed == NOW + 67


def test_another_status_has_another_time() -> None:
    totals, told = Totals(), Told()
    read(totals, told, server())
    (line,) = read(totals, told, server(status="DOWN", lastchg=98)).values()
    assert line.changed == 999_902


@given(
    st.lists(
        st.tuples(
            st.sampled_from(("count", "anew", "reload", "end", "tell", "read", "some")), st.integers(0, 5)
        ),
        max_size=40,
    )
)
def test_whatever_happens_nothing_goes_back_or_counts_twice(steps: list[tuple[str, int]]) -> None:
    """Workers here count by themselves; what they counted is known, but for what was not read in time."""
    totals = Totals()
    serving, olds = Told(), list[Told]()
    counts = {id(serving): 0}
    total = lost = was = 0
    seen = {id(serving): 0}
    for step, number in [*steps, ("read", 0)]:
        told = serving if number == 0 or not olds else olds[number % len(olds)]
        if step == "count":
            counts[id(told)] += number
            total += number
        elif step == "anew":  # as one that is deleted and added: what was not read is lost
            lost += counts[id(serving)] - seen[id(serving)]
            counts[id(serving)] = 0
            seen[id(serving)] = 0
            tells(serving, server(stot=0), is_whole=bool(number % 2))
        elif step == "reload":
            totals.ends(serving)
            olds.append(serving)
            serving = Told(order=serving.order)
            counts[id(serving)] = seen[id(serving)] = 0
        elif step == "end" and olds:
            old = olds.pop(number % len(olds))
            tells(old, server(stot=counts[id(old)]))
            totals.changed()
            retire(totals, old)
        elif step == "tell" and olds:
            old = olds[number % len(olds)]
            tells(old, server(stot=counts[id(old)]), is_whole=bool(number % 2))
            totals.changed()
        elif step in {"read", "some"}:
            seen[id(serving)] = counts[id(serving)]
            lines = read(totals, serving, server(stot=counts[id(serving)]), is_whole=step == "read")
            now = stot(lines[SERVER])
            assert was <= now <= total - lost
            was = now
    for old in list(olds):
        tells(old, server(stot=counts[id(old)]))
        totals.changed()
        retire(totals, old)
    assert stot(read(totals, serving, server(stot=counts[id(serving)]))[SERVER]) == total - lost
