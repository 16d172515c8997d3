"""Members that served before a registry began, and that it does not know (yet).

A registry that begins empty, since its store was lost or backends took their members from elsewhere before,
gets to know one client after the other, as each renews. Those that had no time to do so stay until `settle`,
as after a cut (leases.py).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from aqueduct.model.members import clear_output, is_wanted
from aqueduct.model.registrations import host_of, service_id, service_of
from aqueduct.model.snapshot import Snapshot
from aqueduct.ports.discovery import Service
from aqueduct.v1.backend_pb2 import BACKEND_TYPE_DYNAMIC, Backend, Member

Known = Mapping[str, Member]
"""Members by the ids that their registrations have."""

NOBODY: Final[Known] = {}


def known_for(source: str, sources: Sequence[str], snapshot: Snapshot) -> Known:
    """Return who serves for backends that take their members from `source`, or from one that is not there.

    `sources` are those configured, the first of them the default.
    """
    return {
        _id(member): member
        for backend in snapshot.backends.values()
        if backend.type == BACKEND_TYPE_DYNAMIC and _used(backend, sources) in (source, None)
        for member in _members(backend, snapshot)
    }


class Missing:
    """Those of `known` that were not heard of since."""

    def __init__(self, known: Known) -> None:
        self._services = {key: Service(*service_of(key)) for key in known}
        self._of: dict[Service, dict[str, Member]] = {}
        for key, service in self._services.items():
            self._of.setdefault(service, {})[key] = known[key]

    def __bool__(self) -> bool:
        return bool(self._of)

    def of(self, service: Service) -> Iterable[Member]:
        """Return those of a service."""
        return self._of.get(service, {}).values()

    def drop(self, key: str) -> bool:
        """Note that one was heard of, or is gone; tell whether it was missed."""
        found = self._services.pop(key, None)
        if found is None:  # maybe it is no id at all
            return False
        del self._of[found][key]
        if not self._of[found]:
            del self._of[found]
        return True

    def settle(self) -> Iterable[Service]:
        """Miss nobody any more; return the services that had some."""
        services, self._of, self._services = self._of, {}, {}
        return services


def _used(backend: Backend, sources: Sequence[str]) -> str | None:
    name = backend.discovery or next(iter(sources), "")
    return name if name in sources else None


def _members(backend: Backend, snapshot: Snapshot) -> Iterator[Member]:
    membership = snapshot.memberships.get(backend.key)
    for member in membership.members if membership is not None else ():
        if is_wanted(member) and (member.name, member.version) == (backend.name, backend.version):
            plain = Member()
            plain.CopyFrom(member)
            clear_output(plain)
            yield plain


def _id(member: Member) -> str:
    return service_id(member.name, member.version, host_of(member.host, member.port), member.port)
