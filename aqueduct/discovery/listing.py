"""The file that lists members: what it may say, and where it is wrong.

A list, in YAML or (with the suffix `.json`) JSON, of mappings with `name`, `version`, `host`, `port`,
and optionally `weight` and `meta`. ValueError names the place of the first fault: `[2].port: ...`.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

import yaml
from google.protobuf.struct_pb2 import Struct

from aqueduct.model.documents import spelled
from aqueduct.model.fields import Faults, check_service_word, check_values
from aqueduct.model.registrations import (
    check_address,
    check_weight,
    host_of,
    service_id,
)
from aqueduct.ports.discovery import Service
from aqueduct.v1.backend_pb2 import Member

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TEXTS: Final = ("name", "version", "host")
_NUMBERS: Final = ("port", "weight")
_FIELDS: Final = (*_TEXTS, *_NUMBERS, "meta")


def parse_listing(content: bytes, *, is_json: bool) -> dict[Service, list[Member]]:
    """Return the members of each service that `content` lists."""
    entries = _loaded(content, is_json=is_json)
    if not isinstance(entries, list):
        raise ValueError("must be a list of members; [] for none")  # noqa: TRY004 # the one error for a file
    services: dict[Service, list[Member]] = {}
    first_of: dict[str, int] = {}
    for index, entry in enumerate(entries):
        member = _member(entry, f"[{index}]")
        first = first_of.setdefault(member.id, index)
        if first != index:
            raise ValueError(f"[{index}]: must differ from [{first}]: both are {member.id}")
        services.setdefault(Service(member.name, member.version), []).append(member)
    return services


def _loaded(content: bytes, *, is_json: bool) -> object:
    try:
        text = content.decode()
        return json.loads(text) if is_json else yaml.load(text, _LOADER)  # noqa: S506 # it is a safe one
    except json.JSONDecodeError as error:
        raise ValueError(f"no JSON at line {error.lineno}, column {error.colno}: {error.msg}") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"no UTF-8 at byte {error.start}") from error
    except yaml.YAMLError as error:
        raise ValueError(f"no YAML{_place(error)}") from error
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _place(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark is not None else ""
    return f"{where}: {getattr(error, 'problem', None) or 'it cannot be read'}"


def _member(entry: object, path: str) -> Member:
    if not isinstance(entry, Mapping):
        raise ValueError(f"{path}: must be a mapping with the fields {', '.join(_FIELDS)}")  # noqa: TRY004
    faults = Faults()
    _check_types(entry, path, faults)
    _raise_first(faults)
    member = Member(name=entry["name"], version=entry["version"], host=entry["host"])
    member.port = entry.get("port", 0)
    if "weight" in entry:
        member.weight = entry["weight"]
    if "meta" in entry:
        member.meta.CopyFrom(_struct(entry["meta"], f"{path}.meta"))
    _check_values(member, path, faults)
    _raise_first(faults)
    member.host = host_of(member.host, member.port)
    member.id = service_id(member.name, member.version, member.host, member.port)
    return member


def _check_types(entry: Mapping[object, object], path: str, faults: Faults) -> None:
    for field in entry:
        if field not in _FIELDS:
            faults.add(f"{path}.{field}", f"is no field: there are {', '.join(_FIELDS)}")
    for field in _TEXTS:
        _check_string(entry.get(field), f"{path}.{field}", faults)
    for field in _NUMBERS:
        value = entry.get(field, 0)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**32:
            faults.add(f"{path}.{field}", f"must be a number from 0, not {spelled(value)}")


def _check_string(value: object, field: str, faults: Faults) -> None:
    if value is None:
        faults.add(field, "is needed")
    elif not isinstance(value, str):
        faults.add(field, f'must be a string: put it in quotes, such as "{value}"')
    elif not _is_text(value):
        faults.add(field, "must be text: it holds half a surrogate pair")


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check_values(member: Member, path: str, faults: Faults) -> None:
    check_service_word(member.name, f"{path}.name", faults)
    check_service_word(member.version, f"{path}.version", faults)
    check_address(member.host, member.port, f"{path}.", faults)
    check_weight(member.weight, f"{path}.weight", faults)
    texts = Faults()
    check_values(member, texts)
    for violation in texts.violations:
        faults.add(f"{path}.{violation.field}", violation.description)


def _struct(value: object, path: str) -> Struct:
    struct = Struct()
    try:
        if not isinstance(value, Mapping):
            raise TypeError  # noqa: TRY301 # what is in it may be wrong as well
        struct.update(_plain(value))
    except (TypeError, ValueError, RecursionError):
        raise ValueError(f"{path}: must be a mapping that JSON could hold") from None
    return struct


def _plain(value: Mapping[Any, Any]) -> Mapping[str, Any]:
    """Return what JSON makes of a mapping: YAML has dates, sets and keys that are no strings."""
    plain: Mapping[str, Any] = json.loads(json.dumps(value, allow_nan=False))
    return plain


def _raise_first(faults: Faults) -> None:
    for violation in faults.violations:
        raise ValueError(f"{violation.field}: {violation.description}")
