"""The ActivityStore port, on LMDB: ids, limits, reading both ways, and how servers stand."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from unittest.mock import patch

import pytest

from aqueduct.errors import ConfigurationError, Unavailable
from aqueduct.model.server_status import DOWN, UP, Status
from aqueduct.model.times import timestamp
from aqueduct.ports.activity import Found
from aqueduct.settings import Retention
from aqueduct.store import activity
from aqueduct.store.activity import LmdbActivity
from aqueduct.v1.activity_pb2 import VERB_DOWN, VERB_UP, Event
from aqueduct.v1.backend_pb2 import ADMIN_STATE_DRAIN, ADMIN_STATE_MAINT
from aqueduct.v1.stats_pb2 import OPERATIONAL_STATE_DOWN, OPERATIONAL_STATE_DRAIN
from tests.unit.discovery.doubles import ManualClock

ALL = 10**6


def everything(_: Event) -> bool:
    return True


def ups(event: Event) -> bool:
    return event.verb == VERB_UP


class Kept:
    """A store that can be opened again."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.clock = ManualClock()
        self.store: LmdbActivity

    async def open(self, count: int = 100, age: float = float("inf")) -> LmdbActivity:
        self.store = await LmdbActivity.open(self._directory, Retention(count, age), self.clock)
        return self.store

    async def write(self, *texts: str) -> None:
        """Write events of now: those that begin with `u` are of VERB_UP."""
        begin = self.store.last_id + 1
        events = [self.event(number, text).SerializeToString() for number, text in enumerate(texts, begin)]
        await self.store.write(events, {})

    def event(self, number: int, text: str) -> Event:
        verb = VERB_UP if text.startswith("u") else VERB_DOWN
        return Event(id=number, time=timestamp(self.clock.time()), verb=verb, message=text)

    async def ids(self) -> Sequence[int]:
        return [event.id for event in (await self.store.after(0, everything, ALL)).events]


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[Kept]:
    made = Kept(tmp_path / "activity")
    await made.open()
    yield made
    await made.store.close()


async def test_events_are_read_both_ways(kept: Kept) -> None:
    assert (kept.store.first_id, kept.store.last_id) == (1, 0)
    await kept.write("u1", "d2", "u3")
    await kept.write("d4")
    assert (kept.store.first_id, kept.store.last_id) == (1, 4)
    assert await kept.ids() == [1, 2, 3, 4]
    back = await kept.store.before(4, ups, ALL)
    assert ([event.id for event in back.events], back.end, back.begin) == ([3, 1], 1, 3)
    some = await kept.store.before(ALL, everything, 2)
    assert ([event.id for event in some.events], some.end) == ([4, 3], 3)
    forward = await kept.store.after(1, ups, 2)
    assert ([event.id for event in forward.events], forward.end, forward.begin) == ([3], 3, 2)
    for nothing in (await kept.store.after(4, everything, 9), await kept.store.before(1, everything, 9)):
        assert nothing == Found([], 0, 0)


async def test_too_many_go(kept: Kept) -> None:
    await kept.store.close()
    store = await kept.open(count=2)
    await kept.write("1", "2", "3")
    assert (await kept.ids(), store.first_id, store.last_id) == ([2, 3], 2, 3)
    store.retention = Retention(1)
    await kept.write("4")
    assert await kept.ids() == [4]


async def test_too_old_ones_go_with_the_next_write_and_no_id_is_used_again(kept: Kept) -> None:
    await kept.store.close()
    await kept.open(age=60)
    await kept.write("1", "2")
    kept.clock.advance(61)
    await kept.store.write([], {})
    assert (await kept.ids(), kept.store.first_id, kept.store.last_id) == ([], 3, 2)
    await kept.store.close()
    await kept.open(age=60)
    assert (kept.store.first_id, kept.store.last_id) == (3, 2)
    await kept.write("3")
    assert await kept.ids() == [3]


async def test_too_old_and_too_many_ones_go_when_it_is_asked_for(kept: Kept) -> None:
    await kept.store.close()
    store = await kept.open(age=60)
    await kept.write("1", "2")
    await store.forget()
    assert await kept.ids() == [1, 2]
    store.retention = Retention(1, 60)
    await store.forget()
    assert (await kept.ids(), store.first_id) == ([2], 2)
    kept.clock.advance(61)
    with patch.object(activity, "_MOST_FORGOTTEN", 1):
        await store.forget()
    assert (await kept.ids(), store.first_id, store.last_id) == ([], 3, 2)


async def test_how_servers_stand_is_known_when_it_is_opened_again(kept: Kept) -> None:
    maint = Status(ADMIN_STATE_MAINT, OPERATIONAL_STATE_DOWN)
    stopping = Status(ADMIN_STATE_DRAIN, OPERATIONAL_STATE_DRAIN)
    stands = {
        ("a", "s" * 600): DOWN,
        ("a", "2"): maint,
        ("b", "3"): stopping,
        ("b", "4"): DOWN,
        ("b", "5"): UP,
    }
    await kept.store.write([], stands)
    await kept.store.write([], {("b", "4"): None, ("b", "3"): None})
    assert kept.store.standing() == {}
    await kept.store.close()
    assert (await kept.open()).standing() == {
        ("a", "s" * 600): DOWN,
        ("a", "2"): maint,
        ("b", "5"): UP,
    }


async def test_one_that_is_closed_says_so(kept: Kept) -> None:
    await kept.store.close()
    await kept.store.close()
    with pytest.raises(Unavailable, match="shutting down"):
        await kept.write("1")


async def test_one_that_was_removed_says_so(kept: Kept, tmp_path: Path) -> None:
    (tmp_path / "activity" / "data.mdb").unlink()
    with pytest.raises(Unavailable, match="removed or replaced"):
        await kept.write("1")
    assert kept.store.last_id == 0


async def test_a_directory_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="cannot open the store"):
        await LmdbActivity.open(tmp_path / "file", Retention(), ManualClock())
