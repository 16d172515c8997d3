"""Thalassa, the real one: its clients register with Aqueduct, and Aqueduct follows its server."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from aqueduct.demo.processes import Aqueduct
from aqueduct.discovery.thalassa.announcing import NAME
from aqueduct.discovery.thalassa.api import Api
from aqueduct.ports.discovery import Service
from tests.integration.asking import status_of
from tests.integration.members import Live
from tests.integration.registering import put_dynamic, set_version
from tests.load import Load, fetch
from tests.thalassa import real
from tests.thalassa.real import Ports, Server, Subscriber

TTL = 2
"""Seconds."""


@pytest.fixture
def binary() -> Path:
    """Return one HAProxy: which of them it is, is no matter here."""
    from tests.haproxies import binaries  # noqa: PLC0415 # it looks for them

    real.require_client()
    return binaries()[0]


@pytest.fixture
async def registry(binary: Path, tmp_path: Path) -> AsyncIterator[tuple[Aqueduct, Ports]]:
    """Run an Aqueduct that is a Thalassa registry itself."""
    ports = Ports()
    async with Aqueduct(tmp_path / "data", binary, ["--thalassa-registry", *ports.options()]) as process:
        yield process, ports


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    real.require_server()
    async with real.redis(tmp_path) as port, Server(port) as server:
        yield server


async def _until(live: Live, ports: set[int]) -> None:
    while set(await live.phases()) != ports:
        await asyncio.sleep(0.01)


async def _registered(ports: Ports, name: str, holds: Callable[[list[Any]], bool]) -> list[Any]:
    api = Api("127.0.0.1", ports.api)
    while not holds(found := await api.registrations(Service(name, "0.1.0"))):
        await asyncio.sleep(0.01)
    return found


async def _live_and_die(aqueduct: Aqueduct, ports: Ports, port: int, late: float) -> None:
    """Have two services register, be members, and one of them die; it may be a member `late` seconds more."""
    live = Live(aqueduct, port)
    await put_dynamic(aqueduct, "1.0.0", port)
    async with AsyncExitStack() as stack:
        first, dying = await stack.enter_async_context(real.service(ports, "1.0.0", TTL))
        second, _ = await stack.enter_async_context(real.service(ports, "1.0.0", TTL))
        await _until(live, {first, second})
        assert (await fetch(port)).body == b"1.0.0"
        member = next(each for each in await live.listed() if each.port == first)
        assert member.id == f"/myapp/1.0.0/{member.host}/{first}"
        assert (member.meta["az"], member.meta["secondsToExpire"]) == ("a", TTL)
        assert member.last_known > 1_700_000_000_000
        dying.kill()
        died = asyncio.get_running_loop().time()
        await _until(live, {second})
        assert asyncio.get_running_loop().time() - died < TTL + late
        assert {(await fetch(port)).body for _ in range(4)} == {b"1.0.0"}


async def test_clients_register_with_aqueduct_itself(
    registry: tuple[Aqueduct, Ports], free_port: int
) -> None:
    await _live_and_die(*registry, free_port, late=1)


async def test_subscribers_are_told_by_aqueduct_itself(registry: tuple[Aqueduct, Ports]) -> None:
    _, ports = registry
    async with Subscriber(ports) as subscriber:
        await subscriber.call("list")
        assert await subscriber.told() == ["list", []]
        await subscriber.call("register 1.0.0 8081")
        told = [await subscriber.told(), await subscriber.told()]
        assert ["updated"] in told
        (registration,) = (each[1] for each in told if each[0] == "online")
        host, meta = registration["host"], registration["meta"]
        assert registration["id"] == f"/myapp/1.0.0/{host}/8081"
        assert (registration["port"], meta["secondsToExpire"], "pid" in meta) == (8081, 60, True)
        await subscriber.call("list")
        assert await subscriber.told() == ["list", [registration]]
        await subscriber.call("unregister 1.0.0 8081")
        assert await subscriber.told() == ["offline", registration["id"]]


async def test_the_original_s_command_registers_with_aqueduct_itself(
    registry: tuple[Aqueduct, Ports],
) -> None:
    aqueduct, ports = registry
    script = real.directory() / "node_modules/thalassa/bin/client.js"
    where = ("--apiport", str(ports.api), "--port", str(ports.axon))
    async with real.process("node", "--no-deprecation", script, "--register", "old@0.1.0:7001", *where):
        (found,) = await _registered(ports, "old", bool)
    assert (found["port"], found["meta"]["secondsToExpire"]) == (7001, 60)
    (own,) = await _registered(ports, NAME, bool)
    assert (own["host"], own["port"], "label" in own["meta"]) == ("127.0.0.1", aqueduct.port, False)


async def test_clients_register_with_a_server_between(
    binary: Path, server: Server, tmp_path: Path, free_port: int
) -> None:
    options = ["--discovery=thalassa", "--label=test", *server.ports.options()]
    async with Aqueduct(tmp_path / "data", binary, options) as aqueduct:
        (own,) = await _registered(server.ports, NAME, bool)
        assert (own["host"], own["port"]) == ("127.0.0.1", aqueduct.port)
        assert (own["meta"]["label"], own["meta"]["secondsToExpire"]) == ("test", 60)
        await _live_and_die(aqueduct, server.ports, free_port, late=3)  # it looks every 2 s
    await _registered(server.ports, NAME, lambda found: not found)  # it said goodbye


async def test_a_server_is_killed_and_restarted_without_a_failed_request(
    binary: Path, server: Server, tmp_path: Path, free_port: int
) -> None:
    options = ["--discovery=thalassa", *server.ports.options()]
    async with Aqueduct(tmp_path / "data", binary, options) as aqueduct, AsyncExitStack() as stack:
        live = Live(aqueduct, free_port)
        ports = server.ports
        old = [(await stack.enter_async_context(real.service(ports, "1.0.0", TTL)))[0] for _ in range(2)]
        new, _ = await stack.enter_async_context(real.service(ports, "2.0.0", TTL))
        await put_dynamic(aqueduct, "1.0.0", free_port)
        await _until(live, set(old))
        async with Load(free_port, connections=4) as load:
            await server.kill()
            status = await status_of(aqueduct, lambda status: bool(status.sources[0].error))
            assert "Connection refused" in status.sources[0].error
            ended = asyncio.get_running_loop().time()
            while asyncio.get_running_loop().time() < ended + TTL:  # all registrations run out
                await load.further(50)
            assert set(await live.phases()) == set(old)
            await server.start()
            late, _ = await stack.enter_async_context(real.service(ports, "1.0.0", TTL))
            await _until(live, {*old, late})  # read again, and told by events
            assert not (await status_of(aqueduct)).sources[0].error
            await set_version(aqueduct, "2.0.0")
            await _until(live, {new})
            await load.further(50)
        assert load.failures == []
