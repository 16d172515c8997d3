"""Aqueduct's own registration."""

import asyncio
import socket
from ipaddress import ip_address

import pytest

from aqueduct.discovery.thalassa import addresses, announcing
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
    ("routes", "interfaces", "host"),
    [
        ({"10.9.9.9": "10.0.0.7"}, ["10.0.0.8"], "10.0.0.7"),
        ({"10.9.9.9": "127.0.0.1", "192.0.2.1": "10.0.0.7"}, ["10.0.0.8"], "10.0.0.7"),
        ({"10.9.9.9": "127.0.0.1"}, ["127.0.0.1", "10.0.0.8", "10.0.0.9"], "10.0.0.8"),
        ({}, ["10.0.0.8"], "10.0.0.8"),
        ({"10.9.9.9": "127.0.0.1"}, ["127.0.0.1"], "127.0.0.1"),
        ({}, [], "127.0.0.1"),
    ],
)
def test_where_it_listens_on_all_addresses_it_is_not_at_loopback_if_it_can_be_elsewhere(
    routes: dict[str, str], interfaces: list[str], host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def towards(_: socket.AddressFamily, where: str, __: int) -> list[str]:
        return [routes[where]] if where in routes else []

    monkeypatch.setattr(addresses, "_towards", towards)
    monkeypatch.setattr(addresses, "_of_interfaces", lambda: interfaces)
    assert own_host("0.0.0.0", RegistryAddress("10.9.9.9")) == host


@pytest.mark.parametrize("listens_on", ["10.1.2.3", "127.0.0.1", "fd00::1"])
def test_where_it_listens_on_one_address_it_is_there(listens_on: str) -> None:
    assert own_host(listens_on, RegistryAddress("127.0.0.1")) == listens_on


@pytest.mark.parametrize("listens_on", ["0.0.0.0", "::"])
@pytest.mark.parametrize("registry", ["127.0.0.1", "::1", "nowhere.invalid"])
def test_the_host_is_one_of_this_machine(listens_on: str, registry: str) -> None:
    host = own_host(listens_on, RegistryAddress(registry))
    family = socket.AF_INET6 if listens_on == "::" else socket.AF_INET
    others = [*addresses._of_interfaces()] if family is socket.AF_INET else [*addresses._of_interfaces_6()]
    is_alone = all(ip_address(each).is_loopback for each in others)
    assert ip_address(host).is_loopback == is_alone
    if not is_alone:
        with socket.socket(family) as listener:
            listener.bind((host, 0))
