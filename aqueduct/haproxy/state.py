"""The server-state file: what the next worker takes over of its servers' states.

It is filled just before a reload, with what the serving worker says, and emptied after it: left
there it would bring back an old maintenance one day. (HAProxy configuration manual, `server-state-file`.)
"""

from pathlib import Path

from aqueduct.haproxy import durable
from aqueduct.haproxy.preamble import SERVER_STATE

COMMAND = "@1 show servers state"
EMPTY = "1\n"
"""The format's version line alone."""


def write(directory: Path, state: str = EMPTY) -> None:
    """Have the next worker start with `state`. A power loss ends that worker too: no fsync."""
    content = state.encode(errors="surrogateescape")
    durable.write(directory / SERVER_STATE, content, survives_power_loss=False)
