"""How much one resource may hold, so that judging and rendering it keeps nobody waiting.

All is judged and rendered on the event loop: what these limits let pass takes well under a second.
"""

from google.protobuf.message import Message

from aqueduct.model.fields import Faults
from aqueduct.v1.backend_pb2 import Backend
from aqueduct.v1.frontend_pb2 import Frontend

BYTES = 1_048_576
"""Of a resource as a protobuf message. gRPC clients take 4 MiB at a time: lists must stay readable."""
RULES = 2_000
VALUES = 1_000
VALUES_IN_ALL = 20_000
NATIVES = 1_000
MEMBERS = 5_000


def check_size(resource: Frontend | Backend, faults: Faults) -> bool:
    """Note where `resource` holds too much; return whether it is small enough to be looked at."""
    size = resource.ByteSize()
    if size > BYTES:
        faults.add("", f"must be at most {BYTES} bytes (1 MiB) as a protobuf message: it is {size}")
        return False
    right = _check_count(resource, "natives", NATIVES, "", faults)
    if isinstance(resource, Backend):
        return _check_count(resource, "members", MEMBERS, "", faults) and right
    right = _check_count(resource, "rules", RULES, "", faults) and right
    for index, rule in enumerate(resource.rules):
        right = _check_count(rule, "values", VALUES, f"rules[{index}].", faults) and right
    values = sum(len(rule.values) for rule in resource.rules)
    if right and values > VALUES_IN_ALL:
        faults.add("rules", f"must hold at most {VALUES_IN_ALL:,} values in all: there are {values:,}")
        return False
    return right


def _check_count(message: Message, field: str, most: int, prefix: str, faults: Faults) -> bool:
    count = len(getattr(message, field))
    if count > most:
        faults.add(f"{prefix}{field}", f"must be at most {most:,}: there are {count:,}")
    return count <= most
