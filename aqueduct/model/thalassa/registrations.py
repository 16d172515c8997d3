"""Registrations as Thalassa spells them: the JSON of its HTTP API and of its events.

A registration's `meta` is what was posted, `secondsToExpire` among it; `hostname` is added where it lacks.
What is wrong is refused where somebody registers, and named where somebody else's registry tells it.
"""

import math
from collections.abc import Mapping
from typing import Any, Final

from google.protobuf.message import DecodeError
from google.protobuf.struct_pb2 import Struct

from aqueduct.errors import Invalid
from aqueduct.model.documents import spelled, struct_document
from aqueduct.model.fields import Faults, check_service_word, check_values
from aqueduct.model.registrations import check_address, host_of
from aqueduct.v1.backend_pb2 import Member
from aqueduct.v1.registry_pb2 import Registration

SECONDS: Final = "secondsToExpire"
DEFAULT_TTL: Final = 10
"""Seconds."""

_SHORTEST, _LONGEST = 1, 86_400
_LAST_MILLISECOND: Final = 2**53


def registration_of(name: str, version: str, host: str, port: str, body: object) -> Registration:
    """Return the registration that a POST to `/registrations/name/version/host/port` asks for.

    `body` is what its JSON says, None without any. Invalid where that is no registration; what else there is
    to judge, `completed` judges.
    """
    faults = Faults()
    meta = body if isinstance(body, Mapping) else {} if body is None else {"value": body}
    registration = Registration(name=name, version=version, host=host)
    if port.isascii() and port.isdecimal() and len(port) <= 5:  # noqa: PLR2004 # digits of 65535
        registration.port = int(port)
    else:
        faults.add("port", f"must be a number from 1 to 65535, not {_spelled(port)}")
    faults.check(SECONDS, lambda: registration.ttl.FromMilliseconds(_ttl(meta.get(SECONDS))))
    faults.check("meta", lambda: registration.meta.CopyFrom(_struct(meta)))
    if faults.violations:
        raise Invalid(faults.violations)
    return registration


def document_of(registration: Registration) -> dict[str, Any]:
    """Return a registration as the API and the events tell it, its keys in their order."""
    meta = struct_document(registration.meta)
    return {
        "name": registration.name,
        "version": registration.version,
        "host": registration.host,
        "port": registration.port,
        "lastKnown": registration.renew_time.ToMilliseconds(),
        "meta": {**meta, "hostname": meta.get("hostname") or registration.host},
        "id": registration.id,
    }


def member_of(document: object) -> Member:
    """Return the member that a registration stands for. ValueError says why it cannot be one."""
    if not isinstance(document, Mapping):
        raise ValueError("must be an object")  # noqa: TRY004 # the one error for a registration
    faults = Faults()
    member = Member()
    for field in ("name", "version", "host", "id"):
        faults.check(field, lambda field=field: setattr(member, field, _text(document.get(field))))  # type: ignore[misc] # bound on purpose
    faults.check("port", lambda: setattr(member, "port", _port(document.get("port"))))
    faults.check("meta", lambda: member.meta.CopyFrom(_struct(document.get("meta") or {})))
    _raise_first(faults)
    member.last_known = _milliseconds(document.get("lastKnown"))
    check_values(member, faults)
    check_service_word(member.name, "name", faults)
    check_service_word(member.version, "version", faults)
    check_address(member.host, member.port, "", faults)
    _raise_first(faults)
    member.host = host_of(member.host, member.port)
    return member


def _ttl(value: object) -> int:
    """Return a time to live in milliseconds. As in the original, 0 and an empty text are none given."""
    if value is None or value is False or value in ("", 0):
        return DEFAULT_TTL * 1_000
    told = f"must be a number of seconds from {_SHORTEST} to {_LONGEST:,}, not {_spelled(value)}"
    try:
        seconds = float(value) if isinstance(value, str | int | float) else math.nan
    except (ValueError, OverflowError):
        seconds = math.nan
    if isinstance(value, bool) or not _SHORTEST <= seconds <= _LONGEST:
        raise ValueError(told)
    return round(seconds * 1e3)


def _struct(value: Any) -> Struct:
    struct = Struct()
    try:
        if not isinstance(value, Mapping):
            struct.update({"value": value})
        else:
            struct.update(value)
        # What is nested more deeply than protobuf reads would be stored, and never be read again.
        Registration.FromString(Registration(meta=struct).SerializeToString())
    except (TypeError, ValueError, OverflowError, RecursionError, DecodeError):
        raise ValueError("must be JSON of some 30 levels at the most, in Unicode") from None
    return struct


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"must be text, not {_spelled(value)}")  # noqa: TRY004 # the one error
    return value


def _port(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**16:
        raise ValueError(f"must be a number from 1 to 65535, not {_spelled(value)}")
    return value


def _milliseconds(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _LAST_MILLISECOND:
        return 0
    return int(value)


def _spelled(value: object) -> str:
    return spelled(value).encode(errors="replace").decode()


def _raise_first(faults: Faults) -> None:
    for violation in faults.violations:
        raise ValueError(f"{violation.field}: {violation.description}")
