"""What a new worker has to know of its servers, which the configuration file cannot say.

Over a reload HAProxy takes over what servers were (configuration manual, `server-state-file`). Where
that is not what they are to be, a row says so: states and weights that change along with the reload,
and servers that are new and have a check, which begin as down until it has passed.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from aqueduct.model.server_states import ServerState, ServerStates
from aqueduct.model.words import first_word, words_of
from aqueduct.plan.live import has_check, weight_of
from aqueduct.plan.rows import StateRow, StateRows
from aqueduct.plan.server_lines import ServerLine, parse_server, take_apart
from aqueduct.render.image import Image

_STOPPED = (ServerState.DRAIN, ServerState.MAINT)
_PROXIES = ("backend ", "listen ")
_FOLLOWING = ("agent-check", "track")
"""What takes a server down and up beside a check of its own."""
_SOCKETS = ("/", "unix@", "abns@", "abnsz@", "fd@", "sockpair@")
_PORT = re.compile(r"[+-]?[0-9]+")
_OFFSETS = 2**32
"""A port such as `-80` is an offset, which HAProxy tells as an unsigned number."""


def at_rest(image: Image) -> StateRows:
    """Return the rows by which a fresh HAProxy honours the states of `image`.

    They are of stopped servers, and of those that are still to be proven: these begin as down.
    """
    rows = {}
    for header, states in image.states.items():
        lines = {line.name: line for line in _servers(image.sections.get(header, ""))}
        told = {name: _fresh(lines[name], state) for name, state in states.items() if name in lines}
        made = {name: row for name, row in told.items() if row.state in _STOPPED or row.begins_down}
        if made:
            rows[_name(header)] = made
    return rows


def over_reload(running: Image, desired: Image, changed: Iterable[str] | None = None) -> StateRows:
    """Return the rows that a worker of `desired` needs beside what one of `running` tells.

    Only sections that differ need any; no other is looked at than the `changed` ones of `desired`, where they
    are known. Where nothing is known to run, or of a section no more than that it runs (its text is empty),
    it is not known which servers are new: those begin as down that are still to be proven.
    """
    rows = {}
    for header in desired.sections if changed is None else changed:
        if not header.startswith(_PROXIES):
            continue
        text = desired.sections[header]
        before, was = running.sections.get(header), running.states_of(header)
        states = desired.states_of(header)
        if before == text and was == states:
            continue
        is_known = bool(running) and before != ""
        known = {line.name for line in _servers(before or "")} if is_known else None
        are_checked = _checks_all(desired, text)
        made = {
            line.name: replace(_next(line, states, known, was), is_checked=are_checked or _is_checked(line))
            for line in _servers(text)
        }
        if made:
            rows[_name(header)] = made
    return rows


def _checks_all(image: Image, section: str) -> bool:
    """Tell whether a `default-server` checks the servers of a section."""
    lines = (*image.default_lines, *take_apart(section).others)
    defaults = [words_of(line) for line in lines if first_word(line) == "default-server"]
    return any(word in words for words in defaults for word in ("check", *_FOLLOWING))


def _is_checked(line: ServerLine) -> bool:
    return has_check(line) or any(map(line.has, _FOLLOWING))


def _fresh(line: ServerLine, state: ServerState) -> StateRow:
    """Return the row of a server for an HAProxy that knows nothing of it."""
    return _row(line, state, begins_down=state is ServerState.UNPROVEN)


def _next(
    line: ServerLine, states: ServerStates, known: Collection[str] | None, was: ServerStates
) -> StateRow:
    """Return the row of a server for a worker that comes after one that had the servers `known`."""
    state = states.get(line.name, ServerState.READY)
    is_unproven = state is ServerState.UNPROVEN
    if known is None:
        return _row(line, state, begins_down=is_unproven)
    is_new = line.name not in known
    return _row(line, state, begins_down=is_new or (is_unproven and was.get(line.name) in _STOPPED))


def _row(line: ServerLine, state: ServerState, *, begins_down: bool) -> StateRow:
    return StateRow(
        state if state in _STOPPED else ServerState.READY,
        weight_of(line),
        _port(line),
        begins_down=begins_down and has_check(line) and state is not ServerState.MAINT,
    )


def _servers(text: str) -> Iterator[ServerLine]:
    return filter(None, map(parse_server, take_apart(text).lines))


def _port(line: ServerLine) -> int | None:
    address = line.address
    if "$" in address:
        return None  # an environment variable
    port = "" if address.startswith(_SOCKETS) or address.endswith("]") else address.rpartition(":")[2]
    return int(port) % _OFFSETS if _PORT.fullmatch(port) else 0


def _name(header: str) -> str:
    return header.partition(" ")[2]
