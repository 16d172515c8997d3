"""From a line of a configuration back to the resource and the field that it was rendered from."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from aqueduct.model.resources import Ref
from aqueduct.model.servers import server_name
from aqueduct.model.snapshot import Snapshot
from aqueduct.model.words import words_of
from aqueduct.render.acls import acl_name
from aqueduct.render.sections import header_of
from aqueduct.v1.backend_pb2 import Backend
from aqueduct.v1.frontend_pb2 import Frontend

_PROXY = re.compile(r"\b(?:(proxy|frontend|backend) '|(server) '?)([^'/ ]+)", re.IGNORECASE)
"""How HAProxy names a proxy in a message: `Proxy 'web'`, `http frontend 'web'`, `'server app/one'`."""
_KINDS = {
    "proxy": ("frontend", "backend"),
    "frontend": ("frontend",),
    "backend": ("backend",),
    "server": ("backend",),
}
_BLANKS = " \t"
_FRONTEND_FIELDS = {
    ("bind", ""): "bind",
    ("mode", ""): "mode",
    ("option", "httpclose"): "keepalive",
    ("option", "http-server-close"): "keepalive",
    ("default_backend", ""): "backend",
}
_BACKEND_FIELDS = {
    ("mode", ""): "mode",
    ("balance", ""): "balance",
    ("hash-type", ""): "balance",
    ("option", "httpchk"): "health",
    ("http-check", ""): "health",
    ("http-request", "set-header"): "host",
}
"""Fields by the first two words of the built-in templates' lines; the second is empty where any will do."""


def locate(
    body: str, line: int | None, owners: Mapping[str, Ref], snapshot: Snapshot, message: str = ""
) -> tuple[Ref, str] | None:
    """Return the resource and the field that line `line` of `body`, counted from 1, comes from.

    The field is empty where the line is nobody's in particular, as a section's first line is, which
    HAProxy names for whatever it finds once it has read all. Where there is no line, the resource is
    the one that HAProxy's `message` names. None where no resource owns the section.
    """
    lines = body.split("\n")
    if line is None:
        return _owner(_named(message), owners, snapshot, "")
    if not 1 <= line <= len(lines):
        return None
    headers = filter(None, map(header_of, reversed(lines[:line])))
    return _owner(islice(headers, 1), owners, snapshot, lines[line - 1])


def _named(message: str) -> Iterator[str]:
    """Iterate over the headers of the sections that a message of HAProxy may be about, likeliest first."""
    for word, server, name in _PROXY.findall(message):
        yield from (f"{kind} {name}" for kind in _KINDS[(word or server).lower()])


def _owner(
    headers: Iterable[str], owners: Mapping[str, Ref], snapshot: Snapshot, line: str
) -> tuple[Ref, str] | None:
    for header in headers:
        ref = owners.get(header)
        resource = snapshot.source(ref) if ref is not None else None
        if ref is not None and resource is not None:
            return ref, _field(resource, line)
    return None


def _field(resource: Frontend | Backend, line: str) -> str:
    text = line.strip(_BLANKS)
    for index, native in enumerate(resource.natives):
        if native.strip(_BLANKS) == text:
            return f"natives[{index}]"
    words = [*words_of(text), "", ""]
    if isinstance(resource, Frontend):
        return _frontend_field(resource, words)
    return _backend_field(resource, words)


def _frontend_field(frontend: Frontend, words: Sequence[str]) -> str:
    match words:
        case ["acl", name, *_] | ["use_backend", _, "if", name, *_]:
            return _rule_field(frontend, name)
        case _:
            return _FRONTEND_FIELDS.get((words[0], words[1]), _FRONTEND_FIELDS.get((words[0], ""), ""))


def _backend_field(backend: Backend, words: Sequence[str]) -> str:
    if words[0] == "server":
        return _member_field(backend, words[1])
    return _BACKEND_FIELDS.get((words[0], words[1]), _BACKEND_FIELDS.get((words[0], ""), ""))


def _rule_field(frontend: Frontend, name: str) -> str:
    rules = enumerate(frontend.rules)
    return next((f"rules[{index}]" for index, rule in rules if acl_name(rule) == name), "")


def _member_field(backend: Backend, name: str) -> str:
    members = enumerate(backend.members)
    return next(
        (f"members[{index}]" for index, member in members if server_name(backend.key, member) == name), ""
    )
