"""The history in the contract of the Store port: what goes into it, and what is forgotten."""

import asyncio

from aqueduct.model.history import to_record
from aqueduct.model.resources import put
from aqueduct.ports.store import Store
from aqueduct.v1.backend_pb2 import Membership
from aqueduct.v1.common_pb2 import Annotation
from aqueduct.v1.history_pb2 import REVISION_CAUSE_CALL, Revision

from .conftest import OpenStore
from .resources import put_backend, put_frontend

ALL = 2**62


def numbers(revisions: tuple[Revision, ...]) -> list[int]:
    return [revision.revision for revision in revisions]


async def test_a_revision_tells_what_its_resources_were_and_became(store: Store) -> None:
    about = to_record(Annotation(author="ann", message="a try"))
    await store.commit([put_backend("app"), put_frontend("web")], about)
    await store.commit([put_backend("app", port=8002)])
    first, second = reversed((await store.past(0, ALL, 9)).revisions)
    assert (first.annotation, first.cause) == (about.annotation, REVISION_CAUSE_CALL)
    assert [change.resource for change in first.changes] == ["backends/app", "frontends/web"]
    assert not first.changes[0].HasField("before")
    assert second.changes[0].before == first.changes[0].after
    assert second.changes[0].after.backend == store.snapshot().backends["app"]
    assert 0 <= second.create_time.ToSeconds() - first.create_time.ToSeconds() < 60


async def test_it_is_read_in_parts_the_newest_first(store: Store) -> None:
    for port in range(8001, 8008):
        await store.commit([put_backend("app", port=port)])
    assert numbers((await store.past(0, ALL, 3)).revisions) == [7, 6, 5]
    assert numbers((await store.past(0, 5, 3)).revisions) == [4, 3, 2]
    assert numbers((await store.past(3, 6, 9)).revisions) == [5, 4]
    assert numbers((await store.past(7, ALL, 9)).revisions) == []
    assert (await store.past(0, ALL, 1)).floor == 0


async def test_what_changes_nothing_or_memberships_alone_is_no_part_of_it(store: Store) -> None:
    await store.commit([put_backend("app")])
    await store.commit([put_backend("app")])
    await store.commit([put(Membership(key="app"))])
    await store.commit([put_backend("app", port=8002), put(Membership(key="app", revision=1))])
    past = await store.past(0, ALL, 9)
    assert numbers(past.revisions) == [3, 1]
    assert [change.resource for change in past.revisions[0].changes] == ["backends/app"]


async def test_the_oldest_part_is_forgotten_on_demand(store: Store) -> None:
    for port in range(8001, 8006):
        await store.commit([put_backend("app", port=port)])
    assert await store.compact(2) == 3
    past = await store.past(0, ALL, 9)
    assert (numbers(past.revisions), past.floor) == ([5, 4], 3)
    assert await store.compact(2) == 0


async def test_it_is_there_when_the_store_is_opened_again(open_store: OpenStore) -> None:
    store = await open_store()
    await asyncio.gather(*(store.commit([put_backend(f"b{number}")]) for number in range(5)))
    await store.compact(4)
    before = await store.past(0, ALL, 9)
    await store.close()
    assert await (await open_store()).past(0, ALL, 9) == before
    assert before.floor == 1
