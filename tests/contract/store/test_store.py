"""The contract of the Store port, which every adapter must keep."""

import asyncio

import pytest

from aqueduct.errors import Conflict, NotFound, Unavailable
from aqueduct.model.snapshot import Snapshot
from aqueduct.ports.store import Store

from .conftest import OpenStore
from .resources import backend, delete_backend, frontend, put_backend, put_frontend


class TestCommit:
    async def test_a_new_store_is_empty_at_revision_0(self, store: Store) -> None:
        assert store.snapshot() == Snapshot(0, {}, {})

    async def test_a_commit_is_in_the_snapshot_when_it_returns(self, store: Store) -> None:
        committed = await store.commit([put_backend("app")])
        assert committed.revision == store.snapshot().revision == 1
        assert store.snapshot().backends["app"].members == backend("app").members

    async def test_resources_carry_the_revision_of_their_last_change(self, store: Store) -> None:
        await store.commit([put_backend("a"), put_backend("b")])
        await store.commit([put_backend("b", port=8002)])
        backends = store.snapshot().backends
        assert (backends["a"].revision, backends["b"].revision) == (1, 2)

    async def test_several_changes_make_one_revision(self, store: Store) -> None:
        await store.commit([put_backend("old")])
        committed = await store.commit([put_frontend("web"), put_backend("app"), delete_backend("old")])
        snapshot = store.snapshot()
        assert committed.revision == snapshot.revision == 2
        assert set(snapshot.frontends) == {"web"}
        assert set(snapshot.backends) == {"app"}

    async def test_it_returns_the_changes_as_stored(self, store: Store) -> None:
        await store.commit([put_backend("old")])
        committed = await store.commit([put_backend("app"), delete_backend("old"), put_frontend("web")])
        app, gone, web = committed.changes
        assert app.put_backend == store.snapshot().backends["app"]
        assert gone.delete_backend == "old"
        assert web.put_frontend == store.snapshot().frontends["web"]
        assert web.put_frontend.revision == committed.revision

    async def test_a_revision_given_in_the_resource_is_ignored(self, store: Store) -> None:
        change = put_backend("app")
        change.put_backend.revision = 77
        await store.commit([change])
        assert store.snapshot().backends["app"].revision == 1

    async def test_a_frontend_and_a_backend_may_share_a_key(self, store: Store) -> None:
        await store.commit([put_frontend("app"), put_backend("app")])
        await store.commit([delete_backend("app")])
        assert set(store.snapshot().frontends) == {"app"}
        assert not store.snapshot().backends

    async def test_a_snapshot_never_changes(self, store: Store) -> None:
        await store.commit([put_backend("a")])
        before = store.snapshot()
        await store.commit([put_backend("b"), delete_backend("a")])
        assert (before.revision, set(before.backends)) == (1, {"a"})

    async def test_what_a_commit_leaves_alone_is_the_same_object_after_it(self, store: Store) -> None:
        await store.commit([put_backend("a"), put_frontend("web")])
        before = store.snapshot()
        await store.commit([put_backend("b")])
        assert store.snapshot().backends["a"] is before.backends["a"]
        assert store.snapshot().frontends["web"] is before.frontends["web"]


class TestNothingToDo:
    async def test_a_put_of_what_is_stored_makes_no_revision(self, store: Store) -> None:
        await store.commit([put_backend("app")])
        before = store.snapshot()
        committed = await store.commit([put_backend("app")])
        assert (committed.revision, committed.changes) == (1, ())
        assert store.snapshot() is before

    async def test_it_is_left_out_beside_changes_that_change_something(self, store: Store) -> None:
        await store.commit([put_backend("a")])
        committed = await store.commit([put_backend("a"), put_backend("b")])
        assert [change.put_backend.key for change in committed.changes] == ["b"]
        assert store.snapshot().backends["a"].revision == 1

    async def test_no_changes_make_no_revision(self, store: Store) -> None:
        assert (await store.commit([])).revision == 0


class TestPreconditions:
    async def test_the_expected_revision_passes(self, store: Store) -> None:
        await store.commit([put_backend("app", 0)])
        await store.commit([put_backend("app", 1, port=8002)])
        await store.commit([delete_backend("app", 2)])
        assert store.snapshot().revision == 3

    @pytest.mark.parametrize("expected", [0, 1, 3])
    async def test_another_revision_is_a_conflict_that_tells_the_current_one(
        self, store: Store, expected: int
    ) -> None:
        await store.commit([put_backend("app")])
        await store.commit([put_backend("app", port=8002)])
        with pytest.raises(Conflict) as raised:
            await store.commit([put_backend("app", expected, port=8003)])
        assert (raised.value.expected, raised.value.current) == (expected, 2)

    async def test_a_revision_of_what_does_not_exist_is_a_conflict(self, store: Store) -> None:
        with pytest.raises(Conflict) as raised:
            await store.commit([delete_backend("app", 1)])
        assert raised.value.current == 0

    async def test_it_holds_for_a_put_of_what_is_stored_too(self, store: Store) -> None:
        await store.commit([put_backend("app")])
        with pytest.raises(Conflict):
            await store.commit([put_backend("app", 0)])

    async def test_a_deletion_of_what_is_not_there_is_refused(self, store: Store) -> None:
        with pytest.raises(NotFound):
            await store.commit([delete_backend("app")])

    async def test_one_change_that_fails_undoes_those_beside_it(self, store: Store) -> None:
        with pytest.raises(NotFound):
            await store.commit([put_backend("a"), put_frontend("web"), delete_backend("b")])
        assert store.snapshot() == Snapshot(0, {}, {})


