"""A call's error, as lines for the person who made it: what is wrong, where, and what to do next.

The codes and reasons are those of docs/operations.md; exit codes follow from the codes.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import grpc
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo
from grpc_status import rpc_status

from aqueduct.cli.failures import Exit, Failed

UNKNOWN: Final = "Whether the change was made is not known: `aqueduct history` and `aqueduct status` tell."

_EXITS: Final = {
    grpc.StatusCode.INVALID_ARGUMENT: Exit.REFUSED,
    grpc.StatusCode.FAILED_PRECONDITION: Exit.REFUSED,
    grpc.StatusCode.ABORTED: Exit.REFUSED,
    grpc.StatusCode.RESOURCE_EXHAUSTED: Exit.REFUSED,
    grpc.StatusCode.ALREADY_EXISTS: Exit.REFUSED,
    grpc.StatusCode.OUT_OF_RANGE: Exit.REFUSED,
    grpc.StatusCode.PERMISSION_DENIED: Exit.REFUSED,
    grpc.StatusCode.UNAUTHENTICATED: Exit.REFUSED,
    grpc.StatusCode.NOT_FOUND: Exit.NOT_FOUND,
    grpc.StatusCode.UNAVAILABLE: Exit.UNREACHABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED: Exit.UNREACHABLE,
    grpc.StatusCode.CANCELLED: Exit.UNREACHABLE,
}
_STATUS: Final = "`aqueduct status` tells more."
_LONGER: Final = "`--timeout` waits longer."
_NEXT: Final = {
    "REVISION_MISMATCH": "Somebody changed it meanwhile: look again.",
    "NO_MEMBERS": "`--allow-empty` switches all the same.",
    "STATIC_BACKEND": "`aqueduct put` does.",
    "DISK_FULL": "Nothing was changed; reading goes on.",
    "NOT_SERVED": _STATUS,
    "HAPROXY_DOWN": _STATUS,
    "HAPROXY_SILENT": _STATUS,
    "SHUTTING_DOWN": "Try again once it runs.",
    "COMPACTED": "Without `--after` it begins with what is there.",
    "FUTURE_REVISION": "Without `--after` it begins with what is there.",
}
_NEVER_SENT: Final = re.compile(r"failed to connect|resolving|resolution|address lookup", re.IGNORECASE)
_WHY: Final = re.compile(
    r"Connection refused|Connection reset by peer|Connection timed out|No route to host"
    r"|Network is unreachable|Domain name not found|Permission denied",
    re.IGNORECASE,
)
_NO_GRPC: Final = re.compile(r"parsing HTTP/2|SETTINGS|http1|HTTP/1|http2 header|SSL|TLS", re.IGNORECASE)
_PART: Final = re.compile(r"(changes\[\d+\](?:\.(?:put|delete)_\w+)?|configuration\.\w+\[\d+\])(?:\.(.*))?")


Places = Mapping[str, Callable[[str], str]]
"""Parts of a request, and what people call a field of each."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The call: of whom, with how much time, whether it changes something, and what people call its parts."""

    target: str
    timeout: float
    is_change: bool = False
    places: Places = field(default_factory=dict)


def failed(error: Any, asked: Asked) -> Failed:
    """Return what ends the command for the error of a call, which is an RpcError and a Call at once."""
    reason, violations = _details(error)
    code, message = error.code(), error.details() or ""
    exit_code = _EXITS.get(code, Exit.FAILED)
    if not reason:
        return Failed(_of_the_channel(code, message, asked), exit_code)
    if violations:
        return Failed([f"{placed(field, asked.places)}: {text}" for field, text in violations], exit_code)
    hint = _NEXT.get(reason, "")
    if code is grpc.StatusCode.NOT_FOUND:
        hint = _where_to_look(message)
    return Failed(_sentence(message, hint), exit_code)


def placed(field: str, places: Places) -> str:
    """Return what people call a field of a request: where a file has it, in the file's spelling."""
    found = _PART.fullmatch(field)
    if found is None or found[1] not in places:
        return field
    rest = re.sub(r"_([a-z])", lambda part: part[1].upper(), found[2] or "")
    return places[found[1]](rest)


def reason_of(error: Any) -> str:
    """Return the reason that Aqueduct gives for an error, empty where somebody else answers."""
    return _details(error)[0]


def silent(target: str, timeout: float) -> Failed:
    """Return what ends a command whose server says nothing."""
    return Failed(f"{target} did not answer within {timeout:g} s. {_LONGER}", Exit.UNREACHABLE)


def _details(error: grpc.Call) -> tuple[str, list[tuple[str, str]]]:
    """Return the reason that Aqueduct gives, empty where somebody else answers, and all violations."""
    try:
        status = rpc_status.from_call(error)
    except ValueError:  # details that contradict the status
        status = None
    reason, violations = "", []
    for packed in status.details if status is not None else ():
        info, request = ErrorInfo(), BadRequest()
        if packed.Unpack(info):
            reason = info.reason
        elif packed.Unpack(request):
            violations = [(each.field, each.description) for each in request.field_violations]
    return reason, violations


def _of_the_channel(code: grpc.StatusCode, message: str, asked: Asked) -> str:  # noqa: PLR0911 # one for each
    """Return what to say where Aqueduct itself has not answered."""
    target = asked.target
    if code is grpc.StatusCode.DEADLINE_EXCEEDED:
        hint = UNKNOWN if asked.is_change else _LONGER
        return f"{target} did not answer within {asked.timeout:g} s. {hint}"
    if code is grpc.StatusCode.RESOURCE_EXHAUSTED:
        return f"{target} takes no call this large: {message}. Put less at once."
    if code is grpc.StatusCode.UNIMPLEMENTED:
        return f"{target} does not know this call: it is no Aqueduct, or another version of it ({message})"
    if code not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED):
        return f"{target} failed: {code.name}: {message}"
    if _NO_GRPC.search(message):
        return f"{target} does not speak gRPC. Is it the right port? That of gRPC is 10001 by default."
    why = found[0] if (found := _WHY.search(message)) else message
    if _NEVER_SENT.search(message):
        return f"{target} cannot be reached: {why}. Does Aqueduct run there? `--server` names another."
    return f"{target} was lost: {why}. {UNKNOWN if asked.is_change else 'Try again.'}"


def _where_to_look(message: str) -> str:
    kind = message.partition(" ")[0]
    looks = {
        "frontend": "`aqueduct get frontends` lists all.",
        "backend": "`aqueduct get backends` lists all.",
        "member": "`aqueduct get members` lists all.",
        "revision": "`aqueduct history` lists those that can be gone back to.",
    }
    return looks.get(kind, "")


def _sentence(message: str, hint: str) -> str:
    """Return a message and what to do next, as one line."""
    return f"{message.rstrip('.')}. {hint}" if hint else message
