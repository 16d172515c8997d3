"""Stages: told to who listens to the call, and to nobody else."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from aqueduct import stages
from aqueduct.stages import Stage


def test_nobody_listens_by_default() -> None:
    assert not stages.listened()
    stages.tell(Stage("a", 1.0, 2.0))
    with stages.timed("b"):
        pass


async def test_each_call_has_its_own_listener() -> None:
    async def call(name: str, heard: list[Stage]) -> None:
        with stages.told_to(heard.append):
            assert stages.listened()
            await asyncio.sleep(0)
            with stages.timed(name):
                await asyncio.sleep(0)

    one: list[Stage] = []
    other: list[Stage] = []
    await asyncio.gather(call("one", one), call("other", other))
    assert [[stage.name for stage in heard] for heard in (one, other)] == [["one"], ["other"]]
    assert one[0].began <= one[0].ended
    assert not stages.listened()


async def test_a_stream_may_be_closed_by_another_task() -> None:
    async def stream() -> AsyncGenerator[None, None]:
        with stages.told_to(lambda _: None):
            yield

    async def first(stream: AsyncGenerator[None, None]) -> None:
        await anext(stream)

    responses = stream()
    await asyncio.create_task(first(responses))
    await asyncio.create_task(responses.aclose())
    assert not stages.listened()


def test_a_stage_that_fails_is_told() -> None:
    heard: list[Stage] = []
    with stages.told_to(heard.append), pytest.raises(ZeroDivisionError), stages.timed("a"):
        raise ZeroDivisionError
    assert [stage.name for stage in heard] == ["a"]
