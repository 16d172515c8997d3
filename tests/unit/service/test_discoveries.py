"""What is believed of sources, which backends it concerns, and what becomes of sources that fail."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs

from aqueduct.errors import Invalid
from aqueduct.ports.discovery import Listener, Service
from aqueduct.service import source as module
from aqueduct.service.discoveries import Discoveries
from aqueduct.service.source import LINGER
from aqueduct.v1.backend_pb2 import BACKEND_TYPE_DYNAMIC, BACKEND_TYPE_STATIC, Backend, Member
from tests.unit.discovery.doubles import ManualClock, spelled

GRACE = 30.0
WEB, API = Service("web", "1"), Service("api", "1")


def backend(key: str, service: Service = WEB, discovery: str = "") -> Backend:
    return Backend(
        key=key,
        type=BACKEND_TYPE_DYNAMIC,
        name=service.name,
        version=service.version,
        discovery=discovery,
    )


def members(*ports: int) -> list[Member]:
    return [Member(host="10.0.0.1", port=port) for port in ports]


class Scripted:
    """A source that says what the test has it say. `run` fails with the errors queued."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.followed: set[Service] = set()
        self.known: dict[Service, Sequence[Member]] = {}
        """What it answers at once."""
        self.listed: dict[Service, int] = {}
        """What it tells of all services."""
        self.listener: Listener | None = None
        self.failures: list[Exception | None] = []
        self.runs = asyncio.Semaphore(0)

    @property
    def name(self) -> str:
        return self._name

    def follow(self, service: Service) -> None:
        self.followed.add(service)
        if self.listener is not None and service in self.known:
            self.listener.found(service, self.known[service])

    def leave(self, service: Service) -> None:
        self.followed.discard(service)

    async def services(self) -> Mapping[Service, int]:
        return self.listed

    async def run(self, listener: Listener) -> None:
        self.listener = listener
        self.runs.release()
        if self.failures:
            failure = self.failures.pop(0)
            if failure is not None:
                raise failure
            return
        await asyncio.Event().wait()

    def found(self, service: Service, *ports: int, held: bool = False) -> None:
        assert self.listener is not None
        self.listener.found(service, members(*ports), held=held)

    def trouble(self, error: str, service: Service | None = None) -> None:
        assert self.listener is not None
        self.listener.trouble(error, service)

    def well(self) -> None:
        assert self.listener is not None
        self.listener.well()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def registry() -> Scripted:
    return Scripted("registry")


@pytest.fixture
async def dns() -> Scripted:
    return Scripted("dns")


@asynccontextmanager
async def running(discoveries: Discoveries) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(discoveries.run())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        try:
            yield
        finally:
            discoveries.stop()


@pytest.fixture
async def discoveries(registry: Scripted, dns: Scripted, clock: ManualClock) -> AsyncIterator[Discoveries]:
    discoveries = Discoveries([registry, dns], clock, GRACE)
    async with running(discoveries):
        yield discoveries


def known(discoveries: Discoveries, of: Backend) -> str:
    """Return the members that are known, in words."""
    found = discoveries.known(of)
    return "unknown" if found is None else spelled(found)


async def changed(discoveries: Discoveries) -> set[str]:
    return set(await asyncio.wait_for(discoveries.changed(), 20))


def is_changed(discoveries: Discoveries) -> bool:
    return discoveries._is_changed.is_set()


