"""The file that Thalassa Aqueduct keeps its configuration in: `{version: 1, frontends, backends}`.

What is in it is what its API told, members of dynamic backends included, which are discovery's to tell
anew. It wrote the values of rules into HAProxy's configuration as they are, so they are read as HAProxy's
words, and written quoted: what is written means the same to both. Fields that it did not have follow its
own, which it ignores.

Invariant: what was written is read back as it was, but for members of dynamic backends.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from aqueduct.errors import Invalid, Violation
from aqueduct.model.documents import read_document, to_document
from aqueduct.model.fields import Faults
from aqueduct.model.members import clear_output
from aqueduct.model.words import quote, split
from aqueduct.v1.backend_pb2 import Backend, Member
from aqueduct.v1.frontend_pb2 import Frontend
from aqueduct.v1.history_pb2 import Configuration

_VERSION: Final = 1
_END_OF_FLAGS: Final = "--"
"""Of an acl (HAProxy configuration manual, section 7.1)."""
_STORED_BESIDE: Final = ("id", "_type")
_OF_OURS_ALONE: Final = ("revision", "transition")
_MEMBER_FIELDS: Final = frozenset(
    name for field in Member.DESCRIPTOR.fields for name in (field.name, field.json_name)
)


def read_file(content: bytes) -> Configuration:
    """Return the configuration that a file holds, not yet validated. Invalid names all that is wrong."""
    return read_loaded(_loaded(content))


def read_loaded(document: object) -> Configuration:
    """Return the configuration of a file that is read as JSON already. Invalid as of `read_file`."""
    version = document.get("version") if isinstance(document, Mapping) else None
    if not isinstance(document, Mapping) or isinstance(version, bool) or version != _VERSION:
        told = 'must be a mapping with "version": 1, as Thalassa Aqueduct writes it'
        raise Invalid([Violation("version", told)])
    faults = Faults()
    read = {
        "frontends": _each(document, "frontends", _frontend, faults),
        "backends": _each(document, "backends", _backend, faults),
    }
    configuration = Configuration()
    try:
        read_document(read, configuration)
    except Invalid as error:
        for violation in error.violations:
            faults.add(violation.field, violation.description)
    if faults.violations:
        raise Invalid(faults.violations)
    return configuration


def file_of(frontends: Iterable[Frontend], backends: Iterable[Backend]) -> bytes:
    """Return the file for a configuration; backends have the members to be told in it."""
    document = {
        "version": _VERSION,
        "frontends": [_told_frontend(each) for each in sorted(frontends, key=lambda each: each.key)],
        "backends": [_told_backend(each) for each in sorted(backends, key=lambda each: each.key)],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _loaded(content: bytes) -> object:
    try:
        return json.loads(content)
    except json.JSONDecodeError as error:
        found = Violation(f"line {error.lineno}, column {error.colno}", f"no JSON: {error.msg}")
    except UnicodeDecodeError as error:
        found = Violation(f"byte {error.start}", "no UTF-8")
    except RecursionError:
        found = Violation("file", "nested too deeply")
    except ValueError as error:  # a number of thousands of digits
        found = Violation("file", str(error))
    raise Invalid([found])


def _each(
    document: Mapping[str, Any],
    field: str,
    convert: Callable[[dict[str, Any], str, Faults], None],
    faults: Faults,
) -> object:
    found = document.get(field)
    if not isinstance(found, list):
        faults.add(field, "must be a list")
        return []
    resources = [dict(each) if isinstance(each, Mapping) else each for each in found]
    for index, resource in enumerate(resources):
        if isinstance(resource, dict):
            for beside in _STORED_BESIDE:
                resource.pop(beside, None)
            convert(resource, f"{field}[{index}]", faults)
    return resources


def _frontend(frontend: dict[str, Any], path: str, faults: Faults) -> None:
    rules = frontend.get("rules")
    if isinstance(rules, list):
        frontend["rules"] = [
            _rule(rule, f"{path}.rules[{index}].value", faults) for index, rule in enumerate(rules)
        ]


def _rule(rule: object, path: str, faults: Faults) -> object:
    if not isinstance(rule, Mapping) or not isinstance(rule.get("value"), str):
        return rule
    try:
        words = split(rule["value"])
    except ValueError as error:
        faults.add(path, str(error))
        return {}
    if words[:1] == [_END_OF_FLAGS]:
        words = words[1:]
    elif words and words[0].startswith("-"):
        told = f"must not begin with the flag {words[0]}: write an acl with it among the natives"
        faults.add(path, told)
    others = {name: value for name, value in rule.items() if name != "value"}
    return {**others, "values": words} if len(words) > 1 else {**others, "value": "".join(words)}


def _backend(backend: dict[str, Any], _path: str, _faults: Faults) -> None:
    is_dynamic = backend.get("type") == "dynamic"
    if is_dynamic:
        backend.pop("members", None)
    else:  # the original let a static backend have a version, which meant nothing
        backend.pop("name", None)
        backend.pop("version", None)
    if isinstance(backend.get("members"), list):
        backend["members"] = [_member(member) for member in backend["members"]]
    health = backend.get("health")
    if isinstance(health, Mapping) and isinstance(health.get("interval"), float):
        backend["health"] = {**health, "interval": round(health["interval"])}


def _member(member: object) -> object:
    """Return what is known of a member: the original took anything."""
    if not isinstance(member, Mapping):
        return member
    return {name: value for name, value in member.items() if name in _MEMBER_FIELDS}


def _told_frontend(frontend: Frontend) -> dict[str, Any]:
    told = _told(frontend, f"frontend/{frontend.key}", ("mode", "keepalive"), ("rules", "natives"))
    for rule in told["rules"]:
        words = rule.pop("values", None) or [rule.get("value", "")]
        flags = [_END_OF_FLAGS] if words[0].startswith("-") else []
        rule["value"] = " ".join(map(quote, [*flags, *words]))
    return told


def _told_backend(backend: Backend) -> dict[str, Any]:
    plain = Backend()
    plain.CopyFrom(backend)
    for member in plain.members:
        clear_output(member)
    return _told(plain, f"backend/{backend.key}", ("balance", "host", "mode"), ("members", "natives"))


def _told(
    resource: Frontend | Backend, name: str, first: Sequence[str], lists: Sequence[str]
) -> dict[str, Any]:
    """Return a resource as the original told it: with its fields in that order, lists also where empty."""
    document = to_document(resource)
    for field in _OF_OURS_ALONE:
        document.pop(field, None)
    own = [
        field for field in ("key", "type", "bind", "backend", "name", "version", *first) if field in document
    ]
    told: dict[str, Any] = {"id": name, "_type": name.partition("/")[0]}
    told.update({field: document.pop(field) for field in own})
    if "host" in first:
        told.setdefault("host", None)
    told.update({field: document.pop(field, []) for field in lists})
    return told | document
