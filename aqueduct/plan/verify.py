"""Whether what HAProxy tells is what was wanted: of its servers, and of a command."""

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from aqueduct.model.server_states import ServerState
from aqueduct.model.words import first_word, words_of
from aqueduct.plan.live import has_check, weight_of
from aqueduct.plan.rows import ServerRow
from aqueduct.plan.server_lines import ServerLine, servers_of, take_apart
from aqueduct.render.image import Image

PROBE = "_aqueduct_probe"
"""What the names of throw-away servers begin with: they are no part of the configuration."""
_TEMPLATE = "server-template"
"""With it in a section, its server lines do not tell all of its servers: others may be there."""
_DEFAULTS = "default-server"
"""Where it holds, a server line does not tell the server's weight, and whether it began `disabled`."""
_ANSWERS = {
    "add server": ("New server registered.",),
    "del server": ("Server deleted.",),
    "set server": ("", "IP changed", "port changed", "no need to change"),
}
_SILENT = ("",)
_SHIELD = ("state drain", "health down")
"""So a server that is still to be proven does not serve when it leaves maintenance."""


def is_accepted(command: str, answer: str) -> bool:
    """Tell whether `answer` says that HAProxy did as `command` says, with or without a warning before."""
    expected = _ANSWERS.get(" ".join(command.split(" ", 2)[:2]), _SILENT)
    text = answer.strip().rpartition("\n")[2]
    return any(text.startswith(each) if each else not text for each in expected)


@dataclass(frozen=True, slots=True)
class _Fault:
    """One thing in which a server differs, and the commands that set it back; none where none can."""

    message: str
    commands: tuple[str, ...] = ()


def disagreements(header: str, image: Image, rows: Iterable[ServerRow]) -> list[str]:
    """Return in what the servers of section `header` differ from `image`, a line each."""
    return [fault.message for fault in _faults(header, image, rows)]


def corrections(header: str, image: Image, rows: Iterable[ServerRow]) -> list[str] | None:
    """Return the commands that set back what differs; None where only a reload can."""
    faults = list(_faults(header, image, rows))
    if not all(fault.commands for fault in faults):
        return None
    return [command for fault in faults for command in fault.commands]


def _faults(header: str, image: Image, rows: Iterable[ServerRow]) -> Iterator[_Fault]:
    section = take_apart(image.sections[header])
    has_template, defaults = _beside(section.others, image.default_lines)
    lines = servers_of(image.sections[header])
    found = {row.name: row for row in rows if not row.name.startswith(PROBE)}
    states = image.states_of(header)
    for name in lines:
        if name not in found:
            yield _Fault(f"server {name} is missing")
    for name, row in found.items():
        if name not in lines:
            if not has_template:
                yield _Fault(f"server {name} should not be there")
            continue
        server = f"{header.partition(' ')[2]}/{name}"
        line, state = lines[name], states.get(name, ServerState.READY)
        for what, has, wanted, commands in _compared(server, line, row, state, defaults):
            if has != wanted:
                yield _Fault(f"server {name}: {what} is {has}, not {wanted}", tuple(commands))


@lru_cache(maxsize=4_096)
def _beside(others: tuple[str, ...], defaults: tuple[str, ...]) -> tuple[bool, tuple[list[str], ...]]:
    """Return whether a template makes servers too, and the words of all `default-server` lines."""
    lines = [(first_word(line), line) for line in (*others, *defaults)]
    has_template = any(keyword == _TEMPLATE for keyword, _ in lines)
    return has_template, tuple(words_of(line) for keyword, line in lines if keyword == _DEFAULTS)


def _compared(
    server: str, line: ServerLine, row: ServerRow, state: ServerState, defaults: Sequence[Sequence[str]]
) -> Iterator[tuple[str, object, object, Sequence[str]]]:
    """Iterate over what can be compared: what it is, as it is, as it should be, and what sets it."""
    is_shielded = state is ServerState.UNPROVEN and has_check(line)
    wanted = ServerState.READY if state is ServerState.UNPROVEN else state
    # Of one that began `disabled` it is nobody's to say what became of it since; agents set both.
    has_agent = line.has("agent-check")
    may_begin_disabled = line.has("disabled") or any("disabled" in words for words in defaults)
    if not has_agent and not (may_begin_disabled and wanted is ServerState.READY):
        settings = (*(_SHIELD if is_shielded else ()), f"state {wanted}")
        yield "state", row.state, wanted, [f"set server {server} {setting}" for setting in settings]
    if not has_agent and not defaults:
        yield "weight", row.weight, weight_of(line), [f"set server {server} weight {weight_of(line)}"]
    if has_check(line):
        told = {True: "enabled", False: "disabled"}
        yield "check", told[row.is_checked], told[True], [f"enable health {server}"]
    address = _ip_and_port(line.address)
    if address is not None:
        ip, port = address
        has = f"{_ip(row.address) or row.address}:{row.port}"
        yield "address", has, f"{ip}:{port}", [f"set server {server} addr {ip} port {port}"]


def _ip_and_port(text: str) -> tuple[str, int] | None:
    """Return the IP and the port of an address; None where it is another kind of address."""
    host, colon, port = text.rpartition(":")
    ip = _ip(host.removeprefix("[").removesuffix("]"))
    return (ip, int(port)) if colon and port.isdecimal() and ip is not None else None


@lru_cache(maxsize=65_536)
def _ip(text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None
