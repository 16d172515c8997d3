"""What one worker tells, reading after reading."""

import pytest

from aqueduct.model.stats.lines import LineKind, LineName
from aqueduct.plan.stat_rows import Row
from aqueduct.plan.told import Answer, LastAnswer, Told
from tests.unit.plan.telling import HEADER, backend, counted, frontend, server

NOW = 1_000_000
SERVER = LineName(LineKind.SERVER, "app", "a")
PLAIN = (frontend(), server("a"), server("b"), backend())


def told_by(told: Told, *texts: bytes, is_whole: bool = True) -> tuple[list[Row], Answer, bool]:
    answer = Answer(told, is_whole=is_whole)
    rows = answer.read([HEADER, *texts], NOW)
    return rows, answer, answer.end()


def names(rows: list[Row]) -> list[str]:
    return [row.name.server or row.name.proxy for row in rows]


def test_rows_that_did_not_change_are_the_same() -> None:
    told = Told()
    first, answer, is_other = told_by(told, *PLAIN)
    assert answer.has_changed
    assert is_other
    second, answer, is_other = told_by(told, *PLAIN)
    assert list(map(id, second)) == list(map(id, first))
    assert not answer.has_changed
    assert not is_other
    third, answer, is_other = told_by(told, frontend(stot=1), *PLAIN[1:])
    assert [row in first for row in third] == [False, True, True, True]
    assert answer.has_changed
    assert not is_other


def test_parts_are_one_answer() -> None:
    told = Told()
    answer = Answer(told, is_whole=True)
    assert answer.read([HEADER], NOW) == []
    assert names(answer.read(PLAIN[:2], NOW)) == ["web", "a"]
    assert names(answer.read(PLAIN[2:], NOW)) == ["b", "app"]
    assert answer.end()
    assert names(list(told.rows.values())) == names(told.order) == ["web", "a", "b", "app"]


@pytest.mark.parametrize(
    "then",
    [
        (frontend(), server("b"), backend()),
        (frontend(), server("a"), server("new"), server("b"), backend()),
        (frontend(), server("b"), server("a"), backend()),
        (frontend(), *(server(f"new-{n}") for n in range(50)), backend()),
        (frontend(),),
        (backend(),),
    ],
)
def test_lines_come_and_go(then: tuple[bytes, ...]) -> None:
    told = Told()
    first, _, _ = told_by(told, *PLAIN)
    rows, _, is_other = told_by(told, *then)
    assert is_other
    assert names(rows) == names([Answer(Told(), is_whole=True).read([HEADER, text], NOW)[0] for text in then])
    assert set(told.rows) == {row.name for row in rows}
    again, answer, is_other = told_by(told, *then)
    assert list(map(id, again)) == list(map(id, rows))
    assert not is_other
    assert not answer.has_changed
    told_by(told, *PLAIN)
    assert set(told.rows) == {row.name for row in first}


def test_many_lines_that_go_have_those_behind_parsed_once() -> None:
    told = Told()
    told_by(told, frontend(), *(server(f"s-{n}") for n in range(50)), backend())
    rows, _, _ = told_by(told, frontend(), backend())
    assert names(rows) == ["web", "app"]
    again, _, _ = told_by(told, frontend(), backend())
    assert list(map(id, again)) == list(map(id, rows))


def test_what_goes_back_has_begun_anew() -> None:
    told = Told()
    for stot, total in ((5, 5), (7, 7), (1, 8), (4, 11), (0, 11), (2, 13)):
        told_by(told, server(stot=stot))
        assert counted(told.counted(told.rows[SERVER]), "stot") == total
        assert told.has_counted(SERVER)
    told_by(told, backend())
    assert not told.has_counted(SERVER)
    assert told.before == {}
    told_by(told, server(stot=1))
    assert counted(told.counted(told.rows[SERVER]), "stot") == 1


def test_one_that_begins_anew_beside_others_leaves_them_alone() -> None:
    told = Told()
    told_by(told, server(stot=5), backend(stot=5))
    told_by(told, server(stot=0), backend(stot=6))
    row = told.rows[LineName(LineKind.BACKEND, "app")]
    assert told.counted(row) is row.counters
    assert counted(told.counted(told.rows[SERVER]), "stot") == 5
    assert told.has_counted(SERVER)


