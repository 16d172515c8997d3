"""A Thalassa registry as a source, against a registry on loopback that does as it is told."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from aqueduct.discovery.thalassa import api
from aqueduct.discovery.thalassa.source import POLL, REREAD, Thalassa, pause_after
from aqueduct.ports.discovery import Service
from tests.unit.discovery.doubles import WEB, Heard, ManualClock, running

from .fake import FakeRegistry, fake_registry, told

GRACE = 30.0
ONE, TWO, BOTH = "10.0.0.1:1", "10.0.0.1:2", "10.0.0.1:1 10.0.0.1:2"


class Followed:
    """A running source that follows `web`, and what it tells."""

    def __init__(self, registry: FakeRegistry) -> None:
        self.registry = registry
        self.clock = ManualClock()
        self.source = Thalassa(registry.address, self.clock, GRACE)
        self.source.follow(WEB)
        self.heard = Heard()

    async def members(self, wanted: str) -> None:
        """Wait until so much is told of the members."""
        while await self.heard.next() != f"{WEB}: {wanted}":
            pass

    async def trouble(self) -> str:
        while "in trouble" not in (words := await self.heard.next()):
            pass
        return words

    def after(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.source._wake.set()

    async def pause(self) -> float:
        """Return in how many seconds it asks again."""
        while (due := self.source._times.next()) is None:
            await asyncio.sleep(0)
        return due - self.clock.now


@pytest.fixture
async def registry() -> AsyncIterator[FakeRegistry]:
    async with fake_registry() as registry:
        yield registry


@pytest.fixture
async def followed(registry: FakeRegistry) -> AsyncIterator[Followed]:
    registry.answers = [told(1)]
    followed = Followed(registry)
    async with running(followed.source, followed.heard):
        await registry.subscribed.wait()
        await followed.members(ONE)
        while await followed.pause() != REREAD:  # connected, and asked since
            await asyncio.sleep(0)
        followed.heard.take()
        registry.asked.clear()
        yield followed


async def test_events_are_told_as_they_come(followed: Followed) -> None:
    followed.registry.online(told(2))
    await followed.members(BOTH)
    followed.registry.offline(1)
    await followed.members(TWO)
    assert followed.registry.asked == []


async def test_renewals_and_other_services_are_not_told(followed: Followed) -> None:
    followed.registry.online(told(1, last_known=9))
    followed.registry.online(told(3, version="2.0.0"))
    followed.registry.send(b"who", b"knows")
    followed.registry.online(told(2))
    await followed.members(BOTH)
    assert len(followed.heard.members) == 1


async def test_everything_is_read_again_slowly_even_when_all_is_well(followed: Followed) -> None:
    followed.registry.answers = [told(1), told(2)]
    assert await followed.pause() == REREAD
    followed.after(REREAD)
    await followed.members(BOTH)
    assert followed.registry.asked == ["GET /registrations/web/1.0.0"]


async def test_everything_is_read_again_after_a_reconnect(followed: Followed) -> None:
    registry = followed.registry
    await registry.stop_axon()
    registry.answers = [told(1), told(2)]
    await registry.start_axon()
    await followed.members(BOTH)


async def test_while_there_are_no_events_it_is_asked_more_often(followed: Followed) -> None:
    await followed.registry.stop_axon()
    await followed.heard.next()  # asked at once
    assert await followed.pause() == POLL
    followed.registry.answers = [told(1), told(2)]
    followed.after(POLL)
    await followed.members(BOTH)


async def test_an_event_during_the_question_is_applied_before_and_after_the_answer(
    followed: Followed,
) -> None:
    registry = followed.registry
    registry.gate.clear()
    registry.requested.clear()
    followed.after(REREAD)
    await registry.requested.wait()
    registry.online(told(2))
    await followed.members(BOTH)
    registry.gate.set()  # the answer is that of before
    await followed.members(BOTH)


async def test_a_registry_that_is_gone_is_told_and_what_was_known_stays(followed: Followed) -> None:
    registry = followed.registry
    await registry.stop_http()
    await registry.stop_axon()
    assert "source in trouble" in (words := await followed.trouble())
    assert "Connection refused" in words
    assert 0.1 <= await followed.pause() <= 5
    registry.answers = []
    await registry.start_http()
    await registry.start_axon()
    await followed.members(f"{ONE} held")  # it has forgotten everybody
    followed.after(GRACE)
    await followed.members("none")


async def test_one_that_was_heard_of_since_is_believed_to_be_gone(followed: Followed) -> None:
    registry = followed.registry
    await registry.stop_axon()
    await registry.start_axon()
    await registry.subscribed.wait()
    registry.online(told(1))
    registry.online(told(2))
    await followed.members(BOTH)
    registry.offline(1)
    await followed.members(TWO)


@pytest.mark.parametrize(
    ("status", "answers", "words"),
    [
        (500, [], "answers 500 to GET /registrations/web/1.0.0"),
        (302, [], "answers 302"),
        (200, b"{", "no JSON"),
        (200, b"[" * 100_000, "no JSON"),
        (200, {}, "a list"),
        (200, b"[" + b" " * 2_000 + b"]", "longer than 1,000 bytes"),
    ],
)
async def test_a_wrong_answer_is_a_trouble_of_its_service(
    followed: Followed, status: int, answers: object, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "MOST_BYTES", 200_000 if answers == b"[" * 100_000 else 1_000)
    followed.registry.status, followed.registry.answers = status, answers
    followed.after(REREAD)
    trouble = await followed.trouble()
    assert trouble.startswith("web 1.0.0 in trouble: 127.0.0.1:")
    assert words in trouble


async def test_a_registry_that_does_not_answer_in_time_is_a_trouble(registry: FakeRegistry) -> None:
    registry.gate.clear()
    asked = api.Api("127.0.0.1", registry.port, patience=0.05)
    with pytest.raises(api.Unreachable, match=r"does not answer within 0\.05 s"):
        await asked.registrations(WEB)


async def test_what_cannot_be_a_member_is_left_out(followed: Followed) -> None:
    wrong = told(4) | {"host": "a b"}
    followed.registry.answers = [told(1), told(2), wrong, 7, told(3, version="1.0.*")]
    followed.after(REREAD)
    await followed.members(BOTH)
    followed.registry.online(told(1) | {"port": None})
    await followed.members(TWO)


async def test_what_is_no_axon_is_cut_off_and_tried_again(followed: Followed) -> None:
    followed.registry.subscribed.clear()
    followed.registry.send_raw(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    await followed.registry.subscribed.wait()


async def test_a_service_without_a_name_or_a_version_has_no_members(followed: Followed) -> None:
    followed.source.follow(Service("web", ""))
    assert await followed.heard.next() == "web: none"
    assert followed.registry.asked == []


async def test_names_are_spelled_safely(followed: Followed) -> None:
    followed.registry.answers = []
    followed.source.follow(Service("50%?ä#", "1..2"))
    await followed.heard.next()
    assert followed.registry.asked == ["GET /registrations/50%25%3F%C3%A4%23/1..2"]


async def test_a_service_that_is_left_is_asked_for_no_more(followed: Followed) -> None:
    followed.source.leave(WEB)
    followed.registry.online(told(2))
    followed.source.follow(Service("web", "2.0.0"))
    await followed.heard.next()
    assert followed.registry.asked == ["GET /registrations/web/2.0.0"]


async def test_one_that_is_left_and_followed_during_the_question_is_asked_for_anew(
    followed: Followed,
) -> None:
    registry = followed.registry
    registry.gate.clear()
    registry.requested.clear()
    followed.after(REREAD)
    await registry.requested.wait()
    followed.source.leave(WEB)
    followed.source.follow(WEB)
    while followed.source._times.next() is not None:  # it is noted to be asked for once more
        await asyncio.sleep(0)
    registry.answers = [told(2)]
    registry.gate.set()
    await followed.members(TWO)


async def test_the_source_as_a_whole_is_told_where_nothing_is_followed(registry: FakeRegistry) -> None:
    heard = Heard()
    async with running(Thalassa(registry.address, ManualClock(), GRACE), heard):
        assert await heard.next() == "well"
        await registry.stop_axon()
        assert (await heard.next()).startswith(f"source in trouble: {registry.address}: ")
        await registry.start_axon()
        while await heard.next() != "well":
            pass


async def test_it_may_be_run_again(followed: Followed) -> None:
    heard = Heard()
    async with running(followed.source, heard):
        assert await heard.next() == f"web 1.0.0: {ONE}"


def test_pauses_grow_to_five_seconds() -> None:
    assert [round(pause_after(failures), 3) for failures in (1, 2, 3, 100)] == [0.1, 0.15, 0.225, 5.0]
