"""How a watch goes on: pure state of one watch, which its loop (asyncio's or threads') feeds.

A follower makes the request of each stream, from where it stands; makes events of responses, dropping what
arrived in part when a stream breaks off; and says of an error whether it begins anew because of it.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol, TypeVar

import grpc

from aqueduct.client.errors import CallError
from aqueduct.client.events import (
    ActivityEvent,
    ActivityMissed,
    ConfigChange,
    ConfigEvent,
    ConfigSnapshot,
    StatsEvent,
)
from aqueduct.client.methods import Method, method
from aqueduct.v1.activity_pb2 import ActivityWatchRequest, ActivityWatchResponse
from aqueduct.v1.config_pb2 import ConfigWatchRequest, ConfigWatchResponse
from aqueduct.v1.stats_pb2 import StatsWatchRequest, StatsWatchResponse

Told_co = TypeVar("Told_co", covariant=True)


class Follower(Protocol[Told_co]):
    """One watch."""

    method: Method[Any, Any]

    def begin(self) -> Any:
        """Return the request of the next stream; parts of what is not whole are dropped."""
        ...

    def take(self, response: Any) -> Iterator[Told_co]:
        """Yield what a response makes whole. What was yielded counts as told."""
        ...

    def begins_anew(self, error: CallError) -> bool:
        """Take note of the end of a stream; tell whether to open the next one at once."""
        ...


class ConfigFollower:
    """Follows the configuration by revisions."""

    method = method("ConfigService/ConfigWatch")

    def __init__(self, resources: Sequence[str], after: int | None) -> None:
        self._resources = resources
        self._known = after
        self._reset = ""
        self._parts: list[ConfigWatchResponse] = []

    def begin(self) -> ConfigWatchRequest:
        """Ask for what follows the last revision that is known whole; for a snapshot where none is."""
        self._parts = []
        return ConfigWatchRequest(after_revision=self._known, resources=self._resources)

    def take(self, response: ConfigWatchResponse) -> Iterator[ConfigEvent]:
        """Yield the event of a revision with its last part."""
        self._parts.append(response)
        if response.more:
            return
        parts, self._parts = self._parts, []
        self._known = response.revision
        if response.HasField("snapshot"):
            reset, self._reset = self._reset, ""
            for part in parts[1:]:
                parts[0].snapshot.MergeFrom(part.snapshot)
            yield ConfigSnapshot(response.revision, parts[0].snapshot, reset)
        elif response.HasField("change"):
            for part in parts[1:]:
                parts[0].change.changes.extend(part.change.changes)
            yield ConfigChange(response.revision, parts[0].change)

    def begins_anew(self, error: CallError) -> bool:
        """Begin with a snapshot where what followed is no more there, or the store is another."""
        if error.code is grpc.StatusCode.OUT_OF_RANGE and self._known is not None:
            self._known, self._reset = None, error.reason
            return True
        return error.reason == "SLOW_WATCHER"


class StatsFollower:
    """Follows statistics: each stream begins with all of them."""

    method = method("StatsService/StatsWatch")

    def __init__(self, request: StatsWatchRequest) -> None:
        self._request = request
        self._whole: StatsWatchResponse | None = None

    def begin(self) -> StatsWatchRequest:
        """Ask for the same again."""
        self._whole = None
        return self._request

    def take(self, response: StatsWatchResponse) -> Iterator[StatsEvent]:
        """Yield the responses of a sequence as one, with the last of them."""
        if self._whole is None:
            self._whole = response
        else:
            self._whole.stats.extend(response.stats)
            self._whole.removed.extend(response.removed)
        if not response.more:
            whole, self._whole = self._whole, None
            whole.more = False
            yield whole

    def begins_anew(self, error: CallError) -> bool:
        """Begin at once where the server says that this client was too slow."""
        return error.reason == "SLOW_WATCHER"


class ActivityFollower:
    """Follows what happens, by the ids of events."""

    method = method("ActivityService/ActivityWatch")

    def __init__(self, request: ActivityWatchRequest) -> None:
        self._request = ActivityWatchRequest()
        self._request.CopyFrom(request)

    def begin(self) -> ActivityWatchRequest:
        """Ask for what follows the last event that was told."""
        return self._request

    def take(self, response: ActivityWatchResponse) -> Iterator[ActivityEvent]:
        """Yield how many events are missing, then those there are."""
        self._request.after_id = response.last_id
        if response.missed:
            yield ActivityMissed(response.missed)
        yield from response.events

    def begins_anew(self, error: CallError) -> bool:
        """Begin at once where the server says that this client was too slow."""
        return error.reason == "SLOW_WATCHER"
