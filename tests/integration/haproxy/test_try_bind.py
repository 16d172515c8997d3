"""Which addresses can be had, beside a HAProxy that listens on some."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from aqueduct.haproxy.adapter import MasterWorker
from aqueduct.model.bind import Address, parse_bind
from tests.integration.haproxy.support import DEFAULTS, free_port, get


def listening_on(*binds: str) -> str:
    lines = "".join(f"    bind {bind}\n" for bind in binds)
    answer = "    http-request return status 200 content-type text/plain string x\n"
    return f"{DEFAULTS}\nfrontend web\n{lines}{answer}"


def addresses(*binds: str) -> list[Address]:
    return [address for bind in binds for address in parse_bind(bind).addresses]


@pytest.fixture
def occupied() -> Iterator[int]:
    """Return a port on loopback that another program listens on, willing to share it."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


async def test_what_it_listens_on_is_available(haproxy: MasterWorker, directory: Path) -> None:
    port, abstract = free_port(), f"aqueduct-{free_port()}"
    held = [f"127.0.0.1:{port}", f"unix@{directory}/web.sock", f"abns@{abstract}"]
    await haproxy.start(listening_on(*held))
    assert await haproxy.try_bind(addresses(*held), addresses(*held)) == {}
    # Known by whose the sockets are, too, which covers what overlaps.
    assert await haproxy.try_bind(addresses(*held), []) == {}


@pytest.mark.parametrize(
    ("held", "new"),
    [
        ("*:{}", "127.0.0.1:{}"),
        ("127.0.0.1:{}", "*:{}"),
        ("*:{}", ":::{}"),
        (":::{}", "*:{}"),
        (":::{}", "127.0.0.1:{}"),
        ("127.0.0.1:{}", "localhost:{}"),
    ],
)
async def test_what_overlaps_its_own_is_available(haproxy: MasterWorker, held: str, new: str) -> None:
    port = free_port()
    held, new = held.format(port), new.format(port)
    await haproxy.start(listening_on(held))
    assert await haproxy.try_bind(addresses(new), addresses(held)) == {}
    await haproxy.reload(listening_on(held, new))
    assert await get(port) == "x"


async def test_what_another_listens_on_is_not(haproxy: MasterWorker, occupied: int) -> None:
    await haproxy.start(listening_on(f"127.0.0.1:{free_port()}"))
    wanted = addresses(f"127.0.0.1:{occupied}", f"*:{occupied}", f":::{occupied}", f"127.0.0.2:{occupied}")
    refused = await haproxy.try_bind(wanted, [])
    assert refused == {
        wanted[0]: f"address 127.0.0.1:{occupied} is in use by another program",
        wanted[1]: f"address 0.0.0.0:{occupied} is in use by another program",
        wanted[2]: f"address [::]:{occupied} is in use by another program",
    }


async def test_its_own_listener_does_not_hide_another(haproxy: MasterWorker, occupied: int) -> None:
    await haproxy.start(listening_on(f"127.0.0.2:{occupied}"))
    (wildcard,) = addresses(f"*:{occupied}")
    assert list(await haproxy.try_bind([wildcard], addresses(f"127.0.0.2:{occupied}"))) == [wildcard]


async def test_a_removed_address_is_free_at_once_though_old_workers_live(
    haproxy: MasterWorker, directory: Path
) -> None:
    port, abstract = free_port(), f"aqueduct-{free_port()}"
    kept = f"127.0.0.1:{free_port()}"
    removed = [f"127.0.0.1:{port}", f"unix@{directory}/web.sock", f"abns@{abstract}"]
    await haproxy.start(listening_on(kept))
    with ExitStack() as clients:
        for _ in range(5):
            await haproxy.reload(listening_on(kept, *removed))
            clients.enter_context(socket.create_connection(("127.0.0.1", port)))
            await haproxy.reload(listening_on(kept))
            assert await haproxy.try_bind(addresses(*removed), addresses(kept)) == {}
        assert (await haproxy.info()).old_workers
        await haproxy.reload(listening_on(kept, *removed))
        assert await get(port) == "x"


async def test_nothing_is_noticed_by_clients(haproxy: MasterWorker) -> None:
    port = free_port()
    await haproxy.start(listening_on(f"127.0.0.1:{port}"))
    for _ in range(100):
        assert await haproxy.try_bind(addresses(f"*:{port}"), []) == {}
        assert await get(port) == "x"
