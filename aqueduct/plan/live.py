"""What of a section can be changed live, and by which Runtime API commands.

The commands come from the very `server` lines of the file: the arguments of `add server` are those of
the line. What cannot be done so raises NotLive with the reason, which becomes that of the reload.
(HAProxy management guide, section 9.3.)

Invariants:
- A server that is new to HAProxy and has a check begins as down, behind a drain that shields the
  moment between: it serves once its check has passed, never before.
- A server is removed only once it takes nothing new: it was in drain or in maintenance. No session is cut:
  HAProxy refuses to delete a server that has some left.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from aqueduct.model.capabilities import Capabilities
from aqueduct.model.server_states import ServerState, ServerStates
from aqueduct.model.words import first_word, has_control, words_of
from aqueduct.plan.server_lines import ServerLine, Servers, parse_server, servers_of, take_apart
from aqueduct.render.image import Image

_IP_AND_PORT = re.compile(r"(?:(?P<v4>[0-9.]+)|\[(?P<v6>[0-9a-fA-F:.]+)\]):(?P<port>[0-9]+)")
_LITERAL = re.compile(r"(?:[0-9.]+|\[[0-9a-fA-F:.]+\])(?::[0-9]+)?|(?:/|unix@|abns@).*")
_SPECIAL = re.compile(r"[ ;\\]")
_TUNABLE = ("weight", "maxconn")
_WITH_SERVERS = ("backend", "listen")
_STATES_BY_KEYWORD = frozenset({"disabled", "enabled"})
_STOPPED = (ServerState.DRAIN, ServerState.MAINT)
DEFAULT_WEIGHT = 1


class NotLive(Exception):
    """Only a reload can do it; the message says why."""


def commands(header: str, running: Image, desired: Image, able: "Ability") -> list[str]:
    """Return the commands that bring section `header` from what is `running` to `desired`, in order.

    NotLive where commands cannot.
    """
    keyword, _, prefix = header.partition(" ")
    old, new = take_apart(running.sections[header]), take_apart(desired.sections[header])
    was, becomes = running.states_of(header), desired.states_of(header)
    if keyword not in _WITH_SERVERS or old.others != new.others:
        raise NotLive(f"{header} changed")
    gone, come = _differing(old, new)
    made: list[str] = []
    for name in gone:
        if name not in come:
            made += _remove(f"{prefix}/{name}", was.get(name, ServerState.READY))
    for name, line in come.items():
        if name in gone:
            made += _tune(f"{prefix}/{name}", gone[name], line, new, able)
        else:
            made += _add(f"{prefix}/{name}", line, becomes.get(name, ServerState.READY), new, able)
    came_or_went = gone.keys() ^ come.keys()
    staying = sorted((was.keys() | becomes.keys()) - came_or_went)
    moving = [name for name in staying if was.get(name) is not becomes.get(name)]
    lines = servers_of(desired.sections[header]) if moving else {}
    for name in moving:
        if name in lines:  # a template of the user's own may have no such server
            made += _move(f"{prefix}/{name}", lines[name], was, becomes)
    return made


class Ability:
    """What this HAProxy can do with the servers of a configuration's sections."""

    def __init__(self, capabilities: Capabilities, image: Image) -> None:
        self._capabilities = capabilities
        defaults = image.defaults
        self._has_defaults = any(_line_of(text, "default-server") for text in defaults)
        self._default_balance = next(filter(None, (_line_of(text, "balance") for text in defaults)), None)

    def has_defaults(self, section: Servers) -> bool:
        """Tell whether a `default-server` holds for the servers of `section`."""
        return self._has_defaults or _last(section.others, "default-server") is not None

    def check_dynamic(self, section: Servers, what: str) -> None:
        """Raise NotLive where the algorithm of `section` is static: it takes neither servers nor weights."""
        lines = section.others
        algorithm = _algorithm(_last(lines, "balance") or self._default_balance, _last(lines, "hash-type"))
        if algorithm not in self._capabilities.dynamic_balance:
            raise NotLive(f"balance {algorithm} takes no {what} live")

    def check_addable(self, line: ServerLine, section: Servers) -> None:
        """Raise NotLive where HAProxy does not take `line` in `section` while it runs."""
        if self.has_defaults(section):
            raise NotLive("default-server does not hold for servers that are added live")
        self.check_dynamic(section, "servers")
        if _LITERAL.fullmatch(line.address) is None:
            raise NotLive("servers with a host name are not resolved when they are added live")
        for keyword, _ in line.keywords():
            if keyword in _STATES_BY_KEYWORD or keyword not in self._capabilities.dynamic_keywords:
                raise NotLive(f"servers with {keyword} cannot be added live")


def has_check(line: ServerLine) -> bool:
    """Tell whether HAProxy checks the server."""
    return line.has("check") and not line.has("no-check")


