"""Requests that are no messages: of every service, in every streaming kind, and quietly."""

import logging
from typing import Any

import grpc.aio
import pytest
from google.protobuf.descriptor_pool import Default
from google.protobuf.message import DecodeError
from structlog.testing import capture_logs

from aqueduct.rpc.decoding import Malformed, decoder
from aqueduct.rpc.servicers import SERVICES
from aqueduct.v1.backend_pb2 import GetBackendRequest
from tests.refusals import refused

from .conftest import Api

METHODS = [
    method
    for service in (*SERVICES, "grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection")
    for method in Default().FindServiceByName(service).methods
]
GET_BACKEND = "/aqueduct.v1.BackendService/GetBackend"
GET_BACKEND_REQUEST = "aqueduct.v1.GetBackendRequest"
BAD_TEXT = b"\x0a\x03\xff\xfe\xfd"
CUT_OFF = b"\x0a\x09a"
GARBAGE = b"\xff\xff\xff"


async def send(channel: grpc.aio.Channel, method: Any, *raw: bytes) -> list[bytes]:
    """Call a method with bytes as they are; return the responses."""
    kinds = [
        "stream" if streams else "unary" for streams in (method.client_streaming, method.server_streaming)
    ]
    path = f"/{method.containing_service.full_name}/{method.name}"
    calling = getattr(channel, "_".join(kinds))(path)(iter(raw) if method.client_streaming else raw[0])
    return [response async for response in calling] if method.server_streaming else [await calling]


def found(name: str) -> Any:
    return Default().FindMethodByName(name)


@pytest.mark.parametrize("method", METHODS, ids=[method.full_name for method in METHODS])
async def test_no_method_takes_garbage(api: Api, caplog: pytest.LogCaptureFixture, method: Any) -> None:
    caplog.set_level(logging.WARNING)
    with capture_logs() as logs:
        error = await refused(send(api.channel, method, GARBAGE))
    assert (error.code, error.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "MALFORMED_REQUEST")
    assert error.message.startswith(f"the request is no valid {method.input_type.full_name}: ")
    assert {line["log_level"] for line in logs} <= {"debug"}
    assert not caplog.records  # of gRPC, which would log a traceback


@pytest.mark.parametrize("raw", [BAD_TEXT, CUT_OFF, GARBAGE])
async def test_the_caller_learns_what_is_wrong(api: Api, raw: bytes) -> None:
    error = await refused(send(api.channel, found("aqueduct.v1.BackendService.GetBackend"), raw))
    assert error.code is grpc.StatusCode.INVALID_ARGUMENT
    # What follows are protobuf's words, which differ between its implementations.
    said, reason = error.message.split(": ", 1)
    assert said == f"the request is no valid {GET_BACKEND_REQUEST}"
    assert reason
    assert "\n" not in reason


async def test_a_stream_ends_at_the_message_that_is_malformed(api: Api) -> None:
    method = found("grpc.reflection.v1alpha.ServerReflection.ServerReflectionInfo")
    call: Any = api.channel.stream_stream(f"/{method.containing_service.full_name}/{method.name}")()
    await call.write(b"")
    assert await call.read()
    await call.write(GARBAGE)
    assert (await refused(call.read())).reason == "MALFORMED_REQUEST"


class TestDecoder:
    def test_messages_pass(self) -> None:
        request = GetBackendRequest(key="app")
        assert decoder(GetBackendRequest.FromString, GET_BACKEND)(request.SerializeToString()) == request

    def test_the_type_is_told_once(self) -> None:
        def deserialize(_: bytes) -> str:
            raise DecodeError(f"Error parsing message with type '{GET_BACKEND_REQUEST}': of\n two lines")

        with pytest.raises(Malformed, match=f"^the request is no valid {GET_BACKEND_REQUEST}: of two lines$"):
            decoder(deserialize, GET_BACKEND)(b"")

    def test_a_method_that_no_proto_describes(self) -> None:
        with pytest.raises(Malformed, match=r"^the request is no valid message: "):
            decoder(GetBackendRequest.FromString, "/test/method")(BAD_TEXT)

    def test_protobuf_in_pure_python(self) -> None:
        def deserialize(raw: bytes) -> str:
            return raw.decode()

        with pytest.raises(Malformed, match=f"^the request is no valid {GET_BACKEND_REQUEST}: 'utf-8' codec"):
            decoder(deserialize, GET_BACKEND)(b"\xff")

    def test_other_errors_are_faults_of_ours(self) -> None:
        def deserialize(_: bytes) -> str:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            decoder(deserialize, GET_BACKEND)(b"")
