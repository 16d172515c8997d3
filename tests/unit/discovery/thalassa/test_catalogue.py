"""Which services a Thalassa registry has, as somebody wants to know it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from aqueduct.discovery.thalassa.catalogue import AGAIN
from aqueduct.discovery.thalassa.source import Thalassa
from aqueduct.ports.discovery import Service
from tests.unit.discovery.doubles import ManualClock

from .fake import FakeRegistry, fake_registry, told

ONE, TWO = Service("web", "1.0.0"), Service("web", "2.0.0")


@pytest.fixture
async def registry() -> AsyncIterator[FakeRegistry]:
    async with fake_registry() as registry:
        yield registry


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def source(registry: FakeRegistry, clock: ManualClock) -> Thalassa:
    return Thalassa(registry.address, clock, 30.0)


async def test_it_is_asked_once_for_all_who_look_within_seconds(
    registry: FakeRegistry, source: Thalassa, clock: ManualClock
) -> None:
    registry.answers = [told(1), told(2), told(2), told(3, version="2.0.0"), told(0), "no registration"]
    both = list(await asyncio.gather(source.services(), source.services()))
    assert both == [{ONE: 2, TWO: 1}] * 2
    assert registry.asked == ["GET /registrations"]
    registry.answers = [told(1)]
    clock.advance(AGAIN)
    assert await source.services() == {ONE: 1}


async def test_what_it_told_stays_while_it_does_not_answer(
    registry: FakeRegistry, source: Thalassa, clock: ManualClock
) -> None:
    registry.answers = [told(1)]
    await source.services()
    registry.status = 500
    clock.advance(AGAIN)
    assert await source.services() == {ONE: 1}
    await registry.stop_http()
    clock.advance(AGAIN)
    assert await source.services() == {ONE: 1}
    await registry.start_http()
