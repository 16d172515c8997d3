"""How members are switched: what makes a policy valid, and what it says where it leaves something open."""

from dataclasses import dataclass
from typing import Any

from google.protobuf.duration_pb2 import Duration

from aqueduct.model.fields import Faults, check_duration
from aqueduct.model.times import seconds
from aqueduct.v1.backend_pb2 import SwitchPolicy

SWITCH_TIMEOUT = 60.0
"""Seconds that new members have by default to pass their checks."""
DRAIN_TIMEOUT = 300.0
"""Seconds that sessions of old members may go on by default."""

_SWITCH_TIMEOUT = (1, 3_600)
_DRAIN_TIMEOUT = (0, 86_400)
"""Seconds, both ends included."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A SwitchPolicy with its defaults filled, in seconds."""

    min_healthy: int | None = None
    """None: all new members, but no more than there were old ones."""
    switch_timeout: float = SWITCH_TIMEOUT
    drain_timeout: float = DRAIN_TIMEOUT

    @classmethod
    def of(cls, *given: SwitchPolicy) -> "Policy":
        """Fill what the first of `given` leaves open from the next, and the rest from the defaults."""
        said: dict[str, Any] = {
            field.name: seconds(value) if isinstance(value, Duration) else value
            for policy in reversed(given)
            for field, value in policy.ListFields()
        }
        return cls(**said)


def check_policy(policy: SwitchPolicy, path: str, faults: Faults) -> None:
    """Note what is wrong with a policy, which may be empty, in field `path`."""
    if policy.HasField("switch_timeout"):
        check_duration(policy.switch_timeout, _SWITCH_TIMEOUT, f"{path}.switch_timeout", faults)
    if policy.HasField("drain_timeout"):
        check_duration(policy.drain_timeout, _DRAIN_TIMEOUT, f"{path}.drain_timeout", faults)
