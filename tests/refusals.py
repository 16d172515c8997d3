"""A call's error, taken apart as a client does it."""

from collections.abc import Awaitable
from dataclasses import dataclass

import grpc.aio
import pytest
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, PreconditionFailure, ResourceInfo
from google.rpc.status_pb2 import Status

_KNOWN: tuple[type[Message], ...] = (BadRequest, ErrorInfo, PreconditionFailure, ResourceInfo)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a client learns of an error: code, message, and at most one detail of each type."""

    code: grpc.StatusCode
    message: str
    details: dict[type[Message], Message]

    @property
    def reason(self) -> str:
        """The stable word for programs."""
        info = self.details[ErrorInfo]
        assert isinstance(info, ErrorInfo)
        return str(info.reason)

    @property
    def fields(self) -> dict[str, str]:
        """What is wrong with which field, in the order told."""
        request = self.details.get(BadRequest, BadRequest())
        assert isinstance(request, BadRequest)
        return {violation.field: violation.description for violation in request.field_violations}


async def refused(call: Awaitable[object]) -> Refusal:
    """Await a call that must fail, and return its error."""
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await call
    error = raised.value
    trailing = {str(key): value for key, value in (error.trailing_metadata() or ())}
    raw = trailing["grpc-status-details-bin"]
    assert isinstance(raw, bytes)
    status = Status.FromString(raw)
    assert (status.code, status.message) == (error.code().value[0], error.details())
    details = unpacked(status)
    by_type = {type(detail): detail for detail in details}
    assert len(by_type) == len(details)
    return Refusal(error.code(), status.message, by_type)


def unpacked(status: Status) -> list[Message]:
    """Return the details of a status, in their order."""
    details = []
    for packed in status.details:
        (kind,) = (kind for kind in _KNOWN if packed.Is(kind.DESCRIPTOR))
        detail = kind()
        packed.Unpack(detail)
        details.append(detail)
    return details
