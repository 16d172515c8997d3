"""What calls are asked with, and the methods they go to: what both clients share."""

from typing import Any, TypedDict

from aqueduct.v1.apply_pb2 import WaitFor
from aqueduct.v1.backend_pb2 import SwitchPolicy
from aqueduct.v1.common_pb2 import Annotation


class Reading(TypedDict, total=False):
    """What a call that reads may be told."""

    deadline: float
    """Seconds, in place of the client's deadline."""


class Making(TypedDict, total=False):
    """What a call that changes something may be told."""

    deadline: float
    """Seconds, in place of the client's deadline."""
    wait_for: WaitFor
    """When it answers; by default when HAProxy serves by the change."""
    validate_only: bool
    """Check and plan only."""
    annotation: Annotation
    """What the history keeps of it."""


class Writing(Making, total=False):
    """What a change of one resource may be told."""

    expected_revision: int
    """The revision that it must have; 0: it must not exist. Aborted where it has another."""


class Switching(Writing, total=False):
    """What a switch of versions may be told."""

    name: str
    """The service; by default the present one."""
    allow_empty: bool
    """Switch also to a version that has no member (yet)."""
    switch_policy: SwitchPolicy
    """How to switch this time."""


class Setting(TypedDict, total=False):
    """What a change of a member may be told."""

    deadline: float
    """Seconds, in place of the client's deadline."""
    wait_for: WaitFor
    """When it answers; by default when HAProxy serves by the change."""


def parted(how: Any) -> tuple[dict[str, Any], float | None]:
    """Return what goes into the request, and the time that the call has."""
    rest = dict(how)
    deadline: float | None = rest.pop("deadline", None)
    return rest, deadline
