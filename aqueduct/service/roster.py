"""The members behind HAProxy's names of servers, as they are stored, and servers of native lines."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Final

from aqueduct.model.members import is_unproven
from aqueduct.model.servers import is_native, server_name
from aqueduct.ports.store import Store
from aqueduct.v1.backend_pb2 import Backend, Member

_KEPT: Final = 64
"""Backends whose members are kept by name: those that change come many at a time."""


class Roster:
    """Finds members in what `store` holds: it holds what HAProxy is told, before HAProxy is told."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: OrderedDict[str, tuple[Backend, Mapping[str, Member]]] = OrderedDict()

    def find(self, key: str, server: str) -> Member | None:
        """Return the member of backend `key` that HAProxy calls `server`; None for what is nobody's."""
        backend = self._store.snapshot().served.get(key)
        if backend is None:
            self._known.pop(key, None)
            return None
        known = self._known.get(key)
        if known is None or known[0] is not backend:
            known = backend, {server_name(key, member): member for member in backend.members}
            self._known[key] = known
            if len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return known[1].get(server)

    def has_native(self, key: str, server: str) -> bool:
        """Tell whether a server that is no member is one of a native line of backend `key`."""
        return key in self._store.snapshot().served and is_native(key, server)

    def begins_down(self, key: str, server: str) -> bool:
        """Tell whether a server is of a member that is down until it is proven."""
        member = self.find(key, server)
        return member is not None and is_unproven(member)