class TestFollowing:
    async def test_sources_follow_what_dynamic_backends_use_and_nothing_else(
        self, discoveries: Discoveries, registry: Scripted, dns: Scripted, clock: ManualClock
    ) -> None:
        static = Backend(key="static", type=BACKEND_TYPE_STATIC)
        discoveries.follow([backend("a"), backend("b", API, "dns"), static])
        assert (registry.followed, dns.followed) == ({WEB}, {API})
        discoveries.follow([backend("b", API, "dns")])
        discoveries.follow_one(Backend(key="b", type=BACKEND_TYPE_STATIC))
        clock.advance(LINGER - 1)
        discoveries.tick()
        assert (registry.followed, dns.followed) == ({WEB}, {API})
        clock.advance(1)
        discoveries.tick()
        assert (registry.followed, dns.followed) == (set(), set())

    async def test_a_service_that_is_used_again_in_time_is_still_known(
        self, discoveries: Discoveries, registry: Scripted, clock: ManualClock
    ) -> None:
        discoveries.follow([backend("a")])
        registry.found(WEB, 1)
        discoveries.leave("a")
        discoveries.leave("a")
        clock.advance(LINGER - 1)
        discoveries.follow_one(backend("a"))
        clock.advance(LINGER)
        discoveries.tick()
        assert known(discoveries, backend("a")) == "10.0.0.1:1"

    async def test_all_backends_of_a_service_learn_of_its_members_together(
        self, discoveries: Discoveries, registry: Scripted
    ) -> None:
        discoveries.follow([backend("a"), backend("b", discovery="registry"), backend("c", API)])
        registry.found(WEB, 2, 1)
        registry.found(API, 3)
        assert await changed(discoveries) == {"a", "b", "c"}
        assert known(discoveries, backend("b")) == "10.0.0.1:1 10.0.0.1:2"
        registry.found(WEB, 1)
        assert await changed(discoveries) == {"a", "b"}

    async def test_the_same_members_in_another_order_are_no_change(
        self, discoveries: Discoveries, registry: Scripted
    ) -> None:
        discoveries.follow([backend("a")])
        registry.found(WEB, 1, 2)
        await changed(discoveries)
        registry.found(WEB, 2, 1)
        assert not is_changed(discoveries)

    async def test_a_backend_that_joins_a_service_that_is_known_is_told(
        self, discoveries: Discoveries, registry: Scripted
    ) -> None:
        discoveries.follow([backend("a")])
        registry.found(WEB, 1)
        await changed(discoveries)
        discoveries.follow_one(backend("b"))
        assert await changed(discoveries) == {"b"}
        discoveries.follow_one(backend("b"))
        assert not is_changed(discoveries)

    async def test_what_is_told_of_a_service_that_nobody_follows_is_nothing(
        self, discoveries: Discoveries, registry: Scripted
    ) -> None:
        registry.found(WEB, 1)
        registry.trouble("late", WEB)
        assert known(discoveries, backend("a")) == "unknown"
        assert discoveries.status()[0].error == ""


