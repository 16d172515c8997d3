"""TLS before an Aqueduct, for tests of clients: an HAProxy that takes one certificate and one token."""

import asyncio
import socket
from asyncio.subprocess import DEVNULL
from pathlib import Path
from typing import Self

from aqueduct.demo.processes import ProcessFailed
from aqueduct.haproxy.source import choose

TOKEN = "secret"  # noqa: S105 # it keeps nobody out but a test's wrong one
"""What calls must bring as `authorization: Bearer`."""
_CONFIGURATION = """\
defaults
    mode http
    timeout connect 5s
    timeout client 1h
    timeout server 1h

frontend encrypted
    bind fd@{descriptor} ssl alpn h2 crt server.both ca-file client.pem verify required
    acl known req.hdr(authorization) -m str "Bearer {token}"
    http-request return status 401 unless known
    default_backend aqueduct

backend aqueduct
    server aqueduct {target} proto h2
"""


class Encrypted:
    """Takes TLS on loopback and passes calls on to `target`, while entered.

    Keys and certificates are made for a day, in `directory`.
    """

    def __init__(self, directory: Path, target: str) -> None:
        self._directory = directory
        self._target = target
        self.port = 0
        """Where it listens, on 127.0.0.1, once entered."""
        self.roots = directory / "server.pem"
        """The certificate that the server shows, which nobody else vouches for: for localhost."""
        self.certificate = directory / "client.pem"
        """That which a client has to show."""
        self.key = directory / "client.key"
        """Its key."""

    async def __aenter__(self) -> Self:
        await self._make("server", "localhost")
        await self._make("client", "ann")
        both = (self._directory / "server.key").read_text() + self.roots.read_text()
        (self._directory / "server.both").write_text(both)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = listener.getsockname()[1]
            configuration = _CONFIGURATION.format(
                descriptor=listener.fileno(), token=TOKEN, target=self._target
            )
            (self._directory / "encrypted.cfg").write_text(configuration)
            self._process = await asyncio.create_subprocess_exec(
                *(choose(None), "-db", "-q", "-f", "encrypted.cfg"),
                cwd=self._directory,
                pass_fds=[listener.fileno()],
                stdin=DEVNULL,
            )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()

    async def _make(self, name: str, whom: str) -> None:
        """Make a key and a certificate that vouches for itself."""
        made = await asyncio.create_subprocess_exec(
            *(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
            ),
            *("-days", "1", "-subj", f"/CN={whom}", "-addext", f"subjectAltName=DNS:{whom}"),
            *("-addext", "basicConstraints=critical,CA:FALSE"),
            *("-keyout", self._directory / f"{name}.key", "-out", self._directory / f"{name}.pem"),
            stdin=DEVNULL,
            stderr=DEVNULL,
        )
        if await made.wait():
            raise ProcessFailed("openssl makes no certificate")
