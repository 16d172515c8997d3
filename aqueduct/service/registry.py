"""Registrations for those who register and those who look on: what every protocol that Aqueduct speaks calls.

A watch never slows the registry down: it notes which registrations have changed, and tells their newest
state when its client has taken what came before. What it keeps is bounded by the registrations there are.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TypeVar

from aqueduct.errors import Invalid, Unmet
from aqueduct.model.registrations import completed, service_of
from aqueduct.ports.registry import Changed, Registry, Renewals
from aqueduct.service.paging import MAX_BYTES, Page, page
from aqueduct.service.streams import Streams
from aqueduct.v1.registry_pb2 import Registration

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which registrations are meant; an empty word means all."""

    name: str = ""
    version: str = ""

    def holds(self, key: str) -> bool:
        """Tell whether a registration of that id is meant."""
        name, version = service_of(key)
        return self.name in ("", name) and self.version in ("", version)


@dataclass(frozen=True, slots=True)
class Changes:
    """What a watch tells at once, ordered by id: those that came or changed, and the ids of those gone."""

    registered: Sequence[Registration] = ()
    deregistered: Sequence[str] = ()


class Registering:
    """The registry, if there is one: FAILED_PRECONDITION (`NO_REGISTRY`) for all of its methods else."""

    def __init__(self, registry: Registry | None, streams: Streams) -> None:
        self._found = registry
        self._streams = streams

    async def register(self, registration: Registration, path: str) -> Registration:
        """Add a registration, or renew the one at that address. Errors: Invalid, Exhausted, Unavailable.

        `path` is where the request holds it: errors name fields by it.
        """
        try:
            wanted = completed(registration)
        except Invalid as error:
            raise error.within(path) from None
        return await self._registry.register(wanted)

    async def deregister(self, key: str) -> Registration:
        """Remove a registration; return it. Errors: NotFound, Exhausted, Unavailable."""
        return await self._registry.deregister(key)

    def get(self, key: str) -> Registration | None:
        """Return the registration of that id, None where there is none."""
        return self._registry.get(key)

    def all(self, selection: Selection) -> Sequence[Registration]:
        """Return the registrations selected, ordered by id."""
        found = map(self._registry.get, sorted(filter(selection.holds, self._registry.ids())))
        return [registration for registration in found if registration is not None]

    def on_change(self, changed: Changed) -> Callable[[], None]:
        """Tell `changed` the ids of what comes, changes or goes from now on; return what ends that."""
        return self._registry.on_change(changed)

    def held(self) -> AbstractContextManager[Renewals]:
        """Return what holds registrations alive from their renewal to its end (see the port)."""
        return self._registry.held()

    def page(self, selection: Selection, page_size: int, page_token: str) -> Page[Registration]:
        """Return a page of the registrations selected, ordered by id. Invalid for a token not of ours."""
        registry = self._registry
        keys = sorted(filter(selection.holds, registry.ids()))
        return page(keys, lambda key: registry.get(key) or Registration(), page_size, page_token)

    async def watch(self, selection: Selection) -> AsyncGenerator[Changes, None]:
        """Tell all registrations selected (maybe none), then what becomes of them, renewals left out.

        Ends with Unavailable when Aqueduct does. Exhausted where there are too many streams.
        """
        registry = self._registry
        with self._streams.one_more():
            pending = dict.fromkeys(filter(selection.holds, registry.ids()))
            bell = self._streams.bell()

            def note(keys: Collection[str]) -> None:
                pending.update(dict.fromkeys(filter(selection.holds, keys)))
                bell.ring()

            end = registry.on_change(note)
            try:
                if not pending:
                    yield Changes()
                while True:
                    while pending:
                        yield _taken(registry, pending)
                    await bell.rings()
                    self._streams.check()
            finally:
                end()

    async def unless_stopping(self, work: Awaitable[T]) -> T:
        """Return what `work` comes to. Unavailable, with `work` cancelled, when Aqueduct ends meanwhile."""
        working = asyncio.ensure_future(work)
        stopping = asyncio.ensure_future(self._streams.stopping())
        try:
            await asyncio.wait([working, stopping], return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                self._streams.check()
            return working.result()
        finally:
            working.cancel()
            stopping.cancel()
            await asyncio.wait([working, stopping])  # what it works on is free again

    @property
    def _registry(self) -> Registry:
        if self._found is None:
            raise Unmet("NO_REGISTRY", "registrations", "Aqueduct runs without its registry: see --discovery")
        return self._found


def _taken(registry: Registry, pending: dict[str, None]) -> Changes:
    """Take from `pending` what fits into one message, in the order of the ids."""
    registered: list[Registration] = []
    deregistered: list[str] = []
    size = 0
    for key in sorted(pending):
        registration = registry.get(key)
        size += registration.ByteSize() if registration is not None else len(key)
        if size > MAX_BYTES and (registered or deregistered):
            break
        del pending[key]
        if registration is not None:
            registered.append(registration)
        else:
            deregistered.append(key)
    return Changes(registered, deregistered)