class TestNone:
    @pytest.fixture(autouse=True)
    async def _web(self, discoveries: Discoveries, registry: Scripted) -> None:
        discoveries.follow([backend("a")])
        registry.found(WEB, 1)
        await changed(discoveries)

    async def test_none_is_believed_after_the_grace(
        self, discoveries: Discoveries, registry: Scripted, clock: ManualClock
    ) -> None:
        with capture_logs() as logs:
            registry.found(WEB)
            discoveries.tick()
        assert [(line["source"], line["services"]) for line in logs] == [("registry", ["web 1"])]
        clock.advance(GRACE - 1)
        registry.found(WEB)
        discoveries.tick()
        assert known(discoveries, backend("a")) == "10.0.0.1:1"
        assert list(discoveries.status()[0].held_services) == ["web 1"]
        clock.advance(1)
        discoveries.tick()
        assert (await changed(discoveries), known(discoveries, backend("a"))) == ({"a"}, "none")
        assert list(discoveries.status()[0].held_services) == []
        registry.found(WEB)
        assert not is_changed(discoveries)

    async def test_members_in_time_and_it_was_never_said(
        self, discoveries: Discoveries, registry: Scripted, clock: ManualClock
    ) -> None:
        registry.found(WEB)
        clock.advance(GRACE - 1)
        registry.found(WEB, 1)
        clock.advance(GRACE)
        discoveries.tick()
        assert (known(discoveries, backend("a")), is_changed(discoveries)) == ("10.0.0.1:1", False)

    @pytest.mark.parametrize("service", [WEB, None])
    async def test_a_source_that_falls_silent_is_not_believed_its_last_word_of_none(
        self, discoveries: Discoveries, registry: Scripted, clock: ManualClock, service: Service | None
    ) -> None:
        registry.found(WEB)
        registry.trouble("silent", service)
        clock.advance(GRACE)
        discoveries.tick()
        assert known(discoveries, backend("a")) == "10.0.0.1:1"
        registry.found(WEB)
        clock.advance(GRACE)
        discoveries.tick()
        assert known(discoveries, backend("a")) == "none"

    async def test_a_first_answer_of_none_is_held_as_well(
        self, discoveries: Discoveries, registry: Scripted, clock: ManualClock
    ) -> None:
        """Who has members from before a restart keeps them meanwhile."""
        discoveries.follow_one(backend("b", API))
        with capture_logs() as logs:
            registry.found(API)
            discoveries.tick()
        assert (known(discoveries, backend("b", API)), logs) == ("unknown", [])
        clock.advance(GRACE)
        discoveries.tick()
        assert (known(discoveries, backend("b", API)), await changed(discoveries)) == ("none", {"b"})

    async def test_none_that_the_source_held_itself_is_believed(
        self, discoveries: Discoveries, registry: Scripted
    ) -> None:
        registry.found(WEB, 1, held=True)
        assert list(discoveries.status()[0].held_services) == ["web 1"]
        registry.found(WEB)
        assert known(discoveries, backend("a")) == "none"
        assert list(discoveries.status()[0].held_services) == []

    async def test_a_service_that_is_left_while_held_is_forgotten(
        self, discoveries: Discoveries, registry: Scripted, clock: ManualClock
    ) -> None:
        discoveries.leave("a")
        clock.advance(LINGER - 1)
        registry.found(WEB)
        registry.trouble("silent", WEB)
        registry.found(WEB)
        clock.advance(1)
        discoveries.tick()
        clock.advance(GRACE)
        discoveries.tick()
        assert (known(discoveries, backend("a")), registry.followed) == ("unknown", set())

    async def test_run_believes_by_itself(
        self, discoveries: Discoveries, registry: Scripted, clock: ManualClock
    ) -> None:
        registry.found(WEB)
        clock.advance(GRACE)
        discoveries._wake.set()
        assert await changed(discoveries) == {"a"}


async def test_without_a_grace_none_is_believed_at_once(registry: Scripted, clock: ManualClock) -> None:
    discoveries = Discoveries([registry], clock, 0)
    async with running(discoveries):
        discoveries.follow([backend("a")])
        registry.found(WEB)
        assert known(discoveries, backend("a")) == "none"


