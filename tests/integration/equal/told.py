"""What a HAProxy tells of its servers, as far as it should be the same in one that was started afresh."""

import asyncio
import csv
import shutil
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from aqueduct.haproxy.generations import FILE
from aqueduct.haproxy.master import short_path
from aqueduct.haproxy.preamble import SERVER_STATE
from aqueduct.haproxy.runtime import SOCKET

Servers = Mapping[tuple[str, str], Mapping[str, str]]
"""By the names of backend and server; what is told by the name of the column."""

_PAUSE = 0.002
COMMANDS = ("show servers state", "show stat")

_STATE = (
    *("srv_addr", "srv_fqdn", "srv_port", "srvrecord", "srv_use_ssl", "srv_uweight"),
    *("srv_check_port", "srv_check_addr", "srv_agent_addr", "srv_agent_port"),
)
_STATISTICS = (
    *("slim", "qlimit", "act", "bck", "check_rise", "check_fall", "agent_rise", "agent_fall"),
    *("addr", "cookie", "mode", "tracked"),
)
_MAINT, _CONFIGURED_MAINT, _DRAIN = 0x01, 0x04, 0x08
_CONFIGURED, _ENABLED, _PAUSED = 0x02, 0x04, 0x08


def servers(state: str, statistics: str) -> Servers:
    """Read the answers to COMMANDS: the configuration of each server, and what an operator made of it."""
    shown = {(row["pxname"], row["svname"]): row for row in _statistics(statistics)}
    found = {}
    for row in _rows(state):
        name = row["be_name"], row["srv_name"]
        found[name] = {column: row[column] for column in _STATE}
        found[name] |= {column: shown[name].get(column, "") for column in _STATISTICS}
        found[name] |= _bits(row)
    return found


def _bits(row: Mapping[str, str]) -> dict[str, str]:
    admin, check, agent = (
        int(row[column]) for column in ("srv_admin_state", "srv_check_state", "srv_agent_state")
    )
    told = {
        "maint": bool(admin & _MAINT),
        "disabled": bool(admin & _CONFIGURED_MAINT),
        "drain": bool(admin & _DRAIN),
        "checked": bool(check & _CONFIGURED),
        "check enabled": bool(check & _ENABLED),
        "check paused": bool(check & _PAUSED),
        "agent": bool(agent & _CONFIGURED),
        "agent enabled": bool(agent & _ENABLED),
        "agent paused": bool(agent & _PAUSED),
    }
    if not told["checked"] and not told["agent"]:
        told["up"] = row["srv_op_state"] != "0"
    return {name: "yes" if value else "no" for name, value in told.items()}


def _rows(state: str) -> Iterator[dict[str, str]]:
    _, header, *lines = state.strip("\n").split("\n")
    columns = header.removeprefix("# ").split(" ")
    for line in lines:
        yield dict(zip(columns, line.split(" "), strict=True))


def _statistics(text: str) -> Iterator[dict[str, str]]:
    return csv.DictReader(text.removeprefix("# ").splitlines())


def differences(of: str, found: Servers, expected_of: str, expected: Servers) -> list[str]:
    """Return in what servers differ, a line each; only columns that both tell."""
    told = [
        f"{'/'.join(name)} is {'missing' if name in expected else 'there'} in {of}, not in {expected_of}"
        for name in sorted(found.keys() ^ expected.keys())
    ]
    for name in sorted(found.keys() & expected.keys()):
        has, wants = found[name], expected[name]
        told += [
            f"{'/'.join(name)}: {column} is {has[column]!r} in {of}, {wants[column]!r} in {expected_of}"
            for column in has
            if column in wants and has[column] != wants[column]
        ]
    return told


@asynccontextmanager
async def _bare(binary: Path, directory: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(binary, "-db", "-f", FILE),
        cwd=directory,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def _asked(process: asyncio.subprocess.Process, directory: Path, command: str) -> str:
    """Return the answer to `command` of a HAProxy that may have just been started."""
    while True:
        assert process.returncode is None, (await process.communicate())[0].decode()
        with suppress(FileNotFoundError, ConnectionRefusedError), short_path(directory) as path:
            reader, writer = await asyncio.open_unix_connection(path / SOCKET)
            break
        await asyncio.sleep(_PAUSE)
    writer.write(f"{command}\n".encode())
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer.decode()


def _copied(of: Path, directory: Path) -> None:
    directory.mkdir(exist_ok=True)
    (directory / SOCKET).unlink(missing_ok=True)
    for name in (FILE, SERVER_STATE):
        shutil.copy(of / name, directory / name)


async def fresh(binary: Path, of: Path, directory: Path) -> Servers:
    """Return the servers of a HAProxy, without any Aqueduct, from copies in `directory` of the files `of`."""
    _copied(of, directory)
    async with _bare(binary, directory) as process:
        state, statistics = [await _asked(process, directory, command) for command in COMMANDS]
    return servers(state, statistics)
