"""The registry on its real store: what is durable, what runs out, what its source tells."""

import asyncio
from collections.abc import AsyncIterator, Collection
from pathlib import Path

import pytest
from google.protobuf.duration_pb2 import Duration
from structlog.testing import capture_logs

from aqueduct.discovery.registry import RETRY, Registry
from aqueduct.errors import Exhausted, NotFound
from aqueduct.model.registrations import completed
from aqueduct.ports.discovery import Service
from aqueduct.store.registrations import LmdbRegistrations
from aqueduct.v1.registry_pb2 import Registration

from .doubles import WEB, FailingRegistrations, Heard, ManualClock, running

TTL, GRACE = 10, 30.0
FULL = "no room"


def web(port: int, *, version: str = "1.0.0", ttl: int = TTL, weight: int | None = None) -> Registration:
    return completed(
        Registration(
            name="web",
            version=version,
            host="10.0.0.1",
            port=port,
            ttl=Duration(seconds=ttl),
            weight=weight,
        )
    )


def key(port: int) -> str:
    return web(port).id


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[FailingRegistrations]:
    store = FailingRegistrations(await LmdbRegistrations.open(tmp_path))
    yield store
    await store.close()


@pytest.fixture
async def registry(store: FailingRegistrations, clock: ManualClock) -> AsyncIterator[Registry]:
    registry = Registry(store, clock, GRACE)
    yield registry
    await registry.close()


@pytest.fixture
async def heard(registry: Registry) -> AsyncIterator[Heard]:
    """Run the registry, and follow one of its services."""
    heard = Heard()
    registry.follow(WEB)
    async with running(registry, heard):
        assert heard.take() == ["well", "web 1.0.0: none"]
        yield heard


