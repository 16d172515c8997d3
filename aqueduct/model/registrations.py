"""What makes a registration valid, its defaults, and the member that it stands for.

An id is made of name, version, host and port: neither name nor version holds a `/`, and the port comes
last, so no two services, and no two addresses of one, have the same. Hosts are spelled in one way.
"""

from aqueduct.errors import Invalid
from aqueduct.model.backends import HEAVIEST
from aqueduct.model.bind import Family
from aqueduct.model.fields import Faults, check_duration, check_service_word, check_values
from aqueduct.model.servers import check_port, endpoint
from aqueduct.model.times import seconds
from aqueduct.v1.backend_pb2 import Member
from aqueduct.v1.registry_pb2 import Registration

DEFAULT_TTL = 30
"""Seconds."""
BYTES = 8_192
"""Of a registration as a protobuf message: a backend holds thousands."""

_TTL = (1, 86_400)
"""Seconds, both ends included."""
_HOSTS = "must be an IP address, a name, or a socket: /path, unix@/path or abns@name"


def completed(registration: Registration) -> Registration:
    """Return a copy of `registration` with its id, its defaults, and its host in its one spelling.

    Raises Invalid with every violation there is. Fields are relative to the registration.
    """
    faults = Faults()
    made = Registration()
    made.CopyFrom(registration)
    made.ClearField("renew_time")
    made.ClearField("id")
    _check(made, faults)
    if faults.violations:
        raise Invalid(faults.violations)
    if not made.HasField("ttl"):
        made.ttl.FromSeconds(DEFAULT_TTL)
    made.host = host_of(made.host, made.port)
    made.id = service_id(made.name, made.version, made.host, made.port)
    return made


def member_of(registration: Registration) -> Member:
    """Return the member that a completed registration stands for, last known at its `renew_time`.

    Its `meta` has a `hostname`, as members of a Thalassa registry have: the host, where it says no other.
    """
    member = Member(
        host=registration.host,
        port=registration.port,
        name=registration.name,
        version=registration.version,
        last_known=registration.renew_time.ToMilliseconds(),
        id=registration.id,
    )
    if registration.HasField("weight"):
        member.weight = registration.weight
    if registration.HasField("meta"):
        member.meta.CopyFrom(registration.meta)
    if not _has_hostname(member):
        member.meta.fields["hostname"].string_value = member.host
    return member


def _has_hostname(member: Member) -> bool:
    """Tell whether there is one that is not empty, null or false, as the original saw it."""
    if "hostname" not in member.meta.fields:
        return False
    value = member.meta.fields["hostname"]
    return bool(getattr(value, value.WhichOneof("kind") or "null_value"))


def ttl_of(registration: Registration) -> float:
    """Return how long a completed registration holds without being renewed, in seconds."""
    return seconds(registration.ttl)


def service_id(name: str, version: str, host: str, port: int) -> str:
    """Return what names a service at an address, such as `/web/1.0.0/10.0.0.1/8080`."""
    return f"/{name}/{version}/{host}/{port}"


def service_of(key: str) -> tuple[str, str]:
    """Return the name and the version that an id was made of."""
    _, name, version, _ = key.split("/", 3)
    return name, version


def host_of(host: str, port: int) -> str:
    """Return the one spelling of a host that is right: IPv6 without brackets, `unix@/path`."""
    found = endpoint(host, port)
    if found.family in (Family.UNIX, Family.ABSTRACT):
        return found.address
    text = found.address.rpartition(":")[0]
    return text[1:-1] if found.family is Family.IPV6 else text


def check_address(host: str, port: int, path: str, faults: Faults) -> None:
    """Check where a service says that it is, in fields `host` and `port` below `path`."""
    if not host:
        faults.add(f"{path}host", _HOSTS)
    elif faults.check(f"{path}host", lambda: endpoint(host, port)):
        faults.check(f"{path}port", lambda: check_port(host, port))


def check_weight(weight: int, field: str, faults: Faults) -> None:
    """Check a share of the load."""
    if not 0 <= weight <= HEAVIEST:
        faults.add(field, f"must be from 0 to {HEAVIEST}")


def _check(registration: Registration, faults: Faults) -> None:
    size = registration.ByteSize()
    if size > BYTES:
        faults.add("", f"must be at most {BYTES:,} bytes as a protobuf message: it is {size:,}")
        return
    check_values(registration, faults)
    check_service_word(registration.name, "name", faults)
    check_service_word(registration.version, "version", faults)
    check_address(registration.host, registration.port, "", faults)
    check_weight(registration.weight, "weight", faults)
    if registration.HasField("ttl"):
        check_duration(registration.ttl, _TTL, "ttl", faults)
