"""Aqueduct killed at each point of an apply and of a switch: the next one ends what it began.

Afterwards store, file and process are at one, and no client has noticed anything.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import grpc.aio
import pytest

from aqueduct.demo.processes import Aqueduct
from aqueduct.v1.haproxy_pb2 import GetHAProxyConfigRequest
from tests.integration.asking import status_of
from tests.integration.members import KEY, Live, members, policy, services
from tests.integration.numbered import Numbered
from tests.load import Load, fetch


@dataclass
class Dying(Aqueduct):
    """Kills itself at a point, once its trigger is there."""

    point: str = ""
    count: int = 1

    @property
    def trigger(self) -> Path:
        return self.data_dir.with_name("trigger")

    def _command(self) -> list[str]:
        command = super()._command()
        if not self.point:
            return command
        dying = ["-m", "tests.integration.dying", self.point, str(self.count), str(self.trigger)]
        return [sys.executable, *dying, *command[command.index("serve") :]]

    async def dies(self) -> None:
        """Have it die at its point, and start one that does not."""
        await self.wait()
        self.trigger.unlink()
        self.point = ""
        await self.start()


@pytest.fixture
async def dying(haproxy_binary: Path, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Dying]:
    point, count = request.param
    async with Dying(tmp_path / "data", haproxy_binary, point=point, count=count) as process:
        yield process


async def _is_at_one(aqueduct: Aqueduct) -> None:
    """Wait until all that is stored is served and no switch is under way, and compare the file with it."""
    await status_of(
        aqueduct,
        lambda status: status.applied_revision == status.stored_revision and not status.transitions,
    )
    config = (await aqueduct.haproxy.GetHAProxyConfig(GetHAProxyConfigRequest())).config
    file = aqueduct.data_dir / "haproxy" / "haproxy.cfg"
    while file.read_text() != config:
        await asyncio.sleep(0.01)
    status = await status_of(aqueduct)
    assert not status.drifts, status.last_drift


async def _put(live: Live, wanted: list) -> None:  # type: ignore[type-arg] # of members
    with suppress(grpc.aio.AioRpcError):
        await live.put(wanted, policy(switch=20.0))


_LIVE = [
    *((point, 1) for point in ("commit", "journal", "commands", "confirm")),
    # further on in the switch: the opening of the gate, the drain, the removal
    ("commit", 2),
    ("commit", 3),
    *((point, 2) for point in ("journal", "commands", "confirm")),
]


@pytest.mark.parametrize("dying", _LIVE, indirect=True, ids=lambda pair: f"{pair[0]}-{pair[1]}")
async def test_amid_a_switch(dying: Dying, free_port: int) -> None:
    async with services("1", 2) as old, services("2", 2) as new:
        live = await Live.on(dying, members(old), free_port)
        async with Load(free_port, connections=8) as load:
            dying.trigger.touch()
            await asyncio.gather(_put(live, members(new)), dying.dies())
            await _is_at_one(dying)
            await load.further(20)
        assert load.failures == []
        assert set(await live.phases()) == {each.port for each in new}
        assert {(await fetch(free_port)).body for _ in range(8)} == {b"2"}


@pytest.mark.parametrize(
    "dying",
    [("commit", 1), ("file", 1), ("reload", 1), ("served", 1)],
    indirect=True,
    ids=lambda pair: pair[0],
)
async def test_amid_a_reload(dying: Dying, free_port: int) -> None:
    async with services("1", 1) as old:
        live = await Live.on(dying, members(old), free_port)
        numbered = Numbered.on(dying)
        await numbered.put(1)
        async with Load(free_port, connections=8) as load:
            dying.trigger.touch()
            with suppress(grpc.aio.AioRpcError):
                await numbered.put(2)
            await dying.dies()
            await _is_at_one(dying)
            assert await numbered.served() == 2
            await load.further(20)
        assert load.failures == []
        assert (await live.stored()).key == KEY
