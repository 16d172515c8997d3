"""Reading and writing the configuration: what every protocol that Aqueduct speaks calls."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from aqueduct.errors import Conflict, Invalid, NotFound, Unmet, Violation
from aqueduct.model.resources import Kind, Ref, Resource, put, ref_of
from aqueduct.model.snapshot import effective
from aqueduct.model.validate import validated
from aqueduct.ports.store import Store
from aqueduct.service.admission import Admission
from aqueduct.service.paging import Page, page
from aqueduct.v1.apply_pb2 import WAIT_FOR_COMMIT, ApplyOutcome, Plan, WaitFor
from aqueduct.v1.backend_pb2 import BACKEND_TYPE_DYNAMIC, Backend, Member
from aqueduct.v1.config_pb2 import Change


@dataclass(frozen=True, slots=True)
class Written:
    """What a write did; or would do, where `plan` is given.

    `changes` are as stored, `previous[i]` is what change i replaced or deleted.
    """

    changes: tuple[Change, ...]
    previous: tuple[Resource | None, ...]
    revision: int
    apply: ApplyOutcome | None = None
    plan: Plan | None = None


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How a write is to be made: see the requests' fields of the same names."""

    validate_only: bool = False
    wait_for: WaitFor | int = 0


class Configuration:
    """The resources, and the one way to change them."""

    def __init__(self, store: Store, admission: Admission) -> None:
        self._store = store
        self._admission = admission

    def get(self, ref: Ref) -> Resource:
        """Return a resource as stored. NotFound where there is none."""
        resource = self._store.snapshot().get(ref)
        if resource is None:
            raise NotFound(ref.kind, ref.key)
        return resource

    def page(self, kind: Kind, page_size: int, page_token: str) -> Page[Resource]:
        """Return a page of the resources of `kind`, ordered by key. Invalid for a token not of ours."""
        resources = self._store.snapshot().of_kind(kind)
        return page(sorted(resources), resources.__getitem__, page_size, page_token)

    def members(self, key: str, page_size: int, page_token: str) -> Page[Member]:
        """Return a page of a backend's members, in the order of its server lines."""
        members = self._backend(key).members
        positions = [f"{position:06}" for position in range(len(members))]
        return page(positions, lambda position: members[int(position)], page_size, page_token)

    async def write(
        self, changes: Sequence[Change], *, paths: Sequence[str], options: WriteOptions
    ) -> Written:
        """Make `changes`, all or nothing, in one revision.

        `paths[i]` is where the request holds the resource of change i: errors name fields by it.
        Answers when HAProxy serves by the changes, or with WAIT_FOR_COMMIT when they are durable. A
        caller that is cancelled leaves them whole or not made at all; the revisions tell which.

        Errors: Invalid, RejectedByHAProxy, NotFound, Conflict, Unmet, Exhausted, Unavailable.
        """
        wanted = _all_valid(changes, paths)
        if options.validate_only:
            return await self._rehearse(wanted, paths)
        admitted = await self._admission.submit(wanted, paths)
        made = {ref_of(change): change for change in admitted.committed.changes}
        stored = tuple(made.get(ref_of(change)) or self._as_stored(change) for change in wanted)
        waits = options.wait_for != WAIT_FOR_COMMIT
        # Shielded: the future is the commit's, whoever of its callers goes.
        apply = await asyncio.shield(admitted.served) if waits else None
        return Written(stored, admitted.previous, admitted.committed.revision, apply)

    async def set_version(
        self, key: str, version: str, name: str, *, expected_revision: int | None, options: WriteOptions
    ) -> Written:
        """Have a dynamic backend take its members from `version` (and `name`, if given).

        Errors: as of `write`; Unmet on a static backend.
        """
        if not version:
            raise Invalid([Violation("version", "is needed: the version to take members from")])
        while True:
            backend = self._backend(key)
            if backend.type != BACKEND_TYPE_DYNAMIC:
                raise Unmet(
                    "STATIC_BACKEND",
                    f"backends/{key}",
                    "only a dynamic backend has a version; put its members",
                )
            switched = Backend()
            switched.CopyFrom(backend)
            switched.version = version
            switched.name = name or backend.name
            expected = backend.revision if expected_revision is None else expected_revision
            try:
                return await self.write([put(switched, expected)], paths=[""], options=options)
            except Conflict:
                if expected_revision is not None:
                    raise
                # Somebody changed another field meanwhile: switch that backend, not the one we read.

    async def _rehearse(self, changes: Sequence[Change], paths: Sequence[str]) -> Written:
        stored = self._store.snapshot()
        rehearsed = await self._admission.rehearse(changes, paths)
        revision = stored.revision + 1 if effective(stored, changes) else stored.revision
        return Written(tuple(changes), rehearsed.previous, revision, plan=rehearsed.plan)

    def _as_stored(self, change: Change) -> Change:
        """Return a put that was left out, since it changes nothing, as it is stored."""
        stored = self._store.snapshot().get(ref_of(change))
        return put(stored) if stored is not None else change  # deleted by somebody at this very moment

    def _backend(self, key: str) -> Backend:
        backend = self._store.snapshot().backends.get(key)
        if backend is None:
            raise NotFound(Kind.BACKEND, key)
        return backend


def _all_valid(changes: Sequence[Change], paths: Sequence[str]) -> list[Change]:
    """Return `changes` with their defaults filled in; Invalid with all that is wrong with any of them."""
    if not changes:
        raise Invalid([Violation("changes", "at least one change is needed")])
    wanted: list[Change] = []
    wrong: list[Violation] = []
    for change, path in zip(changes, paths, strict=True):
        try:
            wanted.append(validated(change))
        except Invalid as error:
            wrong += error.within(path).violations
    if wrong:
        raise Invalid(wrong)
    _refuse_repeated(wanted, paths)
    return wanted


def _refuse_repeated(changes: Sequence[Change], paths: Sequence[str]) -> None:
    seen: set[Ref] = set()
    for change, path in zip(changes, paths, strict=True):
        ref = ref_of(change)
        if ref in seen:
            raise Invalid([Violation(path, f"{ref} is named by an earlier change of this request")])
        seen.add(ref)
