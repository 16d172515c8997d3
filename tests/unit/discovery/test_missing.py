"""Who served before the registry began, and is not registered yet."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from aqueduct.discovery.missing import known_for
from aqueduct.discovery.registry import Registry
from aqueduct.errors import NotFound
from aqueduct.model.registrations import completed
from aqueduct.model.snapshot import Snapshot
from aqueduct.store.registrations import LmdbRegistrations
from aqueduct.v1.backend_pb2 import (
    ADMIN_STATE_MAINT,
    BACKEND_TYPE_DYNAMIC,
    BACKEND_TYPE_STATIC,
    MEMBER_PHASE_DRAINING,
    MEMBER_PHASE_SERVING,
    Backend,
    Member,
    Membership,
)
from aqueduct.v1.registry_pb2 import Registration

from .doubles import WEB, Heard, ManualClock, running

GRACE = 30.0


def member(port: int, version: str = "1.0.0") -> Member:
    return Member(name="web", version=version, host="10.0.0.1", port=port, phase=MEMBER_PHASE_SERVING)


def snapshot(*members: Member, discovery: str = "", name: str = "web") -> Snapshot:
    backend = Backend(key="live", type=BACKEND_TYPE_DYNAMIC, name=name, version="1.0.0", discovery=discovery)
    return Snapshot(
        backends={"live": backend, "other": Backend(key="other", type=BACKEND_TYPE_STATIC, members=members)},
        memberships={"live": Membership(key="live", members=members)} if members else {},
    )


def web(port: int) -> Registration:
    return completed(Registration(name="web", version="1.0.0", host="10.0.0.1", port=port))


def key(port: int) -> str:
    return f"/web/1.0.0/10.0.0.1/{port}"


@pytest.mark.parametrize(
    ("discovery", "sources", "found"),
    [
        ("", ["registry"], True),
        ("registry", ["file", "registry"], True),
        ("thalassa", ["registry"], True),
        ("", ["file", "registry"], False),
        ("file", ["registry", "file"], False),
        ("", [], True),
    ],
)
def test_backends_that_use_the_registry_or_nothing_that_is_there(
    discovery: str, sources: Sequence[str], *, found: bool
) -> None:
    known = known_for("registry", sources, snapshot(member(1), discovery=discovery))
    assert list(known) == ([key(1)] if found else [])


def test_members_that_go_or_are_of_another_version_are_not_missed() -> None:
    going = member(2)
    going.phase = MEMBER_PHASE_DRAINING
    stopped = member(1)
    stopped.admin_state = ADMIN_STATE_MAINT
    known = known_for("registry", ["registry"], snapshot(stopped, going, member(3, "0.9.0")))
    assert list(known) == [key(1)]
    assert not known[key(1)].admin_state
    assert known_for("registry", ["registry"], snapshot()) == {}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[LmdbRegistrations]:
    store = await LmdbRegistrations.open(tmp_path)
    yield store
    await store.close()


@pytest.fixture
async def registry(store: LmdbRegistrations, clock: ManualClock) -> AsyncIterator[Registry]:
    known = known_for("registry", ["registry"], snapshot(*map(member, range(1, 5))))
    registry = Registry(store, clock, GRACE, known)
    registry.follow(WEB)
    yield registry
    await registry.close()


def spelled(*ports: int, held: bool = True) -> list[str]:
    places = " ".join(f"10.0.0.1:{port}" for port in ports)
    return [f"web 1.0.0: {places}{' held' if held else ''}"]


async def test_they_stay_until_all_had_the_time_to_renew(registry: Registry, clock: ManualClock) -> None:
    heard = Heard()
    async with running(registry, heard):
        assert heard.take() == ["well", *spelled(1, 2, 3, 4)]
        await registry.register(web(1))
        assert heard.take() == spelled(1, 2, 3, 4)
        clock.advance(GRACE - 1)
        await registry.register(web(2))
        registry.expire()
        heard.take()
        clock.advance(1)
        registry.expire()
        assert heard.take()[-1:] == spelled(2, held=False)


async def test_nobody_is_missed_where_all_have_registered(registry: Registry) -> None:
    heard = Heard()
    async with running(registry, heard):
        for port in range(1, 5):
            await registry.register(web(port))
        assert heard.take()[-1:] == spelled(1, 2, 3, 4, held=False)
        await registry.deregister(key(3))
        assert heard.take()[-1:] == spelled(1, 2, 4, held=False)


async def test_who_says_goodbye_is_believed(registry: Registry) -> None:
    heard = Heard()
    async with running(registry, heard):
        heard.take()
        with pytest.raises(NotFound):
            await registry.deregister(key(4))
        assert heard.take() == spelled(1, 2, 3)
        with pytest.raises(NotFound):
            await registry.deregister("no id")


async def test_the_time_is_up_also_where_nothing_else_happens(
    store: LmdbRegistrations, clock: ManualClock
) -> None:
    registry = Registry(store, clock, 0.01, known_for("registry", [], snapshot(member(1))))
    registry.follow(WEB)
    heard = Heard()
    async with running(registry, heard):
        assert heard.take() == ["well", *spelled(1)]
        clock.advance(1)
        async with asyncio.timeout(20):
            assert await heard.next() == "web 1.0.0: none"


async def test_who_is_registered_is_not_missed(tmp_path: Path, clock: ManualClock) -> None:
    heard = Heard()
    for known in ({}, known_for("registry", [], snapshot(member(1)))):
        store = await LmdbRegistrations.open(tmp_path)
        registry = Registry(store, clock, GRACE, known)
        registry.follow(WEB)
        async with running(registry, heard):
            await registry.register(web(1))
        await registry.close()
        await store.close()
    assert heard.take()[-1:] == spelled(1, held=False)