def test_what_has_counted_nothing_is_known() -> None:
    told = Told()
    told_by(told, server(), backend(bin=1))
    assert not told.has_counted(SERVER)
    assert told.has_counted(LineName(LineKind.BACKEND, "app"))


def test_a_few_proxies_leave_the_others_as_they_were() -> None:
    told = Told()
    first, _, _ = told_by(told, *PLAIN)
    some, _, is_other = told_by(told, server("a", stot=1), server("b"), backend(stot=1), is_whole=False)
    assert not is_other
    assert set(told.rows) == {row.name for row in first}
    assert counted(told.rows[SERVER].counters, "stot") == 1
    rows, _, is_other = told_by(told, frontend(), server("a", stot=2), server("b"), backend(stot=2))
    assert is_other
    assert counted(told.rows[SERVER].counters, "stot") == 2
    assert rows[0] is first[0]
    told_by(told, server("a", stot=3), is_whole=False)
    told_by(told, frontend(), server("a", stot=2), server("b"), backend(stot=2))
    assert counted(told.counted(told.rows[SERVER]), "stot") == 5  # 2 is what is told since it began anew
    assert len(some) == 3


def test_an_answer_that_broke_off_is_not_mistaken() -> None:
    told = Told()
    told_by(told, server(stot=1), backend(stot=1))
    Answer(told, is_whole=True).read([HEADER, server(stot=9)], NOW)
    told_by(told, server(stot=1), backend(stot=1))
    assert counted(told.counted(told.rows[SERVER]), "stot") == 10


def test_the_next_worker_tells_much_the_same() -> None:
    told = Told()
    first, _, _ = told_by(told, frontend(stot=3), server(), backend())
    other = Told(order=told.order)
    rows, _, is_other = told_by(other, frontend(stot=1), server(), backend())
    assert is_other
    assert [row in first for row in rows] == [False, True, True]
    assert counted(other.counted(rows[0]), "stot") == 1
    assert set(other.rows) == set(told.rows)


def test_numbers_are_known() -> None:
    told = Told()
    told_by(told, frontend("x", iid=2), backend("x", iid=3), server(proxy="x", iid=3), is_whole=False)
    assert told.numbers == {LineKind.FRONTEND: {"x": "2"}, LineKind.BACKEND: {"x": "3"}}


def test_the_end_of_a_line_may_be_quoted() -> None:
    told = Told()
    first, _, last = server(last_chk='"one\ntwo\nthree"').partition(b"\n")
    middle, _, last = last.partition(b"\n")
    rows, _, _ = told_by(told, first, middle, last, backend())
    assert names(rows) == ["a", "app"]
    assert rows[0].check_text == "one\ntwo\nthree"


def test_the_last_answer_is_read_where_anything_was_counted() -> None:
    told = Told()
    told_by(told, frontend(), server("a", stot=1), server("b"), server("gone", stot=3), backend())
    answer = LastAnswer(told)
    some = (server("a", stot=2, last_chk='"x\ny"').split(b"\n"), [server("b"), backend("app", chkdown=1)])
    assert answer.read([HEADER, frontend("other"), *some[0]], NOW) == []
    assert answer.read(some[1], NOW) == []
    assert not answer.end()
    assert {name[2] or name[1]: sum(row.counters) for name, row in told.rows.items()} == {
        "web": 0, "a": 2, "b": 0, "gone": 3, "app": 1,
    }  # fmt: skip


@pytest.mark.parametrize("texts", [(b"No such proxy.",), (HEADER, b"x"), ()])
def test_what_is_no_answer_is_refused(texts: tuple[bytes, ...]) -> None:
    answer = Answer(Told(), is_whole=True)
    with pytest.raises(ValueError, match="HAProxy"):
        _all_of(answer, texts)


def _all_of(answer: Answer, texts: tuple[bytes, ...]) -> None:
    answer.read(texts, NOW)
    answer.end()
