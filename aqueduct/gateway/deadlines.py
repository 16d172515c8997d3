"""How long a client lets a call take. Pure.

`Request-Timeout: 2.5` in seconds, or `Grpc-Timeout: 2500m` as gRPC spells it (doc/PROTOCOL-HTTP2.md), which
grpc-gateway takes as well.
"""

import re
from collections.abc import Mapping
from typing import Final

from aqueduct.gateway.errors import malformed

LONGEST: Final = 24 * 3_600.0
"""Seconds at the most."""

_SECONDS: Final = re.compile(r"[0-9]{1,8}(\.[0-9]{1,6})?", re.ASCII)
_GRPC: Final = re.compile(r"(?P<count>[0-9]{1,8})(?P<unit>[HMSmun])", re.ASCII)
_UNITS: Final = {"H": 3_600.0, "M": 60.0, "S": 1.0, "m": 1e-3, "u": 1e-6, "n": 1e-9}


def timeout_of(headers: Mapping[str, str], default: float | None) -> float | None:
    """Return the seconds that a call may take, by headers of names in lower case."""
    if (text := headers.get("request-timeout")) is not None:
        if not _SECONDS.fullmatch(text) or not float(text):
            raise malformed("Request-Timeout must be seconds, such as 2.5")
        return min(float(text), LONGEST)
    if (text := headers.get("grpc-timeout")) is not None:
        found = _GRPC.fullmatch(text)
        if found is None:
            raise malformed("Grpc-Timeout must be a number and a unit, such as 2500m or 5S")
        return min(int(found["count"]) * _UNITS[found["unit"]], LONGEST)
    return default