class TestRegistering:
    async def test_a_registration_is_durable_told_and_a_member(
        self, registry: Registry, heard: Heard, store: FailingRegistrations
    ) -> None:
        made = await registry.register(web(1, weight=3))
        assert (made.id, made.renew_time.seconds) == (key(1), 1_700_001_000)
        assert registry.get(made.id) == made
        assert list(registry.ids()) == [made.id]
        assert heard.take() == ["web 1.0.0: 10.0.0.1:1*3"]
        assert store._database.load() == {made.id: made}

    async def test_a_renewal_writes_nothing_tells_nothing_and_changes_no_member(
        self, registry: Registry, heard: Heard, store: FailingRegistrations, clock: ManualClock
    ) -> None:
        await registry.register(web(1))
        (before,) = heard.members[WEB]
        heard.take()
        clock.advance(5)
        made = await registry.register(web(1))
        assert made.renew_time.seconds == 1_700_001_005
        assert (len(store.writes), heard.take()) == (1, [])
        await registry.register(web(2))
        assert any(member is before for member in heard.members[WEB])

    async def test_a_change_is_written_and_the_member_known_from_the_same_time(
        self, registry: Registry, heard: Heard, store: FailingRegistrations, clock: ManualClock
    ) -> None:
        await registry.register(web(1))
        clock.advance(5)
        await registry.register(web(1, weight=0))
        (member,) = heard.members[WEB]
        assert (member.weight, member.last_known) == (0, 1_700_001_000_000)
        assert len(store.writes) == 2

    async def test_those_that_arrive_together_share_a_write(
        self, registry: Registry, heard: Heard, store: FailingRegistrations
    ) -> None:
        await asyncio.gather(*(registry.register(web(port)) for port in range(1, 301)))
        assert (len(store.writes), len(heard.take())) == (1, 1)

    async def test_each_of_a_batch_builds_on_those_before(
        self, registry: Registry, heard: Heard, store: FailingRegistrations
    ) -> None:
        results = await asyncio.gather(
            registry.deregister(key(1)),
            registry.register(web(1)),
            registry.register(web(1)),
            registry.deregister(key(1)),
            registry.deregister(key(1)),
            registry.register(web(1, weight=5)),
            return_exceptions=True,
        )
        assert [type(result) for result in results] == [
            NotFound,
            Registration,
            Registration,
            Registration,
            NotFound,
            Registration,
        ]
        assert (len(store.writes), heard.take()) == (1, ["web 1.0.0: 10.0.0.1:1*5"])

    async def test_a_service_has_no_more_than_a_backend_takes(
        self, registry: Registry, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("aqueduct.discovery.writes.MEMBERS", 2)
        ports = (1, 2, 3)
        *_, third = await asyncio.gather(
            *(registry.register(web(port)) for port in ports), return_exceptions=True
        )
        assert isinstance(third, Exhausted)
        assert third.reason == "TOO_MANY_MEMBERS"
        with pytest.raises(Exhausted, match=r"web 1\.0\.0 has 2 registrations"):
            await registry.register(web(3))
        await registry.register(web(2))
        await registry.register(web(3, version="2"))

    async def test_a_caller_who_leaves_has_it_made_all_the_same(
        self, registry: Registry, store: FailingRegistrations
    ) -> None:
        gate = asyncio.Event()
        store.gate = gate.wait
        call = asyncio.create_task(registry.register(web(1)))
        await asyncio.sleep(0)
        call.cancel()
        gate.set()
        await registry.close()
        assert list(registry.ids()) == [key(1)]


class TestFullDisk:
    async def test_nothing_is_there_that_could_not_be_stored_and_all_learn_it(
        self, registry: Registry, heard: Heard, store: FailingRegistrations
    ) -> None:
        store.failures.append(Exhausted("DISK_FULL", FULL))
        errors = await asyncio.gather(
            registry.register(web(1)), registry.register(web(2)), return_exceptions=True
        )
        assert [str(error) for error in errors] == [FULL, FULL]
        assert errors[0] is not errors[1]
        assert (list(registry.ids()), heard.take()) == ([], [])
        await registry.register(web(1))

    async def test_renewals_need_no_room(self, registry: Registry, store: FailingRegistrations) -> None:
        await registry.register(web(1))
        store.failures.append(Exhausted("DISK_FULL", FULL))
        error, renewed = await asyncio.gather(
            registry.register(web(2)), registry.register(web(1)), return_exceptions=True
        )
        assert (type(error), type(renewed)) == (Exhausted, Registration)

    async def test_a_registration_that_cannot_be_removed_stays(
        self, registry: Registry, store: FailingRegistrations
    ) -> None:
        await registry.register(web(1))
        store.failures.append(Exhausted("DISK_FULL", FULL))
        with pytest.raises(Exhausted):
            await registry.deregister(key(1))
        assert list(registry.ids()) == [key(1)]

    async def test_what_ran_out_is_gone_and_its_deletion_tried_again(
        self, registry: Registry, store: FailingRegistrations, clock: ManualClock
    ) -> None:
        await registry.register(web(1))
        store.failures += [Exhausted("DISK_FULL", FULL)] * 2
        clock.advance(TTL)
        with capture_logs() as logs:
            registry.expire()
            await registry.close()
        assert list(registry.ids()) == []
        assert [line["log_level"] for line in logs] == ["info", "warning"]
        with pytest.raises(Exhausted):  # this one's write takes the deletion along
            await registry.register(web(2))
        registry.expire()
        await registry.close()
        assert key(1) in store._database.load()
        clock.advance(RETRY)
        registry.expire()
        await registry.close()
        assert store._database.load() == {}

    async def test_one_that_ran_out_and_registers_again_before_its_deletion_stays(
        self, registry: Registry, store: FailingRegistrations, clock: ManualClock
    ) -> None:
        await registry.register(web(1))
        store.failures.append(Exhausted("DISK_FULL", FULL))
        clock.advance(TTL)
        registry.expire()
        await registry.close()
        await registry.register(web(1))
        clock.advance(RETRY)
        registry.expire()
        await registry.close()
        assert list(store._database.load()) == [key(1)]

    async def test_a_fault_is_told_to_those_who_wait(
        self, registry: Registry, store: FailingRegistrations
    ) -> None:
        store.failures.append(ZeroDivisionError())
        with pytest.raises(ZeroDivisionError):
            await registry.register(web(1))


class TestRunningOut:
    async def test_a_registration_runs_out_when_its_time_is_over(
        self, registry: Registry, heard: Heard, store: FailingRegistrations, clock: ManualClock
    ) -> None:
        await registry.register(web(1))
        clock.advance(TTL - 1)
        registry.expire()
        assert heard.take() == ["web 1.0.0: 10.0.0.1:1"]
        clock.advance(1)
        registry.expire()
        assert (registry.get(key(1)), heard.take()) == (None, ["web 1.0.0: none"])
        await registry.close()
        assert store._database.load() == {}

    async def test_the_source_wakes_by_itself(
        self, registry: Registry, heard: Heard, clock: ManualClock
    ) -> None:
        await registry.register(web(1, ttl=1))
        assert await heard.next() == "web 1.0.0: 10.0.0.1:1"
        clock.advance(1)
        registry._wake.set()
        assert await heard.next() == "web 1.0.0: none"

    async def test_it_rests_until_the_first_that_runs_out_also_where_that_comes_late(
        self, registry: Registry, heard: Heard, clock: ManualClock
    ) -> None:
        for port, ttl in ((1, 60), (2, 5)):
            await registry.register(web(port, ttl=ttl))
            while registry._rests_until != clock.now + ttl:
                await asyncio.sleep(0)
        assert heard.take()[-1] == "web 1.0.0: 10.0.0.1:1 10.0.0.1:2"

    async def test_many_at_once_are_put_off_and_kept_by_a_renewal(
        self, registry: Registry, heard: Heard, clock: ManualClock
    ) -> None:
        for port in (1, 2, 3):
            await registry.register(web(port))
        heard.take()
        clock.advance(TTL)
        registry.expire()
        members = "10.0.0.1:1 10.0.0.1:2 10.0.0.1:3"
        assert heard.take() == [f"web 1.0.0: {members} held"]
        with registry.held() as held:
            held.renew(key(1))
            await registry.register(web(2))
            assert heard.take() == []
            clock.advance(GRACE)
            await registry.register(web(2))
            registry.expire()
            assert heard.take() == ["web 1.0.0: 10.0.0.1:1 10.0.0.1:2"]

    async def test_the_last_renewal_ends_the_doubt(
        self, registry: Registry, heard: Heard, clock: ManualClock
    ) -> None:
        await asyncio.gather(registry.register(web(1)), registry.register(web(2)))
        clock.advance(TTL)
        registry.expire()
        heard.take()
        await registry.register(web(1))
        with registry.held() as held:
            held.renew(key(2))
        assert heard.take() == ["web 1.0.0: 10.0.0.1:1 10.0.0.1:2"]


class TestHolding:
    async def test_what_is_held_does_not_run_out_and_its_end_starts_the_time(
        self, registry: Registry, clock: ManualClock
    ) -> None:
        await registry.register(web(1))
        with registry.held() as held:
            held.renew(key(1))
            clock.advance(100)
            assert held.renew(key(1)).renew_time.seconds == 1_700_001_100
            clock.advance(100)
            registry.expire()
            assert registry.get(key(1))
        clock.advance(TTL - 1)
        registry.expire()
        assert registry.get(key(1))
        clock.advance(1)
        registry.expire()
        assert registry.get(key(1)) is None

    async def test_the_last_of_several_holds_counts(self, registry: Registry, clock: ManualClock) -> None:
        await registry.register(web(1))
        with registry.held() as one:
            one.renew(key(1))
            with registry.held() as other:
                other.renew(key(1))
            clock.advance(100)
            registry.expire()
            assert registry.get(key(1))

    async def test_a_hold_of_one_that_was_removed_says_nothing_about_the_next(
        self, registry: Registry, clock: ManualClock
    ) -> None:
        await registry.register(web(1))
        with registry.held() as held:
            held.renew(key(1))
            await registry.deregister(key(1))
            with pytest.raises(NotFound):
                held.renew(key(1))
            await registry.register(web(1))
        clock.advance(TTL)
        registry.expire()
        assert registry.get(key(1)) is None

    async def test_a_change_of_one_that_is_held_keeps_the_hold(
        self, registry: Registry, clock: ManualClock
    ) -> None:
        await registry.register(web(1))
        with registry.held() as held:
            held.renew(key(1))
            await registry.register(web(1, weight=7))
            clock.advance(100)
            registry.expire()
            assert registry.get(key(1))


class TestRestart:
    async def test_registrations_survive_and_their_times_start_anew(
        self, registry: Registry, store: FailingRegistrations, clock: ManualClock
    ) -> None:
        await registry.register(web(1))
        clock.advance(100)
        again = Registry(await reopened(store), clock, GRACE)
        heard = Heard()
        async with running(again, heard):
            again.follow(WEB)
            (member,) = heard.members[WEB]
            assert member.last_known == 1_700_001_000_000
            found = again.get(key(1))
            assert found is not None
            assert found.renew_time.seconds == 1_700_001_100
            clock.advance(TTL - 1)
            again.expire()
            assert again.get(key(1))
            clock.advance(1)
            again.expire()
            assert again.get(key(1)) is None
        await again.close()


async def reopened(store: FailingRegistrations) -> FailingRegistrations:
    await store.close()
    store.__init__(await LmdbRegistrations.open(store._database._directory))  # type: ignore[misc] # the same, anew
    return store


class TestTelling:
    async def test_only_services_that_are_followed_are_told(self, registry: Registry, heard: Heard) -> None:
        other = Service("web", "2")
        await registry.register(web(1, version="2"))
        assert heard.take() == []
        registry.follow(other)
        registry.follow(other)
        assert heard.take() == ["web 2: 10.0.0.1:1"]
        registry.leave(other)
        registry.leave(other)
        await registry.deregister("/web/2/10.0.0.1/1")
        assert heard.take() == []

    async def test_watchers_learn_what_changed_but_no_renewals(
        self, registry: Registry, clock: ManualClock
    ) -> None:
        seen: list[list[str]] = []

        def note(keys: Collection[str]) -> None:
            seen.append(list(keys))

        end = registry.on_change(note)
        await registry.register(web(1))
        await registry.register(web(1))
        await registry.register(web(1, weight=2))
        clock.advance(TTL)
        registry.expire()
        assert seen == [[key(1)]] * 3
        end()
        await registry.register(web(1))
        assert len(seen) == 3
