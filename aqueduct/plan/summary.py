"""What commands come to, in one line for people: `backend web: 2 servers added, 1 drained`."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

_NAMED: Final = 3
"""So many sections are named; the others are counted."""
_ADDED, _REMOVED = "added", "removed"
_WHOLE: Final = {"add": _ADDED, "del": _REMOVED}
"""Whatever else is told to a server that comes or goes is the way of it."""
_STATES: Final = {"drain": "drained", "maint": "put into maintenance", "ready": "made ready"}
_SETTINGS: Final = {"weight": "given another weight", "addr": "given another address"}
_LIMITED: Final = "given another maxconn"


def summary(commands: Mapping[str, Sequence[str]]) -> str:
    """Return what `commands` come to, which stand under the headers of the sections that they change."""
    told = [f"{header}: {_counted(of)}" for header, of in commands.items() if of]
    others = len(told) - _NAMED
    return "; ".join(told[:_NAMED]) + (f"; and {others:,} more" if others > 0 else "")


def _counted(commands: Sequence[str]) -> str:
    done: dict[str, dict[str, str]] = {}
    for server, kind, what in filter(None, map(_read, commands)):
        done.setdefault(server, {})[kind] = what
    counts = Counter(what for of in done.values() for what in _meant(of))
    told = [f"{count:,} {what}" for what, count in counts.items()]
    noun = f"server{'s' if next(iter(counts.values()), 0) != 1 else ''}"
    return ", ".join(told).replace(" ", f" {noun} ", 1)


def _meant(done: Mapping[str, str]) -> Iterator[str]:
    whole = [what for what in _WHOLE.values() if what in done]
    yield from whole or done.values()


def _read(command: str) -> tuple[str, str, str] | None:
    """Return the server of a command, what it is about and what it does; None for a step on the way."""
    match command.split(" "):
        case ["add" | "del" as word, "server", server, *_]:
            return server, _WHOLE[word], _WHOLE[word]
        case ["set", "server", server, "state", state]:
            return server, "state", _STATES[state]
        case ["set", "server", server, ("weight" | "addr") as setting, *_]:
            return server, setting, _SETTINGS[setting]
        case ["set", "maxconn", "server", server, _]:
            return server, "maxconn", _LIMITED
        case _:
            return None
