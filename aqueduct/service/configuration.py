"""Reading and writing the configuration: what every protocol that Aqueduct speaks calls."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from aqueduct import stages
from aqueduct.errors import Conflict, Invalid, NotFound, Unmet, Violation
from aqueduct.model.members import member_name, members_of, presented, to_prove
from aqueduct.model.resources import Kind, Ref, Resource, put, ref_of, resource_of
from aqueduct.model.servers import endpoint_of
from aqueduct.model.snapshot import effective
from aqueduct.model.validate import validated
from aqueduct.ports.store import Store
from aqueduct.service.admission import Admission, Admitted
from aqueduct.service.discoveries import Discoveries
from aqueduct.service.memberships import Memberships, Switching, began
from aqueduct.service.outcome import stage_of
from aqueduct.service.paging import Page, page
from aqueduct.service.transitions import Transitions
from aqueduct.v1.apply_pb2 import WAIT_FOR_COMMIT, ApplyOutcome, Plan, WaitFor
from aqueduct.v1.backend_pb2 import BACKEND_TYPE_DYNAMIC, Backend, Member, Membership
from aqueduct.v1.config_pb2 import Change
from aqueduct.v1.history_pb2 import Revision
from aqueduct.waiting import all_of

_FIRST_ANSWER = 5.0
"""Seconds that a write waits for a source that has not told yet of a service."""


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
    memberships: Mapping[str, Membership] = field(default_factory=dict)
    """Of all backends, as they would be where `plan` is given."""


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How a write is to be made: see the requests' fields of the same names."""

    validate_only: bool = False
    wait_for: WaitFor | int = 0
    switching: Switching = field(default_factory=Switching)
    about: Revision = field(default_factory=Revision)
    """For the history."""


