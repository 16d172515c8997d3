"""Following the configuration, over the real store: in step, behind, too slow, and where history is gone."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from pathlib import Path

import pytest

from aqueduct.errors import Exhausted, Invalid, OutOfRange, Unavailable
from aqueduct.model.resources import Kind, Ref, delete, put
from aqueduct.ports.store import Past
from aqueduct.service.config_watch import ConfigWatch
from aqueduct.service.recent import Recent
from aqueduct.service.streams import Streams
from aqueduct.store.lmdb import LmdbStore
from aqueduct.v1.backend_pb2 import Backend, Membership
from aqueduct.v1.config_pb2 import ConfigWatchResponse
from tests.folding import Folded, state_of
from tests.unit.discovery.doubles import ManualClock

Watch = AsyncGenerator[ConfigWatchResponse, None]
MEMBERSHIP = put(Membership(key="app"))


def backend(key: str, port: int = 0, size: int = 0) -> Backend:
    return Backend(key=key, host=f"h{port}", natives=["x" * size] if size else [])


class Watched:
    """A store that is watched."""

    def __init__(self, store: LmdbStore) -> None:
        self.store = store
        self.streams = Streams(50)
        self.clock = ManualClock()
        self._open: list[Watch] = []
        self.anew()

    def anew(self, *, most: int = 1_000, progress: float = 10.0) -> None:
        """Have another begin to follow the store, as after a restart."""
        recent = Recent(self.store.snapshot().revision, most)
        self.watching = ConfigWatch(self.store, self.streams, self.clock, recent=recent, progress=progress)

    def watch(self, after: int | None = None, resources: Sequence[str] = ()) -> Watch:
        self._open.append(self.watching.watch(after, resources))
        return self._open[-1]

    async def put(self, *keys: str, port: int = 0, size: int = 0) -> int:
        changes = [put(backend(key, port, size)) for key in keys]
        return (await self.store.commit(changes)).revision

    async def close(self) -> None:
        for watch in self._open:
            await watch.aclose()


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watched]:
    store = await LmdbStore.open(tmp_path)
    found = Watched(store)
    yield found
    await found.close()
    assert found.streams.open == 0
    await store.close()


async def waiting(watch: Watch) -> "asyncio.Task[ConfigWatchResponse]":
    """Ask for the next response; return once it waits for something to happen."""
    task = asyncio.ensure_future(anext(watch))
    for _ in range(20):
        await asyncio.sleep(0)
    assert not task.done()
    return task


async def folded(watch: Watch, until: int, known: Folded | None = None) -> Folded:
    """Fold what is told until a revision is known whole."""
    known = known or Folded()
    while known.revision is None or known.revision < until:
        known.take(await anext(watch))
    return known


class TestFromTheBeginning:
    async def test_an_empty_configuration_is_told(self, watched: Watched) -> None:
        first = await anext(watched.watch())
        assert (first.revision, first.HasField("snapshot"), first.more) == (0, True, False)

    async def test_a_snapshot_then_each_change(self, watched: Watched) -> None:
        await watched.put("a", "b")
        watch = watched.watch()
        assert state_of(watched.store.snapshot()) == (await folded(watch, 1)).state
        next_one = await waiting(watch)
        await watched.put("a", "c", port=1)
        change = await next_one
        assert [each.resource for each in change.change.changes] == ["backends/a", "backends/c"]
        await watched.store.commit([delete(Ref(Kind.BACKEND, "a"))])
        (gone,) = (await anext(watch)).change.changes
        assert (gone.resource, gone.HasField("after")) == ("backends/a", False)

    async def test_what_is_written_while_the_snapshot_is_sent_comes_after_it(self, watched: Watched) -> None:
        for key in "abc":
            await watched.put(key, size=600_000)
        watched.anew(most=1)
        watch, known = watched.watch(), Folded()
        assert not known.take(await anext(watch))
        for port in range(5):
            await watched.put("a", port=port)
        await watched.store.commit([delete(Ref(Kind.BACKEND, "c"))])
        await folded(watch, 9, known)
        assert known.changes == [4, 5, 6, 7, 8, 9]
        assert known.state == state_of(watched.store.snapshot())

    async def test_those_who_begin_together_share_the_snapshot(self, watched: Watched) -> None:
        for key in "abcdefgh":
            await watched.put(key, size=600_000)
        first, second = watched.watch(), watched.watch()
        for _ in range(8):
            assert await anext(first) is await anext(second)
        late = watched.watch()
        assert (await folded(late, 8)).state == state_of(watched.store.snapshot())


class TestInStep:
    async def test_all_get_the_same_messages(self, watched: Watched) -> None:
        watches = [watched.watch() for _ in range(5)]
        for watch in watches:
            await anext(watch)
        await watched.put("a")
        told = [await anext(watch) for watch in watches]
        assert len({id(response) for response in told}) == 1

    async def test_what_is_told_is_no_part_of_the_store(self, watched: Watched) -> None:
        watch = watched.watch()
        await anext(watch)
        await watched.put("a")
        response = await anext(watch)
        response.change.changes[0].after.backend.host = "changed"
        assert watched.store.snapshot().backends["a"].host == "h0"
        assert (await watched.store.since(0, 1)).revisions[0].changes[0].after.backend.host == "h0"

    async def test_a_large_revision_comes_in_parts(self, watched: Watched) -> None:
        watch = watched.watch()
        known = await folded(watch, 0)
        await watched.put("a", "b", "c", size=600_000)
        assert [known.take(await anext(watch)) for _ in range(3)] == [False, False, True]
        assert (known.state, known.changes) == (state_of(watched.store.snapshot()), [1])

    async def test_only_what_is_selected(self, watched: Watched) -> None:
        await watched.put("a", "b")
        watch = watched.watch(resources=["backends/a"])
        known = await folded(watch, 1)
        assert known.state.keys() == {"backends/a"}
        await watched.put("b", port=1)
        await watched.put("a", "b", port=2)
        response = await anext(watch)
        assert (response.revision, len(response.change.changes)) == (3, 1)

    async def test_one_who_lets_the_newest_go_by_is_ended_with_the_place_to_resume(
        self, watched: Watched
    ) -> None:
        watched.anew(most=3)
        watch = watched.watch()
        await anext(watch)
        next_one = await waiting(watch)
        await watched.put("a")
        assert (await next_one).revision == 1
        for port in range(1, 6):
            await watched.put("a", port=port)
        with pytest.raises(Exhausted) as raised:
            await anext(watch)
        assert (raised.value.reason, raised.value.metadata) == ("SLOW_WATCHER", {"resume_revision": 1})
        known = await folded(watched.watch(1), 6, Folded(1))
        assert known.changes == [2, 3, 4, 5, 6]

    async def test_it_is_told_how_far_it_is_when_it_stops_amid(self, watched: Watched) -> None:
        watched.anew(most=3)
        watch = watched.watch()
        await anext(watch)
        await watched.put("a", "b", "c", size=600_000)
        assert (await anext(watch)).more
        for port in range(1, 6):
            await watched.put("a", port=port)
        assert not [await anext(watch) for _ in range(2)][-1].more
        with pytest.raises(Exhausted) as raised:
            await anext(watch)
        assert raised.value.metadata == {"resume_revision": 1}


class TestMarks:
    async def test_an_idle_stream_is_told_how_far_it_is(self, watched: Watched) -> None:
        watched.anew(progress=0.01)
        watch = watched.watch()
        await anext(watch)
        next_one = await waiting(watch)
        watched.clock.advance(1)
        mark = await next_one
        assert (mark.revision, mark.WhichOneof("event")) == (0, None)

    async def test_it_goes_on_over_changes_of_memberships_and_of_others(self, watched: Watched) -> None:
        await watched.put("app")
        watch, other = watched.watch(), watched.watch(resources=["frontends/"])
        await anext(watch), await anext(other)
        next_one, others = await waiting(watch), await waiting(other)
        await watched.store.commit([MEMBERSHIP])
        watched.clock.advance(10)
        await watched.store.commit([put(Membership(key="other"))])
        mark = await next_one
        assert (mark.revision, mark.WhichOneof("event")) == (3, None)
        assert await others is mark
        again = await waiting(other)
        await watched.put("a")
        watched.clock.advance(9.9)
        await watched.put("b")
        watched.clock.advance(0.1)
        await watched.put("c")
        assert (await again).revision == 6

    async def test_one_who_resumes_where_nothing_is_new_is_told_so(self, watched: Watched) -> None:
        await watched.put("a")
        await watched.store.commit([MEMBERSHIP])
        assert (await anext(watched.watch(1))) == ConfigWatchResponse(revision=2)
        watched.anew()
        assert (await anext(watched.watch(1))) == ConfigWatchResponse(revision=2)
        assert (await anext(watched.watch(0, ["frontends/"]))) == ConfigWatchResponse(revision=2)

    async def test_one_who_is_far_behind_is_told_meanwhile(self, watched: Watched) -> None:
        for port in range(250):
            await watched.put("a", port=port)
        watched.anew()
        watch = watched.watch(0, ["frontends/"])
        next_one = asyncio.ensure_future(anext(watch))
        await asyncio.sleep(0)
        watched.clock.advance(60)
        mark = await next_one
        assert mark.WhichOneof("event") is None
        assert 0 < mark.revision < 250


class TestBehind:
    async def test_it_is_read_from_the_store_page_by_page(self, watched: Watched) -> None:
        for port in range(250):
            await watched.put("a", port=port)
        watched.anew()
        watch, known = watched.watch(7), Folded(7)
        for number in range(8, 31):
            known.take(await anext(watch))
            assert known.revision == number
        await watched.put("b")
        await folded(watch, 251, known)
        assert known.changes == list(range(8, 252))
        assert known.state == state_of(watched.store.snapshot())

    async def test_what_the_disk_has_and_the_snapshot_has_not_is_not_told_yet(
        self, watched: Watched, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await watched.put("a")
        watched.anew()
        since = watched.store.since

        async def ahead(above: int, most: int) -> Past:
            past = await since(above, most)
            for each in past.revisions:
                each.revision += 1
            return past

        monkeypatch.setattr(watched.store, "since", ahead)
        assert (await anext(watched.watch(0))) == ConfigWatchResponse(revision=1)

    async def test_what_was_compacted_is_out_of_range(self, watched: Watched) -> None:
        for port in range(5):
            await watched.put("a", port=port)
        await watched.store.compact(2)
        watched.anew()
        with pytest.raises(OutOfRange) as raised:
            await anext(watched.watch(2))
        assert (raised.value.reason, raised.value.metadata) == ("COMPACTED", {"oldest_revision": 3})
        assert (await folded(watched.watch(3), 5, Folded(3))).changes == [4, 5]

    async def test_so_it_is_where_it_is_compacted_meanwhile(self, watched: Watched) -> None:
        for port in range(250):
            await watched.put("a", port=port)
        watched.anew()
        watch = watched.watch(0)
        known = await folded(watch, 100, Folded(0))
        await watched.store.compact(1)
        with pytest.raises(OutOfRange) as raised:
            await anext(watch)
        assert (known.revision, raised.value.metadata) == (100, {"oldest_revision": 249})

    async def test_the_newest_are_told_although_they_were_compacted(self, watched: Watched) -> None:
        for port in range(5):
            await watched.put("a", port=port)
        await watched.store.compact(1)
        assert (await folded(watched.watch(1), 5, Folded(1))).changes == [2, 3, 4, 5]


class TestRefused:
    async def test_a_revision_that_is_yet_to_come(self, watched: Watched) -> None:
        await watched.put("a")
        with pytest.raises(OutOfRange) as raised:
            await anext(watched.watch(2))
        assert (raised.value.reason, raised.value.metadata) == ("FUTURE_REVISION", {"current_revision": 1})

    @pytest.mark.parametrize(
        ("after", "resources", "field"), [(-1, [], "after_revision"), (None, ["a"], "resources[0]")]
    )
    async def test_nonsense(
        self, watched: Watched, after: int | None, resources: list[str], field: str
    ) -> None:
        with pytest.raises(Invalid) as raised:
            await anext(watched.watch(after, resources))
        assert raised.value.violations[0].field == field

    async def test_one_too_many(self, watched: Watched) -> None:
        for _ in range(50):
            await anext(watched.watch())
        with pytest.raises(Exhausted, match="50 streams are open"):
            await anext(watched.watch())


@pytest.mark.parametrize("after", [None, 0])
async def test_the_end_of_aqueduct_ends_it(watched: Watched, after: int | None) -> None:
    watch = watched.watch(after)
    await anext(watch)
    next_one = await waiting(watch)
    watched.streams.shut_down()
    with pytest.raises(Unavailable, match="shutting down"):
        await next_one


async def test_also_amid_a_snapshot(watched: Watched) -> None:
    for key in "abc":
        await watched.put(key, size=600_000)
    watch = watched.watch()
    assert (await anext(watch)).more
    watched.streams.shut_down()
    with pytest.raises(Unavailable):
        await anext(watch)


async def test_how_old_it_is_when_it_is_taken_is_told_of_what_happens_meanwhile(watched: Watched) -> None:
    streams: list[str] = []
    watched.streams.on_lag = lambda stream, _: streams.append(stream)
    await watched.put("a")
    watch = watched.watch(0)
    await anext(watch)
    waits = await waiting(watch)
    assert streams == []
    await watched.put("b")
    await waits
    await watched.put("c")
    await anext(watch)
    assert streams == ["ConfigWatch"]
