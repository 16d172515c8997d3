"""What is desired is what the store holds, unless something was refused."""

from collections.abc import Callable, Sequence

from aqueduct.model.resources import Kind, Ref, delete, put
from aqueduct.model.snapshot import Snapshot
from aqueduct.ports.store import NOTHING_KNOWN, Committed, Past, RevisionListener
from aqueduct.service.desired import Desired
from aqueduct.service.pending import Pending
from aqueduct.store.group import plan_group
from aqueduct.v1.backend_pb2 import Backend
from aqueduct.v1.config_pb2 import Change
from aqueduct.v1.history_pb2 import Revision


class _Store:
    """A store in memory."""

    def __init__(self) -> None:
        self._snapshot = Snapshot()

    def snapshot(self) -> Snapshot:
        return self._snapshot

    async def commit(self, changes: Sequence[Change], about: Revision = NOTHING_KNOWN) -> Committed:
        group = plan_group(self._snapshot, [(changes, about)])
        self._snapshot = group.snapshot
        (outcome,) = group.outcomes
        assert isinstance(outcome, Committed)
        return outcome

    async def past(self, above: int, below: int, most: int) -> Past:
        raise NotImplementedError

    async def since(self, above: int, most: int) -> Past:
        raise NotImplementedError

    def on_revision(self, listener: RevisionListener) -> Callable[[], None]:
        raise NotImplementedError

    async def compact(self, keep: int) -> int:
        raise NotImplementedError

    async def close(self) -> None:
        pass

    async def pending(self, *changes: Change) -> Pending:
        return Pending(await self.commit(changes), {})


def _backend(key: str, host: str = "") -> Change:
    return put(Backend(key=key, host=host))


async def test_all_commits_lead_to_the_snapshot_of_the_store() -> None:
    store = _Store()
    desired = Desired(store)
    for key in ("a", "b"):
        pending = [await store.pending(_backend(key)), await store.pending(_backend(key, "h"))]
        nothing = await store.pending(_backend(key, "h"))
        target = desired.with_all([*pending, nothing])
        assert target is store.snapshot()
        desired.take(target, pending)


async def test_some_commits_lead_to_a_snapshot_without_the_rest() -> None:
    store = _Store()
    desired = Desired(store)
    first, second = await store.pending(_backend("a")), await store.pending(_backend("b"))
    target = desired.with_all([first])
    assert (target.revision, sorted(target.backends)) == (1, ["a"])
    desired.take(target, [first])
    assert desired.with_all([second]) is store.snapshot()


async def test_what_was_refused_is_not_taken_from_the_store() -> None:
    store = _Store()
    desired = Desired(store)
    await store.pending(_backend("refused"))
    later = await store.pending(_backend("a"))
    undone = await store.commit([delete(Ref(Kind.BACKEND, "refused"))])
    desired.snapshot = Snapshot(undone.revision)
    target = desired.with_all([later])
    assert (target.revision, sorted(target.backends)) == (3, ["a"])
    desired.take(target, [later])
    next_one = await store.pending(_backend("b"))
    assert sorted(desired.with_all([next_one]).backends) == ["a", "b"]