class TestAsking:
    async def test_whoever_asks_gets_the_first_answer(
        self, discoveries: Discoveries, registry: Scripted, clock: ManualClock
    ) -> None:
        asking = asyncio.create_task(discoveries.ask(backend("a"), 20))
        await asyncio.sleep(0)
        registry.found(WEB, 1)
        await asking
        assert known(discoveries, backend("a")) == "10.0.0.1:1"
        clock.advance(LINGER)
        discoveries.tick()
        assert registry.followed == set()

    async def test_a_source_that_knows_answers_at_once(
        self, discoveries: Discoveries, registry: Scripted
    ) -> None:
        registry.known[WEB] = members(1)
        await discoveries.ask(backend("a"), 0.001)
        assert known(discoveries, backend("a")) == "10.0.0.1:1"

    async def test_an_answer_of_none_is_an_answer(self, discoveries: Discoveries, registry: Scripted) -> None:
        registry.known[WEB] = ()
        await discoveries.ask(backend("a"), 20)
        assert known(discoveries, backend("a")) == "unknown"

    @pytest.mark.parametrize("service", [WEB, None])
    async def test_a_trouble_ends_it(
        self, discoveries: Discoveries, registry: Scripted, service: Service | None
    ) -> None:
        asking = asyncio.create_task(discoveries.ask(backend("a"), 20))
        await asyncio.sleep(0)
        registry.trouble("silent", service)
        await asking
        await discoveries.ask(backend("a"), 20)
        await discoveries.ask(backend("b", API), 0 if service else 20)

    async def test_so_does_its_timeout(self, discoveries: Discoveries) -> None:
        await discoveries.ask(backend("a"), 0.001)
        await discoveries.ask(backend("a", discovery="unknown"), 20)

    async def test_it_is_followed_while_somebody_asks(
        self, discoveries: Discoveries, registry: Scripted, clock: ManualClock
    ) -> None:
        discoveries.follow([backend("a")])
        asking = asyncio.create_task(discoveries.ask(backend("a"), 20))
        await asyncio.sleep(0)
        discoveries.leave("a")
        clock.advance(LINGER)
        discoveries.tick()
        assert registry.followed == {WEB}
        asking.cancel()
        await asyncio.wait([asking])
        clock.advance(LINGER)
        discoveries.tick()
        assert registry.followed == set()


