"""Aqueduct's own registration."""

import asyncio
import socket

import pytest

from aqueduct.discovery.thalassa import announcing
from aqueduct.discovery.thalassa.announcing import Announcing, own_host
from aqueduct.settings import RegistryAddress

from .fake import FakeRegistry, fake_registry

PATH = "/registrations/thalassa-aqueduct/0.1.0/10.0.0.9/10000"


def _announcing(registry: FakeRegistry, label: str = "dev") -> Announcing:
    return Announcing(registry.address, "0.1.0", "10.0.0.9", 10_000, label)


async def _asked(registry: FakeRegistry, count: int) -> None:
    while len(registry.asked) < count:
        await asyncio.sleep(0.001)


async def test_it_registers_again_and_again_and_says_goodbye(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcing, "EVERY", 0.001)
    async with fake_registry() as registry:
        own = _announcing(registry)
        running = asyncio.create_task(own.run())
        await _asked(registry, 2)
        own.stop()
        await running
        assert set(registry.asked[:-1]) == {f"POST {PATH}"}
        assert registry.asked[-1] == f"DELETE {PATH}"
        meta = {"label": "dev", "secondsToExpire": 60, "hostname": socket.gethostname()}
        assert registry.bodies[0] == meta


async def test_a_registry_that_is_away_is_tried_again() -> None:
    async with fake_registry() as registry:
        await registry.stop_http()
        own = _announcing(registry, label="")
        running = asyncio.create_task(own.run())
        while not own._error:
            await asyncio.sleep(0.001)
        await registry.start_http()
        await _asked(registry, 1)
        assert "label" not in registry.bodies[0]
        registry.status = 500  # the goodbye fails, and holds up nothing
        own.stop()
        await running
        assert len(registry.asked) == 2


async def test_one_that_never_registered_says_no_goodbye() -> None:
    async with fake_registry() as registry:
        registry.status = 404
        own = _announcing(registry)
        running = asyncio.create_task(own.run())
        while not own._error:
            await asyncio.sleep(0.001)
        own.stop()
        await running
        assert f"DELETE {PATH}" not in registry.asked


@pytest.mark.parametrize(
    ("listens_on", "registry", "host"),
    [
        ("10.1.2.3", "127.0.0.1", "10.1.2.3"),
        ("0.0.0.0", "127.0.0.1", "127.0.0.1"),
        ("::", "127.0.0.1", "127.0.0.1"),
        ("0.0.0.0", "nowhere.invalid", "127.0.0.1"),
    ],
)
def test_the_host_is_where_others_reach_it(listens_on: str, registry: str, host: str) -> None:
    assert own_host(listens_on, RegistryAddress(registry)) == host
