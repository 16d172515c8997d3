"""Aqueduct's client for Python: `AsyncClient` for asyncio, `Client` for everything else.

    async with AsyncClient("127.0.0.1:10001") as client:
        await client.put_backend(Backend(key="app", type=BACKEND_TYPE_STATIC))
        async with aclosing(client.watch_config()) as events:
            async for event in events:
                print(event.revision)

Messages are those of `aqueduct.v1`; errors those of `errors`. Nothing of the server is imported.
"""

from aqueduct.client.asynchronous import AsyncClient
from aqueduct.client.blocking import Client
from aqueduct.client.errors import (
    Aborted,
    CallError,
    Cancelled,
    DeadlineExceeded,
    FailedPrecondition,
    InvalidArgument,
    NotFound,
    OutOfRange,
    PermissionDenied,
    PreconditionViolation,
    Resource,
    ResourceExhausted,
    Unauthenticated,
    Unavailable,
    Violation,
)
from aqueduct.client.events import ActivityEvent, ActivityMissed, ConfigChange, ConfigSnapshot, StatsEvent
from aqueduct.client.methods import Method
from aqueduct.client.options import Deadlines, Tls
from aqueduct.client.pending import Pending, Watch

__all__ = [
    "Aborted",
    "ActivityEvent",
    "ActivityMissed",
    "AsyncClient",
    "CallError",
    "Cancelled",
    "Client",
    "ConfigChange",
    "ConfigSnapshot",
    "DeadlineExceeded",
    "Deadlines",
    "FailedPrecondition",
    "InvalidArgument",
    "Method",
    "NotFound",
    "OutOfRange",
    "Pending",
    "PermissionDenied",
    "PreconditionViolation",
    "Resource",
    "ResourceExhausted",
    "StatsEvent",
    "Tls",
    "Unauthenticated",
    "Unavailable",
    "Violation",
    "Watch",
]