class TestTrouble:
    async def test_the_status_tells_of_each_source_in_order(
        self, discoveries: Discoveries, registry: Scripted, dns: Scripted, clock: ManualClock
    ) -> None:
        discoveries.follow([backend("a"), backend("b", WEB, "dns"), backend("c", API, "dns")])
        registry.found(WEB, 1)
        clock.advance(5)
        dns.trouble("SERVFAIL", WEB)
        dns.trouble("SERVFAIL", API)
        first, second = discoveries.status()
        assert (first.name, first.error, first.answer_time.seconds) == ("registry", "", 1_700_001_000)
        assert (second.name, second.error) == ("dns", "web 1: SERVFAIL (and 1 more)")
        assert not second.HasField("answer_time")
        dns.found(WEB, 1)
        assert discoveries.status()[1].error == "api 1: SERVFAIL"
        assert discoveries.status()[1].answer_time.seconds == 1_700_001_005

    async def test_what_was_known_stays_and_it_is_logged_once(
        self, discoveries: Discoveries, registry: Scripted
    ) -> None:
        discoveries.follow([backend("a"), backend("b", API)])
        registry.found(WEB, 1)
        with capture_logs() as logs:
            registry.trouble("silent", WEB)
            registry.trouble("silent", API)
            registry.trouble("silent", WEB)
            registry.found(WEB, 1)
            registry.found(API, 1)
            registry.trouble("gone")
            registry.trouble("gone")
            registry.trouble("wrong")
            registry.well()
            registry.well()
        assert [(line["log_level"], line.get("error")) for line in logs] == [
            ("warning", "web 1: silent"),
            ("info", None),
            ("warning", "gone"),
            ("warning", "wrong"),
            ("info", None),
        ]
        assert known(discoveries, backend("a")) == "10.0.0.1:1"

    async def test_an_answer_ends_a_trouble_of_the_whole_source(
        self, discoveries: Discoveries, registry: Scripted
    ) -> None:
        discoveries.follow([backend("a")])
        registry.trouble("silent")
        registry.found(WEB, 1)
        assert discoveries.status()[0].error == ""

    async def test_more_than_a_backend_takes_is_a_trouble(
        self, discoveries: Discoveries, registry: Scripted, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        discoveries.follow([backend("a")])
        registry.found(WEB, 1)
        monkeypatch.setattr(module, "MEMBERS", 2)
        registry.found(WEB, 1, 2, 3)
        assert discoveries.status()[0].error == "web 1: there are 3 members, and a backend takes 2"
        monkeypatch.setattr(module, "BYTES", 10)
        registry.found(WEB, 1, 2)
        assert discoveries.status()[0].error == "web 1: the members take 24 bytes, and a backend holds 10"
        assert known(discoveries, backend("a")) == "10.0.0.1:1"

    async def test_a_source_that_fails_is_started_again_and_others_go_on(
        self, registry: Scripted, dns: Scripted, clock: ManualClock
    ) -> None:
        registry.failures = [ZeroDivisionError("oops"), None]
        discoveries = Discoveries([registry, dns], clock, GRACE)
        with capture_logs() as logs:
            async with running(discoveries):
                for _ in range(3):
                    await registry.runs.acquire()
                discoveries.follow([backend("a"), backend("b", WEB, "dns")])
                assert discoveries.status()[0].error == "it has ended"
                registry.found(WEB, 1)
                dns.found(WEB, 2)
                assert [status.error for status in discoveries.status()] == ["", ""]
        assert [line["event"] for line in logs if line["log_level"] == "error"] == [
            "a source of members failed"
        ]
        assert "a fault of Aqueduct's: ZeroDivisionError('oops')" in [line.get("error") for line in logs]

    async def test_nothing_runs_any_more_when_it_has_stopped(
        self, registry: Scripted, clock: ManualClock
    ) -> None:
        before = len(asyncio.all_tasks())
        discoveries = Discoveries([registry], clock)
        async with running(discoveries):
            assert len(asyncio.all_tasks()) > before
        assert len(asyncio.all_tasks()) == before


class TestNames:
    async def test_a_source_that_is_not_configured_is_refused(self, discoveries: Discoveries) -> None:
        for name in ("", "registry", "dns"):
            discoveries.check(backend("a", discovery=name))
        discoveries.check(Backend(key="a", type=BACKEND_TYPE_STATIC, discovery="consul"))
        with pytest.raises(Invalid) as raised:
            discoveries.check(backend("a", discovery="consul"))
        (violation,) = raised.value.violations
        assert violation.field == "discovery"
        assert violation.description == "must be one of the sources that are configured (registry, dns)"

    async def test_one_that_was_once_is_told_and_its_members_are_not_known(
        self, discoveries: Discoveries
    ) -> None:
        discoveries.follow([backend("a", discovery="consul")])
        assert known(discoveries, backend("a", discovery="consul")) == "unknown"
        assert [status.name for status in discoveries.status()] == ["registry", "dns", "consul"]
        assert discoveries.status()[2].error == "backends name this source, and it is not configured"
        discoveries.follow([])
        assert len(discoveries.status()) == 2

    async def test_no_source_at_all_is_possible(self, clock: ManualClock) -> None:
        discoveries = Discoveries([], clock)
        discoveries.follow([backend("a")])
        assert discoveries.known(backend("a")) is None
        with pytest.raises(Invalid, match=r"\(none\)"):
            discoveries.check(backend("a"))


class TestServices:
    async def test_those_followed_have_the_members_that_are_believed(
        self, discoveries: Discoveries, registry: Scripted, dns: Scripted
    ) -> None:
        registry.listed = {WEB: 9, API: 3, Service("gone", "1"): 1}
        discoveries.follow(
            [backend("one"), backend("two", Service("gone", "1")), backend("three", API, "dns")]
        )
        registry.found(WEB, 1, 2)
        dns.found(API, 1)
        assert await discoveries.services() == {
            "registry": {WEB: 2, API: 3, Service("gone", "1"): 1},
            "dns": {API: 1},
        }

    async def test_what_has_no_members_is_not_there(
        self, discoveries: Discoveries, registry: Scripted
    ) -> None:
        registry.listed = {WEB: 1}
        discoveries.follow([backend("one")])
        registry.found(WEB, 1)
        registry.listed = {WEB: 0}
        discoveries.follow([])
        registry.found(WEB, held=True)
        registry.found(WEB)
        assert await discoveries.services() == {"registry": {}, "dns": {}}
