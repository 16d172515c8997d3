"""Following: dynamic backends get the members that discovery finds.

Each change of what discovery knows becomes a change of memberships, committed like any other; what
changes meanwhile shares the next commit. A member that is gone takes nothing new at once.
"""

import asyncio
from collections.abc import Collection, Sequence

import structlog

from aqueduct.errors import AqueductError
from aqueduct.ports.store import Store
from aqueduct.service.admission import Admission
from aqueduct.service.discoveries import Discoveries
from aqueduct.service.memberships import Memberships, Stored
from aqueduct.v1.config_pb2 import Change

log = structlog.get_logger()

_PAUSE = 1.0
"""Seconds until what the store did not take is tried again."""


class Following:
    """Has memberships follow `discoveries`, and discoveries the backends that are stored."""

    def __init__(
        self, store: Store, admission: Admission, memberships: Memberships, discoveries: Discoveries
    ) -> None:
        self._store = store
        self._admission = admission
        self._memberships = memberships
        self._discoveries = discoveries

    def served(self, keys: Collection[str]) -> None:
        """Note that the backends `keys` came, changed or went."""
        backends = self._store.snapshot().backends
        for key in keys:
            if key in backends:
                self._discoveries.follow_one(backends[key])
            else:
                self._discoveries.leave(key)

    async def run(self) -> None:
        """Follow until cancelled."""
        self._discoveries.follow(self._store.snapshot().backends.values())
        while True:
            await self._commit(sorted(await self._discoveries.changed()))

    async def _commit(self, keys: Sequence[str]) -> None:
        def changes(stored: Stored) -> Sequence[Change]:
            return [change for key in keys for change in self._memberships.follow(stored, key)]

        while True:
            try:
                await self._admission.submit_own(changes)
            except AqueductError as error:
                log.warning("what discovery found cannot be stored yet", error=str(error))
                await asyncio.sleep(_PAUSE)
            else:
                return
