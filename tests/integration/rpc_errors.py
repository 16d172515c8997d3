"""Reading the details of a gRPC error."""

from collections.abc import Awaitable
from dataclasses import dataclass

import grpc.aio
import pytest
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, PreconditionFailure, ResourceInfo
from google.rpc.status_pb2 import Status

_KNOWN: tuple[type[Message], ...] = (BadRequest, ErrorInfo, PreconditionFailure, ResourceInfo)


@dataclass(frozen=True, slots=True)
class Refused:
    """A call's error, taken apart."""

    code: grpc.StatusCode
    message: str
    details: dict[type[Message], Message]

    @property
    def fields(self) -> dict[str, str]:
        """What is wrong with which field."""
        detail = self.details.get(BadRequest, BadRequest())
        assert isinstance(detail, BadRequest)
        return {violation.field: violation.description for violation in detail.field_violations}


async def refused(call: Awaitable[object]) -> Refused:
    """Await a call that must fail, and return its error."""
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await call
    error = raised.value
    trailing = {str(key): value for key, value in (error.trailing_metadata() or ())}
    raw = trailing["grpc-status-details-bin"]
    assert isinstance(raw, bytes)
    status = Status.FromString(raw)
    assert status.message == error.details()
    details: dict[type[Message], Message] = {}
    for packed in status.details:
        for kind in _KNOWN:
            if packed.Is(kind.DESCRIPTOR):
                details[kind] = kind()
                packed.Unpack(details[kind])
    return Refused(error.code(), status.message, details)
