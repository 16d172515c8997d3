"""An Aqueduct that obeys lines on standard input, for tests of clients in any language.

`python -m aqueduct.demo.commanded SCENARIOS.yaml` starts Aqueduct and HAProxy on free ports, with a temporary
directory, prints one line of JSON that says where, and answers each command by one line:

    reset       an empty configuration, no registrations; Aqueduct runs
    start       Aqueduct again, where it does not run
    stop        ends it as SIGTERM does; HAProxy serves on
    restart     both, one after the other
    kill        ends it as kill -9 does; HAProxy serves on
    tls         has TLS served as well; tells the `target`, the `roots` that vouch for it, the `certificate`
                and `key` that a client has to show (files of PEM), and the `token` that calls have to bring
    scenarios   SCENARIOS.yaml as JSON

An answer is `{"ok": true}`, with more where a command has more to say, or `{"error": "why"}`. All ends, and
the directory is removed, when standard input does: nothing outlives who started it.
"""

import asyncio
import json
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import yaml

from aqueduct.demo.encrypted import TOKEN, Encrypted
from aqueduct.demo.ports import free_port
from aqueduct.demo.processes import Aqueduct, ProcessFailed
from aqueduct.demo.webservice import WebService
from aqueduct.v1.config_pb2 import IMPORT_MODE_REPLACE, ImportRequest
from aqueduct.v1.history_pb2 import Configuration
from aqueduct.v1.registry_pb2 import DeregisterRequest, ListRegistrationsRequest

_PORTS = 4
"""Ports that scenarios may have frontends listen on."""
_SERVICES = ("one", "two")


class Commanded:
    """One Aqueduct, and what is done to it by word."""

    def __init__(self, aqueduct: Aqueduct, scenarios: Path, stack: AsyncExitStack) -> None:
        self._aqueduct = aqueduct
        self._scenarios = scenarios
        self._stack = stack
        self._commands: Mapping[str, Callable[[], Awaitable[Mapping[str, Any]]]] = {
            "reset": self._reset,
            "start": self._start,
            "stop": self._stop,
            "restart": self._restart,
            "kill": self._kill,
            "tls": self._encrypt,
            "scenarios": self._read,
        }

    async def obey(self, word: str) -> Mapping[str, Any]:
        """Do what a command says; return its answer."""
        command = self._commands.get(word)
        if command is None:
            return {"error": f"no command {word!r}: {', '.join(self._commands)}"}
        try:
            return {"ok": True, **await command()}
        except (OSError, ProcessFailed) as error:
            return {"error": str(error)}

    async def _reset(self) -> Mapping[str, Any]:
        await self._start()
        registrations = await self._aqueduct.registry.ListRegistrations(ListRegistrationsRequest())
        for each in registrations.registrations:
            await self._aqueduct.registry.Deregister(DeregisterRequest(id=each.id))
        nothing = ImportRequest(configuration=Configuration(), mode=IMPORT_MODE_REPLACE)
        await self._aqueduct.config.Import(nothing)
        return {}

    async def _start(self) -> Mapping[str, Any]:
        if not self._aqueduct.running:
            await self._aqueduct.start()
        return {}

    async def _stop(self) -> Mapping[str, Any]:
        return {"exit": await self._aqueduct.end()}

    async def _restart(self) -> Mapping[str, Any]:
        ended = await self._stop()
        await self._aqueduct.start()
        return ended

    async def _kill(self) -> Mapping[str, Any]:
        await self._aqueduct.end(signal.SIGKILL)
        return {}

    async def _encrypt(self) -> Mapping[str, Any]:
        directory = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="aq-tls-")))
        encrypted = await self._stack.enter_async_context(Encrypted(directory, self._aqueduct.target))
        files = {"roots": encrypted.roots, "certificate": encrypted.certificate, "key": encrypted.key}
        where = {"target": f"localhost:{encrypted.port}", "token": TOKEN}
        return where | {name: str(path) for name, path in files.items()}

    async def _read(self) -> Mapping[str, Any]:
        text = await asyncio.to_thread(self._scenarios.read_text, encoding="utf-8")
        return {"scenarios": yaml.safe_load(text)["scenarios"]}


async def main(scenarios: Path) -> None:
    """Obey until standard input ends."""
    async with AsyncExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="aq-")))
        services = [await stack.enter_async_context(WebService(name)) for name in _SERVICES]
        process = Aqueduct(directory / "data", options=["--on-exit=keep"])
        aqueduct = await stack.enter_async_context(process)
        _say(_whereabouts(aqueduct, services))
        commanded = Commanded(aqueduct, scenarios, stack)
        async for word in _words():
            _say(await commanded.obey(word))


def _whereabouts(aqueduct: Aqueduct, services: list[WebService]) -> Mapping[str, Any]:
    variables = {f"port{number}": str(free_port()) for number in range(1, _PORTS + 1)}
    variables |= {f"service_{service.name}": str(service.port) for service in services}
    variables["nobody"] = str(free_port())
    where = {"target": aqueduct.target, "http": f"127.0.0.1:{aqueduct.port}"}
    return where | {"dataDir": str(aqueduct.data_dir), "variables": variables | where}


async def _words() -> AsyncIterator[str]:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        yield line.decode().strip()


def _say(answer: Mapping[str, Any]) -> None:
    print(json.dumps(answer), flush=True)  # noqa: T201 # who started it reads it


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
