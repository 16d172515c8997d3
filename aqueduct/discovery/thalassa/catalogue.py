"""Which services a Thalassa registry has: asked for when somebody wants to know, and kept for a while.

Invariants: the registry is asked once at a time, each AGAIN at the most, and not where nobody wants to know.
Where it does not answer, what it last told stays: that it is silent, the source itself tells.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from aqueduct.discovery.thalassa.api import Api, Unreachable, WrongAnswer
from aqueduct.model.thalassa.registrations import member_of
from aqueduct.ports.clock import Clock
from aqueduct.ports.discovery import Service
from aqueduct.v1.backend_pb2 import Member

AGAIN: Final = 5.0
"""Seconds for which an answer is taken as the newest."""


class Catalogue:
    """The services of the registry behind `api`."""

    def __init__(self, api: Api, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._found: Mapping[Service, int] = {}
        self._due = float("-inf")
        self._asking = asyncio.Lock()

    async def services(self) -> Mapping[Service, int]:
        """Return how many members each service has, as of AGAIN seconds ago at the most where it answers."""
        async with self._asking:
            if self._clock.monotonic() >= self._due:
                await self._ask()
            return self._found

    async def _ask(self) -> None:
        try:
            documents = await self._api.all_registrations()
        except (Unreachable, WrongAnswer):
            pass
        else:
            self._found = Counter(Service(name, version) for name, version, *_ in _places(documents))
        self._due = self._clock.monotonic() + AGAIN


def _places(documents: Iterable[Any]) -> set[tuple[str, str, str, int]]:
    """Return where services run, each once."""
    return {(each.name, each.version, each.host, each.port) for each in map(_member, documents) if each}


def _member(document: object) -> Member | None:
    try:
        return member_of(document)
    except ValueError:  # it is no member: the source logs that where it is followed
        return None
