"""Whom to kill: process ids wrap around, so the smallest need not be the master's."""

from aqueduct.demo.processes import Aqueduct
from aqueduct.v1.haproxy_pb2 import GetHAProxyInfoRequest


async def master_pid(aqueduct: Aqueduct) -> int:
    """Return the process id of the master."""
    return (await aqueduct.haproxy.GetHAProxyInfo(GetHAProxyInfoRequest())).info.master_pid
