"""A watcher: what it knows, and the stream that it learns it by, which it may lose at any time."""

from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

import grpc
import grpc.aio
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status

from aqueduct.errors import Exhausted, OutOfRange
from aqueduct.model.told import Selection
from aqueduct.v1.config_pb2 import ConfigWatchRequest, ConfigWatchResponse
from tests.folding import Folded

Open = Callable[[ConfigWatchRequest], Any]
"""Opens a stream: over gRPC, or within the process."""


class Refused(Exception):
    """The stream has ended by an error of this reason."""

    def __init__(self, reason: str, metadata: dict[str, int]) -> None:
        self.reason, self.metadata = reason, metadata
        super().__init__(reason)


class Watcher:
    """Folds streams into what it knows."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self.selection = Selection(frozenset(names))
        self.known = Folded()
        self._stream: Any = None
        self._responses: AsyncIterator[ConfigWatchResponse] | None = None

    @property
    def is_watching(self) -> bool:
        return self._stream is not None

    def begin(self, open_one: Open) -> None:
        """Open a stream, from where it stands, or with a snapshot where it knows nothing."""
        request = ConfigWatchRequest(after_revision=self.known.revision, resources=self.names)
        self._stream = open_one(request)
        self._responses = aiter(self._stream)

    async def leave(self) -> None:
        """Leave the stream, maybe amid a revision."""
        stream, self._stream = self._stream, None
        self.known.lost()
        if isinstance(stream, grpc.aio.Call):
            stream.cancel()
        elif stream is not None:
            await stream.aclose()

    def forget(self) -> None:
        """Know nothing any more."""
        self.known = Folded()

    async def read(self) -> bool:
        """Read a response; tell whether all of its revision is known. Refused where the stream has ended."""
        assert self._responses is not None
        try:
            return self.known.take(await anext(self._responses))
        except (Exhausted, OutOfRange) as error:
            await self.leave()
            raise Refused(error.reason, dict(error.metadata)) from error
        except grpc.aio.AioRpcError as error:
            await self.leave()
            raise _refused(error) from error


def _refused(error: grpc.aio.AioRpcError) -> Refused:
    info, status = ErrorInfo(), None
    with suppress(ValueError):
        status = rpc_status.from_call(error)  # type: ignore[arg-type] # it has what is asked of it
    for packed in status.details if isinstance(status, Status) else ():
        packed.Unpack(info)
    metadata = {name: int(value) for name, value in info.metadata.items()}
    return Refused(info.reason or error.code().name, metadata)
