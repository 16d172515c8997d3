"""The errors that a caller can meet, and the one table of their codes.

    AqueductError
    |-- Invalid              the request is wrong whatever is stored: INVALID_ARGUMENT, 400
    |   `-- RejectedByHAProxy    ... in HAProxy's own words
    |-- NotFound             no such key: NOT_FOUND, 404
    |-- Conflict             not the expected revision: ABORTED, 409
    |-- Unmet                the request is right, the world is not: FAILED_PRECONDITION, 400
    |-- OutOfRange           of what is ordered, a part that is no more or not yet there: OUT_OF_RANGE, 400
    |-- Exhausted            a limit or a full disk: RESOURCE_EXHAUSTED, 429
    |-- Unavailable          HAProxy or the store cannot serve just now: UNAVAILABLE, 503
    |-- TimedOut             the caller's deadline passed: DEADLINE_EXCEEDED, 504
    `-- ConfigurationError   the program's own settings or data directory: never crosses the API

Raise or log, never both. Messages are written for the caller: what is wrong, and what would be right.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar

from google.rpc import code_pb2

from aqueduct.v1.haproxy_pb2 import Refusal


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing wrong with one field.

    `field` is a path in the caller's request (`frontend.rules[0].value`), `description` says what
    would be right.
    """

    field: str
    description: str

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.field, self.description)))

    def within(self, prefix: str) -> "Violation":
        """Return the same violation, seen from the message that holds this one in field `prefix`."""
        return replace(self, field=".".join(part for part in (prefix, self.field) if part))


class AqueductError(Exception):
    """Base of all errors that cross the API. `code` is a google.rpc.Code, `http` an HTTP status."""

    code: ClassVar[int]
    http: ClassVar[int]


class Invalid(AqueductError):
    """The request is wrong, whatever is stored; each violation names a field."""

    code = code_pb2.INVALID_ARGUMENT
    http = 400

    def __init__(self, violations: Iterable[Violation]) -> None:
        self.violations = tuple(violations)
        super().__init__("; ".join(map(str, self.violations)))

    def within(self, prefix: str) -> "Invalid":
        """Return the same error, seen from the message that holds the wrong one in field `prefix`."""
        return type(self)(violation.within(prefix) for violation in self.violations)


class RejectedByHAProxy(Invalid):
    """HAProxy refuses the configuration that the change leads to; descriptions are its words.

    `refusals` say the same of resources, whatever the request calls them; none where that is not known.
    """

    def __init__(self, violations: Iterable[Violation], refusals: Iterable[Refusal] = ()) -> None:
        self.refusals = tuple(refusals)
        super().__init__(violations)


class NotFound(AqueductError):
    """There is no resource of that key, where it is one of a backend's: in `backend`."""

    code = code_pb2.NOT_FOUND
    http = 404

    def __init__(self, kind: str, key: str, backend: str = "") -> None:
        self.kind, self.key, self.backend = kind, key, backend
        where = f" of backend {backend}" if backend else ""
        super().__init__(f"{kind} {key if key.isprintable() else repr(key)}{where} not found")


class Conflict(AqueductError):
    """The resource does not have the expected revision; `current` is 0 where it does not exist."""

    code = code_pb2.ABORTED
    http = 409

    def __init__(self, kind: str, key: str, expected: int, current: int) -> None:
        self.kind, self.key, self.expected, self.current = kind, key, expected, current
        found = f"is at revision {current}" if current else "does not exist"
        wanted = f"revision {expected} was expected" if expected else "it was expected not to exist"
        super().__init__(f"{kind} {key} {found}, {wanted}")


class Unmet(AqueductError):
    """The request is right, but the system is not in the state that it needs.

    `kind` is a stable word for programs (`BIND_ADDRESS`), `subject` what it is about
    (`frontends/web`).
    """

    code = code_pb2.FAILED_PRECONDITION
    http = 400

    def __init__(self, kind: str, subject: str, description: str) -> None:
        self.kind, self.subject, self.description = kind, subject, description
        super().__init__(f"{subject}: {description}")


class OutOfRange(AqueductError):
    """What is asked for is no more there, or not yet.

    `reason` is a stable word for programs (`COMPACTED`), as are the names of `metadata`.
    """

    code = code_pb2.OUT_OF_RANGE
    http = 400

    def __init__(self, reason: str, message: str, **metadata: int) -> None:
        self.reason, self.metadata = reason, metadata
        super().__init__(message)


class Exhausted(AqueductError):
    """A limit is reached.

    `reason` is a stable word for programs (`DISK_FULL`), as are the names of `metadata`.
    """

    code = code_pb2.RESOURCE_EXHAUSTED
    http = 429

    def __init__(self, reason: str, message: str, **metadata: int) -> None:
        self.reason, self.metadata = reason, metadata
        super().__init__(message)


class Unavailable(AqueductError):
    """Cannot be served just now. `reason` is a stable word for programs (`HAPROXY_DOWN`)."""

    code = code_pb2.UNAVAILABLE
    http = 503

    def __init__(self, reason: str, message: str) -> None:
        self.reason = reason
        super().__init__(message)


class TimedOut(AqueductError):
    """The call took longer than its caller, or the server, let it."""

    code = code_pb2.DEADLINE_EXCEEDED
    http = 504

    def __init__(self, seconds: float) -> None:
        super().__init__(f"not done within {seconds:g} s; what was begun may be done yet")


class ConfigurationError(Exception):
    """The program cannot run as configured; the message is for the person who started it."""
