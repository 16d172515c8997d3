"""grpcurl as the runner drives it, over reflection: without a client of ours.

What it prints has the names of the .proto, and is turned into canonical JSON. It has neither watches nor
retries.
"""

import asyncio
import json
from asyncio.subprocess import PIPE
from typing import NoReturn

import grpc
from google.protobuf.json_format import MessageToDict, ParseDict
from google.rpc import error_details_pb2  # so that details of errors can be read
from google.rpc.status_pb2 import Status

from aqueduct.client import pages
from aqueduct.client.errors import details_of, made
from aqueduct.client.methods import METHODS
from tests.clients.driving import Document, Watching

__all__ = ["GrpcurlDriver", "error_details_pb2"]

_CODES = {code.value[0]: code for code in grpc.StatusCode}


class GrpcurlDriver:
    """Makes each call by a process of its own."""

    def __init__(self, program: str, target: str) -> None:
        self._program, self._target = program, target

    async def call(self, name: str, request: Document, deadline: float | None) -> Document:
        limit = ["-max-time", str(deadline)] if deadline is not None else []
        method = METHODS[name].path.removeprefix("/")
        command = [self._program, "-plaintext", "-format-error", *limit, "-d", json.dumps(request)]
        process = await asyncio.create_subprocess_exec(
            *command, self._target, method, stdout=PIPE, stderr=PIPE
        )
        try:
            out, err = await process.communicate()
        except asyncio.CancelledError:
            process.terminate()
            await process.wait()
            raise
        if process.returncode != 0:
            _fail(err.decode())
        return MessageToDict(ParseDict(json.loads(out), METHODS[name].response()))

    async def pages(self, name: str, request: Document) -> list[Document]:
        method, found = METHODS[name], []
        asked = ParseDict(request, method.request())
        while asked is not None:
            page = ParseDict(await self.call(name, MessageToDict(asked), None), method.response())
            found += [MessageToDict(item) for item in pages.items(page)]
            asked = pages.following(asked, page)
        return found

    def watch(self, _: Document) -> Watching:
        raise NotImplementedError


def _fail(said: str) -> NoReturn:
    if not said.startswith("{"):
        raise AssertionError(said)
    status = ParseDict(json.loads(said), Status())
    raise made(_CODES[status.code], status.message, details_of(status.SerializeToString()))
