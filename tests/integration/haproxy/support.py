"""Bodies written by hand, and one request at a time."""

import asyncio
import socket
from pathlib import Path

from aqueduct.haproxy.preamble import Extra

DEFAULTS = """\
global
    hard-stop-after 10s
defaults
    mode http
    load-server-state-from-file global
    option idle-close-on-response
    timeout connect 1s
    timeout client 5s
    timeout server 5s
"""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def extra_of(directory: Path) -> Extra:
    """Return what Aqueduct's own lines say beyond what they always do, in a directory that was opened."""
    return Extra(log_port=int((directory / "log-port").read_text()))


def body(port: int, answer: str = "one", more: str = "") -> str:
    """Return a body whose frontend answers every request with `answer`."""
    return f"""{DEFAULTS}
frontend web
    bind 127.0.0.1:{port}
    http-request return status 200 content-type text/plain string {answer}
backend app
    server a 127.0.0.1:9
{more}"""


async def get(port: int) -> str:
    """Return the body of the answer to one request."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(b"GET / HTTP/1.0\r\n\r\n")
        answer = await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()
    return answer.partition(b"\r\n\r\n")[2].decode()
