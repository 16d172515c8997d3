"""What tests ask a running Aqueduct."""

import asyncio
from collections.abc import Callable

from aqueduct.demo.processes import Aqueduct
from aqueduct.v1.haproxy_pb2 import GetHAProxyInfoRequest, GetStatusRequest, Status


async def master_pid(aqueduct: Aqueduct) -> int:
    """Return the process id of the master: ids wrap around, so the smallest need not be its."""
    return (await aqueduct.haproxy.GetHAProxyInfo(GetHAProxyInfoRequest())).info.master_pid


async def worker_pid(aqueduct: Aqueduct) -> int:
    """Return the process id of the worker that serves."""
    return (await aqueduct.haproxy.GetHAProxyInfo(GetHAProxyInfoRequest())).info.worker_pid


async def status_of(aqueduct: Aqueduct, holds: Callable[[Status], bool] = lambda _: True) -> Status:
    """Return the status as soon as it is as wanted; the test's time limit bounds it."""
    while True:
        status = (await aqueduct.haproxy.GetStatus(GetStatusRequest())).status
        if holds(status):
            return status
        await asyncio.sleep(0.01)