def weight_of(line: ServerLine) -> int:
    """Return the weight that the server is configured with."""
    value = line.value("weight")
    return int(value) if value is not None and value.isdecimal() else DEFAULT_WEIGHT


def arguments_of(line: ServerLine, leave_out: Sequence[str] = ()) -> str:
    """Return address and arguments of a line as a command takes them; NotLive where none can hold them."""
    words = [line.address]
    for keyword, value in line.keywords():
        if keyword not in leave_out:
            words += [keyword] if value is None else [keyword, value]
    return " ".join(map(_escaped, words))


def _escaped(word: str) -> str:
    """Return `word` as it has to stand in a command, where a backslash is the only escape there is."""
    if not word or has_control(word) or word.startswith("<<"):
        raise NotLive(f"a command cannot hold the argument {word!r}")
    return _SPECIAL.sub(r"\\\g<0>", word)


def _differing(old: Servers, new: Servers) -> tuple[dict[str, ServerLine], dict[str, ServerLine]]:
    """Return the server lines that only one of the two has, by name."""
    before, after = frozenset(old.lines), frozenset(new.lines)
    gone = [line for line in old.lines if line not in after]
    come = [line for line in new.lines if line not in before]
    return _parsed(gone), _parsed(come)


def _parsed(lines: Sequence[str]) -> dict[str, ServerLine]:
    found: dict[str, ServerLine] = {}
    for line in lines:
        server = parse_server(line)
        if server is None or server.name in found:
            raise NotLive("a server line that cannot be read changed")
        found[server.name] = server
    return found


def _add(server: str, line: ServerLine, state: ServerState, section: Servers, able: Ability) -> Iterator[str]:
    able.check_addable(line, section)
    yield f"add server {server} {arguments_of(line)}"
    if line.has("agent-check"):
        yield f"enable agent {server}"
    is_in = ServerState.MAINT
    if has_check(line):
        yield f"enable health {server}"  # in maintenance it goes on, unless it is entered anew
        yield f"set server {server} state drain"
        yield f"set server {server} health down"
        is_in = ServerState.DRAIN
    wanted = ServerState.READY if state is ServerState.UNPROVEN else state
    if wanted is not is_in:
        yield f"set server {server} state {wanted}"


def _remove(server: str, state: ServerState) -> Iterator[str]:
    if state not in _STOPPED:
        raise NotLive(f"server {server} removed without a drain")
    yield f"set server {server} state maint"
    yield f"del server {server}"


def _tune(server: str, old: ServerLine, new: ServerLine, section: Servers, able: Ability) -> Iterator[str]:
    if old.without(_TUNABLE) != new.without(_TUNABLE):
        raise NotLive(f"server {server} changed")
    if old.address != new.address:
        place = _IP_AND_PORT.fullmatch(new.address)
        if place is None or _IP_AND_PORT.fullmatch(old.address) is None:
            raise NotLive(f"server {server} changed its address")
        yield f"set server {server} addr {place['v4'] or place['v6']} port {place['port']}"
    if old.value("weight") != new.value("weight"):
        if able.has_defaults(section):
            raise NotLive(f"server {server} changed beside a default-server")
        able.check_dynamic(section, "weights")
        yield f"set server {server} weight {weight_of(new)}"
    if old.value("maxconn") != new.value("maxconn"):
        if new.value("maxconn") is None:
            raise NotLive(f"server {server} lost its maxconn")
        yield f"set maxconn server {server} {new.value('maxconn')}"


def _move(server: str, line: ServerLine, was: ServerStates, becomes: ServerStates) -> Iterator[str]:
    old, new = was.get(line.name, ServerState.READY), becomes.get(line.name, ServerState.READY)
    if new in _STOPPED:
        yield f"set server {server} state {new}"
    elif old in _STOPPED:
        if new is ServerState.UNPROVEN and has_check(line):
            if old is ServerState.MAINT:
                yield f"set server {server} state drain"
            yield f"set server {server} health down"
        yield f"set server {server} state ready"


def _line_of(text: str, keyword: str) -> str | None:
    return _last(tuple(text.split("\n")), keyword)


@lru_cache(maxsize=4_096)
def _last(lines: tuple[str, ...], keyword: str) -> str | None:
    """Return the last of `lines` that begins with `keyword`, which is HAProxy's choice; None without one."""
    return next((line for line in reversed(lines) if first_word(line) == keyword), None)


def _algorithm(balance: str | None, hash_type: str | None) -> str:
    words = words_of(balance or "")
    name = (words[1] if len(words) > 1 else "roundrobin").partition("(")[0]
    return f"{name}/consistent" if hash_type is not None and "consistent" in words_of(hash_type) else name
