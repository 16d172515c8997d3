"""Rows as HAProxy writes them, for tests."""

from collections.abc import Sequence

from aqueduct.model.stats.lines import COUNTERS, GAUGES, LineKind

_NAMES = (
    "pxname", "svname", "qcur", "qmax", "scur", "smax", "slim", "stot", "bin", "bout", "dreq", "dresp",
    "ereq", "econ", "eresp", "wretr", "wredis", "status", "weight", "act", "bck", "chkfail", "chkdown",
    "lastchg", "downtime", "qlimit", "pid", "iid", "sid", "throttle", "lbtot", "tracked", "type", "rate",
    "rate_lim", "rate_max", "check_status", "check_code", "check_duration", "hrsp_1xx", "hrsp_2xx",
    "hrsp_3xx", "hrsp_4xx", "hrsp_5xx", "hrsp_other", "hanafail", "req_rate", "req_rate_max", "req_tot",
    "cli_abrt", "srv_abrt", "comp_in", "comp_out", "comp_byp", "comp_rsp", "lastsess", "last_chk",
    "last_agt", "qtime", "ctime", "rtime", "ttime", "agent_status", "agent_code", "agent_duration",
    "check_desc", "agent_desc", "mode",
)  # fmt: skip
HEADER = ("# " + ",".join(_NAMES) + ",").encode()


def row(kind: LineKind, proxy: str, server: str, **cells: str | int) -> bytes:
    """Return a row; numbers that are not given are 0, and `lastchg` is empty for frontends."""
    plain: dict[str, str | int] = dict.fromkeys((*COUNTERS, *GAUGES), 0)
    plain |= {"pxname": proxy, "svname": server, "type": int(kind), "iid": 7}
    if kind is not LineKind.FRONTEND:
        plain |= {"lastchg": 100, "downtime": 0, "lastsess": -1}
    plain |= {"status": "UP", "mode": "http"} | cells
    return (",".join(str(plain.get(name, "")) for name in _NAMES) + ",").encode()


def frontend(proxy: str = "web", **cells: str | int) -> bytes:
    return row(LineKind.FRONTEND, proxy, "FRONTEND", **cells)


def backend(proxy: str = "app", **cells: str | int) -> bytes:
    return row(LineKind.BACKEND, proxy, "BACKEND", **cells)


def server(name: str = "a", proxy: str = "app", **cells: str | int) -> bytes:
    return row(LineKind.SERVER, proxy, name, **cells)


def counted(counters: Sequence[int], name: str) -> int:
    """Return a counter by HAProxy's name."""
    return counters[COUNTERS.index(name)]


def gauge(gauges: Sequence[int], name: str) -> int:
    """Return a gauge by HAProxy's name."""
    return gauges[GAUGES.index(name)]
