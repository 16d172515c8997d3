"""Following a store, in the contract of its port: told as it is written, and read in order."""

import asyncio
from collections.abc import Sequence

from structlog.testing import capture_logs

from aqueduct.model.resources import put
from aqueduct.ports.store import Store
from aqueduct.v1.backend_pb2 import Membership
from aqueduct.v1.history_pb2 import Revision

from .conftest import OpenStore
from .resources import delete_backend, put_backend, put_frontend, put_large
from .test_history import ALL, numbers


class Listener:
    """Notes what it is told, and at which revision the snapshot was then."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.told: list[tuple[int, list[int]]] = []
        self.revisions: list[Revision] = []
        self.snapshots: list[int] = []

    def __call__(self, revision: int, made: Sequence[Revision]) -> None:
        self.told.append((revision, numbers(tuple(made))))
        self.revisions += made
        self.snapshots.append(self._store.snapshot().revision)


class TestTold:
    async def test_each_revision_is_told_before_its_commit_returns(self, store: Store) -> None:
        listener = Listener(store)
        store.on_revision(listener)
        await store.commit([put_backend("app"), put_frontend("web")])
        assert (listener.told, listener.snapshots) == ([(1, [1])], [1])
        await store.commit([delete_backend("app")])
        assert listener.told == [(1, [1]), (2, [2])]

    async def test_it_is_told_what_the_history_says(self, store: Store) -> None:
        listener = Listener(store)
        store.on_revision(listener)
        await store.commit([put_backend("app"), put_frontend("web")])
        await store.commit([put_backend("app", port=8002)])
        assert listener.revisions == list((await store.since(0, 9)).revisions)

    async def test_those_that_are_written_together_are_told_in_order(self, store: Store) -> None:
        listener = Listener(store)
        store.on_revision(listener)
        await asyncio.gather(*(store.commit([put_backend(f"b{number}")]) for number in range(50)))
        assert numbers(tuple(listener.revisions)) == list(range(1, 51))
        assert [revision for revision, _ in listener.told] == listener.snapshots
        assert all(made[-1] == revision for revision, made in listener.told)

    async def test_a_change_of_memberships_alone_is_told_by_its_number(self, store: Store) -> None:
        await store.commit([put_backend("app")])
        listener = Listener(store)
        store.on_revision(listener)
        await store.commit([put(Membership(key="app"))])
        assert listener.told == [(2, [])]

    async def test_nothing_is_told_of_what_changes_nothing_or_fails(self, store: Store) -> None:
        await store.commit([put_backend("app")])
        listener = Listener(store)
        store.on_revision(listener)
        await store.commit([put_backend("app")])
        await asyncio.gather(store.commit([delete_backend("none")]), return_exceptions=True)
        assert listener.told == []

    async def test_nothing_is_told_after_its_end(self, store: Store) -> None:
        first, second = Listener(store), Listener(store)
        end = store.on_revision(first)
        store.on_revision(second)
        end()
        await store.commit([put_backend("app")])
        assert (first.told, second.told) == ([], [(1, [1])])

    async def test_a_listener_that_fails_holds_up_nobody(self, store: Store) -> None:
        def fail(_: int, __: Sequence[Revision]) -> None:
            raise ZeroDivisionError

        listener = Listener(store)
        store.on_revision(fail)
        store.on_revision(listener)
        with capture_logs() as logs:
            assert (await store.commit([put_backend("app")])).revision == 1
        assert listener.told == [(1, [1])]
        assert [each["log_level"] for each in logs] == ["error"]


class TestRead:
    async def test_the_oldest_first_in_parts(self, store: Store) -> None:
        for port in range(8001, 8008):
            await store.commit([put_backend("app", port=port)])
        assert numbers((await store.since(0, 3)).revisions) == [1, 2, 3]
        assert numbers((await store.since(3, 3)).revisions) == [4, 5, 6]
        assert numbers((await store.since(6, 3)).revisions) == [7]
        assert numbers((await store.since(7, 3)).revisions) == []
        assert numbers((await store.since(ALL, 3)).revisions) == []
        assert (await store.since(0, 1)).floor == 0

    async def test_large_ones_come_in_smaller_parts_and_none_is_left_out(self, store: Store) -> None:
        for number in range(6):
            await store.commit([put_large(f"b{number}", 200_000)])
        found: list[int] = []
        reads = 0
        while part := numbers((await store.since(found[-1] if found else 0, 100)).revisions):
            found += part
            reads += 1
        assert found == [1, 2, 3, 4, 5, 6]
        assert reads > 1

    async def test_those_of_memberships_alone_are_left_out(self, store: Store) -> None:
        await store.commit([put_backend("app")])
        await store.commit([put(Membership(key="app"))])
        await store.commit([put_backend("app", port=8002)])
        assert numbers((await store.since(0, 9)).revisions) == [1, 3]
        assert numbers((await store.since(2, 9)).revisions) == [3]

    async def test_what_was_forgotten_is_told_by_the_floor(self, store: Store, open_store: OpenStore) -> None:
        for port in range(8001, 8006):
            await store.commit([put_backend("app", port=port)])
        await store.compact(2)
        past = await store.since(0, 9)
        assert (numbers(past.revisions), past.floor) == ([4, 5], 3)
        await store.close()
        assert await (await open_store()).since(3, 9) == past
