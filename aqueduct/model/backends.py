"""What makes a backend valid, and its defaults."""

import re

from aqueduct.model.fields import (
    Faults,
    check_enum,
    check_key,
    check_length,
    check_natives,
    check_service_word,
)
from aqueduct.model.hosts import check_name, parse_ip, parse_port
from aqueduct.model.members import clear_output
from aqueduct.model.policies import check_policy
from aqueduct.model.servers import check_port, endpoint, server_name
from aqueduct.model.words import first_word, has_control, split
from aqueduct.v1.backend_pb2 import (
    BACKEND_TYPE_DYNAMIC,
    BACKEND_TYPE_UNSPECIFIED,
    CHECK_NONE,
    HEALTH_METHOD_GET,
    HTTP_VERSION_1_0,
    HTTP_VERSION_1_1,
    Backend,
    Health,
    Member,
)
from aqueduct.v1.common_pb2 import MODE_HTTP, MODE_TCP

_LONGEST_ID = 1_024
_LONGEST_BALANCE = 1_024
_LONGEST_URI = 2_048
HEAVIEST = 256
"""The largest weight that HAProxy takes."""
_DEFAULT_INTERVAL = 2_000
_ALGORITHM = re.compile(
    r"roundrobin|static-rr|leastconn|first|source|uri|url_param|hdr\([^()]+\)|random(?:\([0-9]+\))?"
    r"|rdp-cookie(?:\([^()]+\))?|hash|log-hash|log-sticky|sticky"
)
_ALGORITHMS = (
    "roundrobin, static-rr, leastconn, first, source, uri, url_param, hdr(NAME), random, random(N), "
    "rdp-cookie, rdp-cookie(NAME), hash, log-hash, log-sticky or sticky"
)
_NEEDS_HTTP = ("uri", "url_param", "hdr(")
_URI = re.compile(r"\*|/\S*")


def clear_ignored(backend: Backend) -> None:
    """Clear what a write of `backend` does not say: a dynamic backend's members are discovery's.

    So are phases and admin states of members, which a reader of the backend is shown.
    """
    if backend.type == BACKEND_TYPE_DYNAMIC:
        backend.ClearField("members")
    backend.ClearField("transition")
    for member in backend.members:
        clear_output(member)


def complete_backend(backend: Backend, faults: Faults) -> None:
    """Fill the defaults of `backend`, in place, and note what is wrong with it."""
    backend.revision = 0
    check_key(backend.key, "key", faults)
    for field in ("type", "mode", "check"):
        check_enum(backend, field, field, faults)
    if backend.type == BACKEND_TYPE_UNSPECIFIED:
        faults.add("type", "must be static or dynamic")
    backend.mode = backend.mode or MODE_HTTP
    _check_service(backend, faults)
    backend.balance = backend.balance or "roundrobin"
    check_length(backend.balance, _LONGEST_BALANCE, "balance", faults)
    faults.check("balance", lambda: _check_balance(backend))
    if backend.HasField("host"):
        faults.check("host", lambda: check_authority(backend.host))
    _complete_health(backend, faults)
    check_policy(backend.switch_policy, "switch_policy", faults)
    check_natives(backend.natives, faults)
    _check_binds(backend, faults)
    _complete_members(backend, faults)


def check_authority(host: str) -> None:
    """Raise ValueError where `host` is no value of a Host header: a name or an IP, then maybe a port."""
    name, colon, port = host.rpartition(":")
    if not colon or port.endswith("]"):
        name, colon, port = host, "", ""
    if colon:
        parse_port(port)
    if not name:
        raise ValueError("must be absent, or a name or IP address with or without :port")
    if ":" in name and not name.startswith("["):
        raise ValueError("an IPv6 address must stand in brackets, such as [::1]:80")
    if parse_ip(name) is None:
        check_name(name)


def _check_binds(backend: Backend, faults: Faults) -> None:
    for index, native in enumerate(backend.natives):
        if first_word(native) == "bind":
            faults.add(f"natives[{index}]", "must not be a bind line: only frontends listen")


def _check_service(backend: Backend, faults: Faults) -> None:
    for field in ("name", "version", "discovery"):
        text = getattr(backend, field)
        if text:
            check_service_word(text, field, faults)
        if text and backend.type != BACKEND_TYPE_DYNAMIC:
            faults.add(field, "must be absent unless type is dynamic")


def _check_balance(backend: Backend) -> None:
    words = split(backend.balance)
    if any(map(has_control, words)):
        raise ValueError("must not hold control characters, not even escaped ones")
    if not words or not _ALGORITHM.fullmatch(words[0]):
        raise ValueError(f"must begin with one of {_ALGORITHMS}")
    if backend.mode == MODE_TCP and words[0].startswith(_NEEDS_HTTP):
        raise ValueError(f"{words[0]} needs mode http: it looks at HTTP requests")


def _complete_health(backend: Backend, faults: Faults) -> None:
    if not backend.HasField("health"):
        return
    health = backend.health
    if backend.check == CHECK_NONE:
        faults.add("health", "must be absent where check is none")
    for field in ("method", "http_version"):
        check_enum(health, field, f"health.{field}", faults)
    health.method = health.method or HEALTH_METHOD_GET
    health.uri = health.uri or "/"
    health.http_version = health.http_version or HTTP_VERSION_1_0
    if not health.HasField("interval"):
        health.interval = _DEFAULT_INTERVAL
    _check_health(health, faults)
    if health.http_version == HTTP_VERSION_1_1 and not backend.host:
        faults.add("host", "must be given for a health check with HTTP/1.1")


def _check_health(health: Health, faults: Faults) -> None:
    check_length(health.uri, _LONGEST_URI, "health.uri", faults)
    if not _URI.fullmatch(health.uri):
        faults.add("health.uri", "must begin with / (or be *) and hold no blanks")
    if health.interval < 1:
        faults.add("health.interval", "must be at least 1 millisecond")


def _complete_members(backend: Backend, faults: Faults) -> None:
    first_of: dict[str, int] = {}
    for index, member in enumerate(backend.members):
        path = f"members[{index}]"
        if not _complete_member(member, path, faults):
            continue
        first = first_of.setdefault(server_name(backend.key, member), index)
        if first != index:
            faults.add(path, f"must differ from members[{first}]: both are at {member.host}:{member.port}")


def _complete_member(member: Member, path: str, faults: Faults) -> bool:
    """Fill the defaults of `member`; return whether its address is right."""
    if member.weight > HEAVIEST:
        faults.add(f"{path}.weight", f"must be from 0 to {HEAVIEST}")
    for field in ("name", "version", "id"):
        check_length(getattr(member, field), _LONGEST_ID, f"{path}.{field}", faults)
    if not member.host:
        faults.add(
            f"{path}.host", "must be an IP address, a name, or a socket: /path, unix@/path or abns@name"
        )
        return False
    return faults.check(f"{path}.host", lambda: endpoint(member.host, member.port)) and faults.check(
        f"{path}.port", lambda: check_port(member.host, member.port)
    )
