"""Requests off the wire: bytes that are no message are the client's error, not a fault of ours.

Left to itself grpc.aio answers them UNKNOWN, and logs a traceback for each.
"""

from collections.abc import Callable
from typing import TypeVar

from google.protobuf.descriptor_pool import Default
from google.protobuf.message import DecodeError
from google.rpc import code_pb2

from aqueduct.errors import AqueductError

TRequest = TypeVar("TRequest")


class Malformed(AqueductError):
    """The bytes of a request are no message of its type: cut off, garbage, or text that is not UTF-8."""

    code = code_pb2.INVALID_ARGUMENT
    http = 400

    def __init__(self, wanted: str, reason: str) -> None:
        super().__init__(f"the request is no valid {wanted}: {reason}")


def decoder(deserialize: Callable[[bytes], TRequest], method: str) -> Callable[[bytes], TRequest]:
    """Return `deserialize` of the requests of `method` (`/package.Service/Method`), raising Malformed."""

    def decode(raw: bytes) -> TRequest:
        try:
            return deserialize(raw)
        except (DecodeError, UnicodeDecodeError) as error:  # the latter is of protobuf in pure Python
            wanted = _request_type(method)
            raise Malformed(wanted, _reason(error, wanted)) from error

    return decode


def _request_type(method: str) -> str:
    try:
        found = Default().FindMethodByName(method.removeprefix("/").replace("/", "."))
    except KeyError:  # a method that no .proto describes
        return "message"
    return found.input_type.full_name


def _reason(error: Exception, wanted: str) -> str:
    """Return protobuf's words in one line, without the type, which the message has already."""
    words = " ".join(str(error).split())
    return words.removeprefix(f"Error parsing message with type '{wanted}': ")
