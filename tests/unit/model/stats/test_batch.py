"""What a watch tells at once."""

import pytest

from aqueduct.model.stats import batch as batches
from aqueduct.model.stats import table as tables
from aqueduct.model.stats.batch import Batch
from aqueduct.model.stats.names import name_of
from aqueduct.model.stats.selection import EVERYTHING, Selection
from aqueduct.model.stats.table import Table
from aqueduct.model.times import timestamp

from .build import APP, BACKEND, FRONTEND, SERVER, WEB, line, reading

ALL = [FRONTEND, APP, BACKEND, SERVER]


@pytest.fixture
def table() -> Table:
    made = Table(1.0)
    made.take(reading(10.0, *map(line, ALL)), WEB, 7)
    return made


def test_first_comes_all_that_is_selected(table: Table) -> None:
    [message] = Batch(table, EVERYTHING, None).parts()
    assert (message.sequence, message.snapshot, message.more, message.revision) == (1, True, False, 7)
    assert message.time == timestamp(10.0)
    assert [stats.key for stats in message.stats] == ["web", "app", "web", "web"]


def test_a_snapshot_of_nothing_is_told(table: Table) -> None:
    [message] = Batch(table, Selection(keys=frozenset({"none"})), None).parts()
    assert message.snapshot
    assert not message.stats


def test_then_comes_what_changed_and_what_is_gone(table: Table) -> None:
    table.take(reading(10.5, line(FRONTEND), line(APP, scur=3), line(BACKEND)), WEB, 8, is_tick=False)
    [message] = Batch(table, EVERYTHING, 1).parts()
    assert (message.sequence, message.snapshot, message.revision) == (2, False, 8)
    assert [(stats.key, stats.sessions.current) for stats in message.stats] == [("app", 3), ("web", 0)]
    assert list(message.removed) == [name_of(SERVER).message()]


def test_where_nothing_changed_nothing_is_told(table: Table) -> None:
    assert list(Batch(table, EVERYTHING, 1).parts()) == []


def test_since_when_haproxy_is_silent_is_told_and_that_it_answers_again(table: Table) -> None:
    table.note_silence(8.0)
    [silent] = Batch(table, EVERYTHING, 1).parts()
    assert (silent.sequence, silent.silent_since, list(silent.stats)) == (2, timestamp(8.0), [])
    assert not silent.snapshot
    table.note_silence(8.0)
    assert list(Batch(table, EVERYTHING, 2).parts()) == []
    table.note_silence(None)
    [again] = Batch(table, EVERYTHING, 2).parts()
    assert (again.sequence, again.HasField("silent_since")) == (3, False)


def test_a_snapshot_tells_since_when_it_is_counted(table: Table) -> None:
    [first] = Batch(table, EVERYTHING, None, counted_since=5.0).parts()
    assert first.counted_since == timestamp(5.0)
    table.take(reading(10.5, *map(line, [FRONTEND, BACKEND, SERVER])), WEB, 8)
    [second] = Batch(table, EVERYTHING, 1, counted_since=5.0).parts()
    assert not second.HasField("counted_since")


def test_all_are_told_the_very_same(table: Table) -> None:
    batch = Batch(table, EVERYTHING, None)
    assert next(batch.parts()) is next(batch.parts())


def test_what_is_large_comes_in_parts(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "MOST_BYTES", 1)
    parts = list(Batch(table, EVERYTHING, None).parts())
    assert [len(part.stats) for part in parts] == [1, 1, 1, 1]
    assert [part.more for part in parts] == [True, True, True, False]
    assert {part.sequence for part in parts} == {1}


def test_a_slow_one_goes_on_with_the_newest(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "MOST_BYTES", 1)
    batch = Batch(table, EVERYTHING, None)
    slow = batch.parts()
    next(slow)
    batch.close()
    table.take(reading(10.5, line(FRONTEND), line(APP, scur=3), line(BACKEND)), WEB, 8, is_tick=False)
    rest = list(slow)
    assert [part.sequence for part in rest] == [1, 1, 1]
    assert rest[0].stats[0].sessions.current == 3
    following = list(Batch(table, EVERYTHING, batch.sequence).parts())
    assert following[0].stats[0].sessions.current == 3
    assert list(following[0].removed) == [name_of(SERVER).message()]


def test_who_misses_what_is_forgotten_is_told_all_again(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "MOST_GONE", 1)
    table.take(reading(11.0, *map(line, ALL[:3])), WEB, 7)
    table.take(reading(12.0, *map(line, ALL[:2])), WEB, 7)
    assert not next(Batch(table, EVERYTHING, 2).parts()).snapshot
    [message] = Batch(table, EVERYTHING, 1).parts()
    assert message.snapshot
    assert len(message.stats) == 2
    assert not message.removed
