"""A call's error, taken apart as a client does it."""

from collections.abc import Awaitable
from dataclasses import dataclass

import grpc.aio
import pytest
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, PreconditionFailure, ResourceInfo
from google.rpc.status_pb2 import Status

_KNOWN: tuple[type[Message], ...] = (BadRequest, ErrorInfo, PreconditionFailure, ResourceInfo)


def unpacked(status: Status) -> list[Message]:
    """Return the details of a status, in their order."""
    details = []
    for packed in status.details:
        (kind,) = (kind for kind in _KNOWN if packed.Is(kind.DESCRIPTOR))
        detail = kind()
        packed.Unpack(detail)
        details.append(detail)
    return details


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a client learns of an error."""

    code: grpc.StatusCode
    message: str
    details: list[Message]

    @property
    def reason(self) -> str:
        (info,) = (detail for detail in self.details if isinstance(detail, ErrorInfo))
        return str(info.reason)

    @property
    def fields(self) -> list[str]:
        """The fields at fault, in their order."""
        requests = [detail for detail in self.details if isinstance(detail, BadRequest)]
        return [violation.field for request in requests for violation in request.field_violations]


async def refusal(call: Awaitable[object]) -> Refusal:
    """Await a call that must fail, and return its error."""
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await call
    return refusal_of(raised.value)


def refusal_of(error: grpc.aio.AioRpcError) -> Refusal:
    trailing = {str(key): value for key, value in (error.trailing_metadata() or ())}
    raw = trailing["grpc-status-details-bin"]
    assert isinstance(raw, bytes)
    status = Status.FromString(raw)
    assert (status.code, status.message) == (error.code().value[0], error.details())
    return Refusal(error.code(), status.message, unpacked(status))
