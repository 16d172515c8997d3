"""What writes to the registry lead to, those that wait together judged one after the other."""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable

from aqueduct.discovery.entries import Entries
from aqueduct.errors import AqueductError, Exhausted, NotFound, Unavailable
from aqueduct.model.limits import MEMBERS
from aqueduct.ports.discovery import Service
from aqueduct.v1.registry_pb2 import Registration


class Write:
    """A change that a caller waits for. It must be made in the event loop that it is answered in."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.answer: asyncio.Future[Registration] = asyncio.get_running_loop().create_future()

    def succeed(self, result: Registration) -> None:
        """Answer the caller, unless it was cancelled."""
        if not self.answer.done():
            self.answer.set_result(result)

    def fail(self, error: Exception) -> None:
        """Have the caller raise `error`, unless it was cancelled."""
        if not self.answer.done():
            self.answer.set_exception(error)


class Registering(Write):
    """The registration to be there, complete."""

    def __init__(self, registration: Registration) -> None:
        super().__init__(registration.id)
        self.registration = registration


class Deregistering(Write):
    """The registration of that id to be gone."""


class Batch:
    """Writes that share one transaction, on top of the deletion of those that are `gone` already.

    `now` is the time of those that are new, in seconds since 1970-01-01 UTC.
    """

    def __init__(self, entries: Entries, gone: Collection[str], now: float) -> None:
        self._entries = entries
        self._now = now
        self._coming: Counter[Service] = Counter()
        self._accepted: list[tuple[Write, Registration]] = []
        self.changes: dict[str, Registration | None] = dict.fromkeys(gone)
        """What is to be stored."""

    def add(self, writes: Iterable[Write]) -> None:
        """Take writes in. Answer those that cannot be made, and renewals: they need nothing stored."""
        for write in writes:
            try:
                registration = self._judged(write)
            except AqueductError as error:
                write.fail(error)
                continue
            if write.key in self.changes:
                self._accepted.append((write, registration))
            else:
                write.succeed(self._entries.put(registration).told())

    def apply(self) -> Collection[str]:
        """Make what was stored true, answer the callers, and return the ids of what has changed."""
        changed: dict[str, None] = {}
        for write, registration in self._accepted:
            before = self._entries.get(write.key)
            if isinstance(write, Registering):
                is_new = before is None or before.stored != registration
                write.succeed(self._entries.put(registration).told())
            else:
                is_new = self._entries.remove(write.key) is not None
                write.succeed(before.told() if before is not None else registration)
            if is_new:
                changed[write.key] = None
        return changed.keys()

    def _judged(self, write: Write) -> Registration:
        """Return the registration as it will be stored, or as it was before it is removed."""
        before = self._before(write.key)
        if isinstance(write, Registering):
            return self._registered(write.registration, before)
        if before is None:
            raise NotFound("registration", write.key)
        self.changes[write.key] = None
        return before

    def _before(self, key: str) -> Registration | None:
        entry = self._entries.get(key)
        return self.changes.get(key, entry.stored if entry is not None else None)

    def _registered(self, registration: Registration, before: Registration | None) -> Registration:
        stored = Registration()
        stored.CopyFrom(registration)
        if before is not None:
            stored.renew_time.CopyFrom(before.renew_time)
        else:
            stored.renew_time.FromMilliseconds(round(self._now * 1e3))
            self._check_room(Service(registration.name, registration.version))
        if stored != before:
            self.changes[stored.id] = stored
        return stored

    def _check_room(self, service: Service) -> None:
        if self._entries.size(service) + self._coming[service] >= MEMBERS:
            raise Exhausted(
                "TOO_MANY_MEMBERS", f"{service} has {MEMBERS:,} registrations, the most that a backend takes"
            )
        self._coming[service] += 1


def fail(writes: Iterable[Write], error: Exception) -> None:
    """Answer all that were not answered yet with `error`."""
    for write in writes:
        write.fail(_own(error))


def _own(error: Exception) -> Exception:
    """Return the error for one of several callers: raising it adds its caller's traceback."""
    if isinstance(error, Exhausted | Unavailable):
        return type(error)(error.reason, str(error))
    return error
