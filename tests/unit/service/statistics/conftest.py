"""The service while it collects."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from .doubles import Played


@pytest.fixture
async def played() -> AsyncIterator[Played]:
    played = Played()
    collecting = asyncio.create_task(played.service.run())
    yield played
    collecting.cancel()
    await asyncio.wait([collecting])
