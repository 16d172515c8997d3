"""The kinds of resource, and what a change does to which of them.

The proto messages are the model: this file only names them, so that code which treats all kinds
alike is written once. Messages are never changed after they entered a snapshot.
"""

from enum import StrEnum
from typing import NamedTuple, assert_never

from aqueduct.v1.backend_pb2 import Backend, Membership
from aqueduct.v1.config_pb2 import Change
from aqueduct.v1.frontend_pb2 import Frontend

Resource = Frontend | Backend | Membership


class Kind(StrEnum):
    """A kind of resource, by the name of its field in requests."""

    FRONTEND = "frontend"
    BACKEND = "backend"
    MEMBERSHIP = "membership"
    """Aqueduct's own: who serves for the backend of the same key."""

    @property
    def collection(self) -> str:
        """The kind's plural, as paths spell it."""
        return f"{self.value}s"


class Ref(NamedTuple):
    """Names one resource."""

    kind: Kind
    key: str

    def __str__(self) -> str:
        return f"{self.kind.collection}/{self.key}"


def ref_of(change: Change) -> Ref:
    """Return the resource that `change` is about. The change must say what to do."""
    match change.WhichOneof("change"):
        case "put_frontend":
            return Ref(Kind.FRONTEND, change.put_frontend.key)
        case "put_backend":
            return Ref(Kind.BACKEND, change.put_backend.key)
        case "delete_frontend":
            return Ref(Kind.FRONTEND, change.delete_frontend)
        case "delete_backend":
            return Ref(Kind.BACKEND, change.delete_backend)
        case "put_membership":
            return Ref(Kind.MEMBERSHIP, change.put_membership.key)
        case "delete_membership":
            return Ref(Kind.MEMBERSHIP, change.delete_membership)
        case None:
            raise ValueError("a change without an action")
        case never:
            assert_never(never)


def resource_of(change: Change) -> Resource | None:
    """Return the resource that `change` puts, None where it deletes."""
    match change.WhichOneof("change"):
        case "put_frontend":
            return change.put_frontend
        case "put_backend":
            return change.put_backend
        case "put_membership":
            return change.put_membership
        case _:
            return None


def put(resource: Resource, expected_revision: int | None = None) -> Change:
    """Return the change that puts `resource`."""
    change = Change(expected_revision=expected_revision)
    if isinstance(resource, Frontend):
        change.put_frontend.CopyFrom(resource)
    elif isinstance(resource, Backend):
        change.put_backend.CopyFrom(resource)
    else:
        change.put_membership.CopyFrom(resource)
    return change


def delete(ref: Ref, expected_revision: int | None = None) -> Change:
    """Return the change that deletes the resource that `ref` names."""
    change = Change(expected_revision=expected_revision)
    setattr(change, f"delete_{ref.kind}", ref.key)
    return change
