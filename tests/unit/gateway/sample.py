"""The service of sample.proto, compiled here, and a servicer of it."""

import asyncio
import importlib.resources
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import google.api
from google.api import annotations_pb2, httpbody_pb2
from google.protobuf import descriptor_pool, duration_pb2
from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.message_factory import GetMessageClass
from grpc_tools import protoc

from aqueduct.errors import Invalid, NotFound, Violation
from aqueduct.rpc.servicers import Method, methods_of
from aqueduct.v1 import options_pb2

_HERE = Path(__file__).parent
_ROOT = _HERE.parent.parent.parent
_IMPORTED = (annotations_pb2, httpbody_pb2, duration_pb2, options_pb2)
"""What it imports is to be in the pool before it."""


def _compiled() -> ServiceDescriptor:
    includes = [_HERE, _ROOT / "protos", Path(next(iter(google.api.__path__))).parent.parent]
    wellknown = importlib.resources.files("grpc_tools") / "_proto"
    with tempfile.NamedTemporaryFile() as file:
        paths = [f"-I{include}" for include in (*includes, wellknown)]
        assert protoc.main(["protoc", *paths, f"--descriptor_set_out={file.name}", "sample.proto"]) == 0
        (found,) = FileDescriptorSet.FromString(file.read()).file
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(found.SerializeToString())
    return pool.FindServiceByName("sample.Samples")


SERVICE = _compiled()


def message(name: str, **fields: Any) -> Any:
    """Return a message of the sample."""
    return GetMessageClass(descriptor_pool.Default().FindMessageTypeByName(f"sample.{name}"))(**fields)


class Samples:
    """Answers with what it was asked."""

    def __init__(self) -> None:
        self.failure: Exception | None = None
        self.shared: Any = None
        self.made = 0
        """Responses of streams that were made."""
        self.left = asyncio.Event()
        """Set when a stream has been left."""
        self.asked: list[Any] = []

    # ruff: noqa: N802 # the methods are those of sample.proto

    async def Get(self, request: Any, _: object) -> Any:
        self._fail()
        if request.id == 404:
            raise NotFound("sample", str(request.id))
        if request.id == 400:
            raise Invalid([Violation("inner.inners[1].name", "is wrong"), Violation("id", "is wrong too")])
        inner = request.inner if request.HasField("inner") else None
        texts = request.texts
        return message(
            "Response", request=request, texts=texts, text=" ".join(texts), inner=inner, revision=7
        )

    async def Raw(self, request: Any, _: object) -> httpbody_pb2.HttpBody:
        self._fail()
        return httpbody_pb2.HttpBody(content_type=request.body.content_type, data=request.body.data[::-1])

    async def All(self, request: httpbody_pb2.HttpBody, _: object) -> Any:
        return message("RawRequest", body=request)

    async def Watch(self, request: Any, _: object) -> AsyncIterator[Any]:
        """Count from `after` on, by `count`, and go on for ever without one; negative: say nothing.

        Each in `parts`, or as the very `shared` message.
        """
        self._fail()
        self.asked.append(request)
        number = request.after
        try:
            while request.count <= 0 or number < request.after + request.count:
                if request.count < 0:
                    await asyncio.Event().wait()
                number += 1
                self.made += 1
                for _ in range(request.parts - 1):
                    yield message("WatchResponse", revision=number, more=True)
                yield self.shared or message("WatchResponse", revision=number, text="x" * request.size)
            self._fail()
        finally:
            self.left.set()

    def Silent(self, _request: object, _: object) -> None:
        raise NotImplementedError

    def Talk(self, _request: object, _: object) -> None:
        raise NotImplementedError

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure


def methods(samples: Samples | None = None) -> list[Method]:
    """Return the methods of a servicer."""
    return list(methods_of(SERVICE, samples or Samples()))
