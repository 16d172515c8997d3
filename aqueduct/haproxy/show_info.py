"""The answer to `show info` as a message (HAProxy management guide, section 9.3)."""

from google.protobuf.duration_pb2 import Duration

from aqueduct.haproxy.master import Processes
from aqueduct.v1.haproxy_pb2 import HAProxyInfo

COMMAND = "@1 show info"


def parse(answer: str, processes: Processes) -> HAProxyInfo:
    """Return what the worker that gave `answer` says of itself; figures it does not tell are 0."""
    lines = (line.partition(": ") for line in answer.splitlines())
    fields = {name: value for name, separator, value in lines if separator}
    return HAProxyInfo(
        version=fields.get("Version", ""),
        master_pid=processes.master,
        worker_pid=_number(fields, "Pid"),
        uptime=Duration(seconds=_number(fields, "Uptime_sec")),
        old_workers=len(processes.old_workers),
        current_connections=_number(fields, "CurrConns"),
        max_connections=_number(fields, "Maxconn"),
        fields=fields,
    )


def _number(fields: dict[str, str], name: str) -> int:
    value = fields.get(name, "")
    return int(value) if value.isdecimal() else 0