class Configuration:
    """The resources, and the one way to change them."""

    def __init__(
        self,
        store: Store,
        admission: Admission,
        memberships: Memberships,
        transitions: Transitions,
        discoveries: Discoveries,
    ) -> None:
        self._store = store
        self._admission = admission
        self._memberships = memberships
        self._transitions = transitions
        self._discoveries = discoveries

    def get(self, ref: Ref) -> Resource:
        """Return a resource as stored, a backend with its members. NotFound where there is none."""
        resource = self._store.snapshot().get(ref)
        if resource is None:
            raise NotFound(ref.kind, ref.key)
        return self._presented(resource)

    def page(self, kind: Kind, page_size: int, page_token: str) -> Page[Resource]:
        """Return a page of the resources of `kind`, ordered by key. Invalid for a token not of ours."""
        resources = self._store.snapshot().of_kind(kind)
        return page(sorted(resources), lambda key: self._presented(resources[key]), page_size, page_token)

    def members(self, key: str, page_size: int, page_token: str) -> Page[Member]:
        """Return a page of a backend's members, in the order of its server lines."""
        members = members_of(self._backend(key), self._store.snapshot().memberships.get(key))
        positions = [f"{position:06}" for position in range(len(members))]
        return page(positions, lambda position: members[int(position)], page_size, page_token)

    async def write(
        self, changes: Sequence[Change], *, paths: Sequence[str], options: WriteOptions
    ) -> Written:
        """Make `changes`, all or nothing, in one revision.

        `paths[i]` is where the request holds the resource of change i: errors name fields by it.
        Answers when HAProxy serves by the changes, new members and all, or with WAIT_FOR_COMMIT when
        they are durable. A caller that is cancelled leaves them whole or not made at all; the revisions
        tell which.

        Errors: Invalid, RejectedByHAProxy, NotFound, Conflict, Unmet, Exhausted, Unavailable.
        """
        wanted = _all_valid(changes, paths)
        await self._discover(wanted, paths)
        if options.validate_only:
            return await self._rehearse(wanted, paths, options.switching)
        admitted = await self._admission.submit(wanted, paths, options.switching, options.about)
        backends = [change.put_backend.key for change in wanted if change.HasField("put_backend")]
        apply = await self._served(admitted, backends) if options.wait_for != WAIT_FOR_COMMIT else None
        made = {ref_of(change): change for change in admitted.committed.changes}
        stored = tuple(made.get(ref_of(change)) or self._as_stored(change) for change in wanted)
        return Written(
            tuple(map(self._as_presented, stored)), admitted.previous, admitted.committed.revision, apply
        )

    async def set_member(
        self, key: str, member: str, change: Callable[[Member], None], *, wait_for: WaitFor | int
    ) -> tuple[Member, Written]:
        """Have `change` note an operator's word on the member at that address of backend `key`.

        Errors: Invalid for what is no address, NotFound, Exhausted, Unavailable.
        """
        try:
            name = endpoint_of(member).address
        except ValueError as error:
            raise Invalid([Violation("member", str(error))]) from error
        admitted = await self._admission.submit_own(
            lambda stored: self._memberships.set_admin(stored, key, name, change)
        )
        apply = await self._served(admitted) if wait_for != WAIT_FOR_COMMIT else None
        members = members_of(self._backend(key), self._store.snapshot().memberships.get(key))
        found = next((each for each in members if member_name(each) == name), None)
        if found is None:
            raise NotFound("member", name, backend=key)  # it has gone at this very moment
        return found, Written((), (), admitted.committed.revision, apply)

    async def _discover(self, changes: Sequence[Change], paths: Sequence[str]) -> None:
        """Have discovery know the members of dynamic backends that are put. Invalid for a source unknown."""
        asked = []
        for change, path in zip(changes, paths, strict=True):
            backend = change.put_backend
            if change.WhichOneof("change") != "put_backend" or backend.type != BACKEND_TYPE_DYNAMIC:
                continue
            try:
                self._discoveries.check(backend)
            except Invalid as error:
                raise error.within(path) from None
            if self._discoveries.known(backend) is None:
                asked.append(self._discoveries.ask(backend, _FIRST_ANSWER))
        if asked:
            with stages.timed("discovery"):
                await asyncio.gather(*asked)

    async def _served(self, admitted: Admitted, put: Sequence[str] = ()) -> ApplyOutcome:
        """Wait until HAProxy serves by a commit, and the switches of the backends `put` are made.

        Those that it began, and where it changed nothing, those under way: the caller asks once more.
        """
        # Shielded: the future is the commit's, whoever of its callers goes.
        apply = await asyncio.shield(admitted.served)
        stages.tell(stage_of(apply))
        waited = began(admitted.committed)
        if not admitted.committed.changes:
            memberships = self._store.snapshot().memberships
            under_way = [memberships[key] for key in put if key in memberships]
            waited |= {each.key: each.transition for each in under_way if to_prove(each)}
        if waited:
            with stages.timed("switch"):
                await all_of(self._transitions.switches.wait(key, each) for key, each in waited.items())
        return apply

    def _presented(self, resource: Resource) -> Resource:
        if not isinstance(resource, Backend):
            return resource
        return presented(resource, self._store.snapshot().memberships.get(resource.key))

    def _as_presented(self, change: Change) -> Change:
        resource = resource_of(change)
        if not isinstance(resource, Backend):
            return change
        shown = put(self._presented(resource))
        if change.HasField("expected_revision"):
            shown.expected_revision = change.expected_revision
        return shown

    async def set_version(
        self, key: str, version: str, name: str, *, expected_revision: int | None, options: WriteOptions
    ) -> Written:
        """Have a dynamic backend take its members from `version` (and `name`, if given).

        Where it is planned only, the backend tells which members would be to serve.
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
                written = await self.write([put(switched, expected)], paths=[""], options=options)
                return written if written.plan is None else _with_members(written)
            except Conflict:
                if expected_revision is not None:
                    raise
                # Somebody changed another field meanwhile: switch that backend, not the one we read.

    async def _rehearse(
        self, changes: Sequence[Change], paths: Sequence[str], switching: Switching
    ) -> Written:
        stored = self._store.snapshot()
        rehearsed = await self._admission.rehearse(changes, paths, switching)
        revision = stored.revision + 1 if effective(stored, changes) else stored.revision
        return Written(
            tuple(changes),
            rehearsed.previous,
            revision,
            plan=rehearsed.plan,
            memberships=rehearsed.memberships,
        )

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


def _with_members(written: Written) -> Written:
    """Return the switch of a backend that is planned with the members that it leads to."""
    backend = written.changes[0].put_backend
    shown = presented(backend, written.memberships.get(backend.key))
    return replace(written, changes=(put(shown),))
