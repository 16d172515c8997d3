"""`aqueduct serve` that kills itself, by SIGKILL, at a point of its work.

    python -m tests.integration.dying POINT COUNT TRIGGER serve --grpc-port=...

It dies when it comes to POINT for the COUNTth time since the file TRIGGER is there.
"""

import os
import signal
import sys
from collections.abc import Callable, Coroutine
from functools import wraps
from pathlib import Path
from typing import Any

from aqueduct.cli.main import main
from aqueduct.haproxy import runtime, verdict
from aqueduct.haproxy.generations import Generations
from aqueduct.haproxy.journal import Journal
from aqueduct.haproxy.master import MasterCLI
from aqueduct.store.lmdb import LmdbStore

_point, _count, _trigger = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
_left = [_count]


def _is_armed() -> bool:
    return _trigger.exists()


def _die_if_due() -> None:
    if _is_armed():
        _left[0] -= 1
        if not _left[0]:
            os.kill(os.getpid(), signal.SIGKILL)


def _behind(function: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Coroutine[Any, Any, Any]]:
    @wraps(function)
    async def dying(*args: Any, **kwargs: Any) -> Any:
        result = await function(*args, **kwargs)
        _die_if_due()
        return result

    return dying


def _behind_sync(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def dying(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        _die_if_due()
        return result

    return dying


def _before_sync(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def dying(*args: Any, **kwargs: Any) -> Any:
        _die_if_due()
        return function(*args, **kwargs)

    return dying


def _amid_commands() -> None:
    ask = runtime.Connection.ask

    async def dying(self: Any, commands: Any) -> Any:
        changes = [command for command in commands if not command.startswith(("show ", "prompt"))]
        if changes and _is_armed():
            await ask(self, commands[: max(1, len(commands) // 2)])
            _die_if_due()
            return await ask(self, commands)  # pragma: no cover
        return await ask(self, commands)

    runtime.Connection.ask = dying  # type: ignore[method-assign] # that is what this is about


def _amid_reload() -> None:
    command = MasterCLI.command

    async def dying(self: Any, text: str, *args: Any) -> str:
        if text == "reload" and _is_armed():
            _, writer = await self._connect()
            writer.write(b"reload\n")
            writer.write_eof()
            await writer.drain()
            _die_if_due()
        return await command(self, text, *args)

    MasterCLI.command = dying  # type: ignore[method-assign, assignment] # that is what this is about


match _point:
    case "commit":
        LmdbStore.commit = _behind(LmdbStore.commit)  # type: ignore[method-assign]
    case "journal":
        Journal.begin = _behind_sync(Journal.begin)  # type: ignore[method-assign]
    case "commands":
        _amid_commands()
    case "confirm":
        Journal.done = _before_sync(Journal.done)  # type: ignore[method-assign]
    case "file":
        Generations.install = _behind_sync(Generations.install)  # type: ignore[method-assign]
    case "reload":
        _amid_reload()
    case "served":
        verdict.serves = _behind(verdict.serves)
    case _:
        raise SystemExit(f"no point {_point}")
sys.exit(main(sys.argv[4:]))
