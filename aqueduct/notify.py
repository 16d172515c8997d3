"""Tells the service manager how far Aqueduct has come: sd_notify(3), for units of Type=notify."""

import os
import socket
from contextlib import suppress

_VARIABLE = "NOTIFY_SOCKET"


def notify(state: str) -> None:
    """Send `state` (`READY=1`, `STOPPING=1`) to the service manager, where there is one."""
    path = os.environ.get(_VARIABLE, "")
    if not path:
        return
    address = "\0" + path[1:] if path.startswith("@") else path
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
        sender.settimeout(0)
        sender.sendto(state.encode(), address)
