"""What is counted over reloads, against what clients and members counted themselves."""

import asyncio
from typing import Any

from aqueduct.demo.ports import free_port
from aqueduct.haproxy.adapter import MasterWorker
from aqueduct.ports.statistics import LineKind, Reading
from tests.integration.haproxy.counting.reading import Watch, count
from tests.integration.haproxy.counting.running import Traffic
from tests.integration.haproxy.counting.traffic import MEMBERS
from tests.integration.haproxy.support import DEFAULTS

REQUESTS, RELOADS = 100_000, 20
FRONTEND, BACKEND, SERVER = LineKind
_SETTLED = 5.0
"""Seconds that HAProxy may take to note the end of the last sessions."""


def web(port: int, members: dict[str, str], number: int = 0) -> str:
    """Return a body whose frontend leads to the members of two backends. Each `number` differs."""
    return f"""{DEFAULTS}
frontend web
    bind 127.0.0.1:{port}
    http-request set-header x-number {number}
    use_backend a if {{ path /a }}
    use_backend b if {{ path /b }}
backend a
    server a1 127.0.0.1:{members["a1"]} check inter 1s
    server a2 127.0.0.1:{members["a2"]}
backend b
    server b1 127.0.0.1:{members["b1"]} check inter 1s
"""


def counted(reading: Reading) -> dict[str, Any]:
    """Return what there is to compare."""
    bytes_ = {name: count(reading, name, FRONTEND, "web") for name in ("bin", "bout")}
    return {
        "requests": count(reading, "req_tot", FRONTEND, "web"),
        "answers": count(reading, "hrsp_2xx", FRONTEND, "web"),
        "connections": count(reading, "stot", FRONTEND, "web"),
        "bytes": bytes_,
        "backends": {proxy: count(reading, "req_tot", BACKEND, proxy) for proxy in "ab"},
        "sessions": {proxy: count(reading, "stot", BACKEND, proxy) for proxy in "ab"},
        "members": {name: count(reading, "hrsp_2xx", SERVER, name[0], name) for name in MEMBERS},
        "member sessions": {name: count(reading, "stot", SERVER, name[0], name) for name in MEMBERS},
    }


def true(told: dict[str, Any], of_one: dict[str, int]) -> dict[str, Any]:
    """Return the same by the account of the traffic. `of_one`: the bytes of a request."""
    clients, members = told["clients"], told["members"]
    requests = clients["/a"] + clients["/b"]
    by_backend = {"a": clients["/a"], "b": clients["/b"]}
    return {
        "requests": requests,
        "answers": requests,
        "connections": clients["connections"],
        "bytes": {name: size * requests for name, size in of_one.items()},
        "backends": by_backend,
        "sessions": by_backend,
        "members": members,
        "member sessions": members,
    }


async def first_bytes(haproxy: MasterWorker) -> dict[str, int]:
    """Return what HAProxy counts as bytes of the first request, once that is over."""
    while True:
        told = counted(await haproxy.statistics.read())
        if told["members"]["b1"]:
            assert told["requests"] == 1
            return dict(told["bytes"])


async def test_totals_agree_with_what_clients_and_members_counted(haproxy: MasterWorker) -> None:
    port = free_port()
    async with Traffic(port, REQUESTS) as traffic:
        await haproxy.start(web(port, traffic.members))
        await traffic.first()
        of_one = await first_bytes(haproxy)
        async with Watch(haproxy.statistics) as watch:
            reloads = 0
            async for done in traffic.go():
                if reloads < RELOADS and done >= (reloads + 1) * REQUESTS // (RELOADS + 1):
                    reloads += 1
                    await haproxy.reload(web(port, traffic.members, reloads))
            while await haproxy.old_workers():
                pass
        assert traffic.told["failures"] == []
        assert traffic.told["clients"]["/a"] + traffic.told["clients"]["/b"] == REQUESTS
        assert reloads == RELOADS
        assert watch.readings > RELOADS
        expected = true(traffic.told, of_one)
        end = asyncio.get_running_loop().time() + _SETTLED
        while (
            counted(await haproxy.statistics.read()) != expected and asyncio.get_running_loop().time() < end
        ):
            pass
        assert counted(await haproxy.statistics.read()) == expected