class TestTogether:
    async def test_commits_are_made_in_the_order_of_the_calls(self, store: Store) -> None:
        commits = [store.commit([put_backend("app", port=8001 + count)]) for count in range(50)]
        done = await asyncio.gather(*commits)
        assert [committed.revision for committed in done] == list(range(1, 51))
        assert store.snapshot().backends["app"].members[0].port == 8050

    async def test_each_sees_those_before_it(self, store: Store) -> None:
        first, second, third = await asyncio.gather(
            store.commit([put_backend("app", 0)]),
            store.commit([put_backend("app", 0, port=8002)]),
            store.commit([delete_backend("app", 1)]),
            return_exceptions=True,
        )
        assert not isinstance(first, BaseException)
        assert isinstance(second, Conflict)
        assert not isinstance(third, BaseException)
        assert (first.revision, second.current, third.revision) == (1, 1, 2)

    async def test_one_that_fails_fails_alone(self, store: Store, open_store: OpenStore) -> None:
        results = await asyncio.gather(
            store.commit([put_backend("a")]),
            store.commit([put_backend("c"), delete_backend("nothing")]),
            store.commit([put_backend("b")]),
            return_exceptions=True,
        )
        assert isinstance(results[1], NotFound)
        await store.close()
        snapshot = (await open_store()).snapshot()
        assert (snapshot.revision, set(snapshot.backends)) == (2, {"a", "b"})


class TestCancellation:
    async def test_a_commit_whose_caller_is_cancelled_is_whole_or_not_at_all(
        self, store: Store, open_store: OpenStore
    ) -> None:
        cancelled = asyncio.create_task(store.commit([put_backend("a"), put_frontend("web")]))

        async def cancel() -> None:
            cancelled.cancel()

        await asyncio.create_task(cancel())  # runs after the commit was called
        after = await store.commit([put_backend("b")])
        assert cancelled.cancelled()
        snapshot = store.snapshot()
        assert ("a" in snapshot.backends) == ("web" in snapshot.frontends) == (after.revision == 2)
        await store.close()
        assert (await open_store()).snapshot() == snapshot

    async def test_the_others_of_its_group_are_made(self, store: Store) -> None:
        cancelled, other = (asyncio.create_task(store.commit([put_backend(key)])) for key in "ab")

        async def cancel() -> None:
            cancelled.cancel()

        await asyncio.create_task(cancel())
        assert (await other).revision == store.snapshot().revision


class TestClose:
    async def test_it_finishes_the_commits_under_way(self, store: Store, open_store: OpenStore) -> None:
        commits = [asyncio.create_task(store.commit([put_backend(f"b{count}")])) for count in range(20)]

        async def close() -> None:
            await store.close()

        await asyncio.create_task(close())  # runs after the commits were called
        assert [(await commit).revision for commit in commits] == list(range(1, 21))
        assert len((await open_store()).snapshot().backends) == 20

    async def test_afterwards_commits_are_refused_and_reads_go_on(self, store: Store) -> None:
        await store.commit([put_backend("app")])
        await store.close()
        with pytest.raises(Unavailable):
            await store.commit([put_backend("b")])
        assert set(store.snapshot().backends) == {"app"}

    async def test_it_may_be_called_again(self, store: Store) -> None:
        await asyncio.gather(store.close(), store.close())
        await store.close()


class TestReopen:
    async def test_everything_is_there_and_revisions_go_on(self, store: Store, open_store: OpenStore) -> None:
        await store.commit([put_backend("a"), put_frontend("web")])
        await store.commit([put_backend("b"), delete_backend("a")])
        before = store.snapshot()
        await store.close()
        again = await open_store()
        assert again.snapshot() == before
        assert again.snapshot().frontends["web"].bind == frontend("web").bind
        assert (await again.commit([put_backend("c")])).revision == 3

    async def test_deletions_do_not_set_the_revision_back(self, store: Store, open_store: OpenStore) -> None:
        await store.commit([put_backend("a")])
        await store.commit([delete_backend("a")])
        await store.close()
        assert (await open_store()).snapshot() == Snapshot(2, {}, {})
