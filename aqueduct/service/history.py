"""The history of the configuration: what was changed, what it was before, and the way back.

The configuration at a revision is worked out from the present one, by taking back what came since. The way
back is a change like any other: judged, planned and applied whole, or not made at all.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, replace

from aqueduct.errors import Conflict, Invalid, NotFound, Violation
from aqueduct.model.history import (
    Configured,
    change_of,
    changes_to,
    configuration_of,
    differences,
    named,
    ordered,
    ref_named,
    same,
    taken_back,
    to_record,
)
from aqueduct.model.resources import Ref, Resource, delete, put, ref_of, resource_of
from aqueduct.model.snapshot import Snapshot
from aqueduct.plan.diff import config_diff
from aqueduct.ports.store import Store
from aqueduct.render.renderer import Renderer
from aqueduct.service.configuration import Configuration, WriteOptions, Written
from aqueduct.service.paging import MAX_BYTES, Page, key_of, not_ours, size_of, token_of
from aqueduct.v1.backend_pb2 import Backend, Membership
from aqueduct.v1.config_pb2 import IMPORT_MODE_REPLACE, Change, ImportMode
from aqueduct.v1.frontend_pb2 import Frontend
from aqueduct.v1.history_pb2 import REVISION_CAUSE_IMPORT, REVISION_CAUSE_RESTORE, ResourceChange, Revision
from aqueduct.v1.history_pb2 import Configuration as Document

_AT_ONCE = 200
"""Revisions that are read at once: the store's thread has commits to write too."""


@dataclass(frozen=True, slots=True)
class Diff:
    """In what two configurations differ."""

    changes: Sequence[ResourceChange]
    config_diff: str


class History:
    """Reads the history of `store`, and has `configuration` go back in it."""

    def __init__(self, store: Store, configuration: Configuration, renderer: Renderer) -> None:
        self._store = store
        self._configuration = configuration
        self._renderer = renderer

    async def page(self, page_size: int, page_token: str, resource: str) -> Page[Revision]:
        """Return a page of the history, newest first; of `resource` alone, where it is given.

        Invalid for a token not of ours, a size below 0, or what is no name of a resource.
        """
        most = size_of(page_size)
        only = str(_ref("resource", resource)) if resource else ""
        below = _number(page_token) if page_token else self._store.snapshot().revision + 1
        found: list[Revision] = []
        size = 0
        async for revision in self._back(0, below):
            changes = [named(change) for change in revision.changes]
            if only and all(change.resource != only for change in changes):
                continue
            del revision.changes[:]
            revision.changes.extend(changes)
            size += revision.ByteSize()
            if found and (len(found) == most or size > MAX_BYTES):
                return Page(found, token_of(str(found[-1].revision)))
            found.append(revision)
        return Page(found, "")

    async def get(self, number: int) -> Revision:
        """Return a revision, with what it changed. NotFound where the history does not have it."""
        past = await self._store.past(number - 1, number + 1, 1) if number > 0 else None
        if past is None or not past.revisions:
            raise NotFound("revision", str(number))
        return past.revisions[0]

    async def diff(self, old: int, new: int, resources: Sequence[str]) -> Diff:
        """Return in what the configurations at two revisions differ, `new` being 0 for the present one.

        NotFound where history does not reach back to one of them, or it is yet to come.
        """
        only = _refs(resources)
        snapshot = self._store.snapshot()
        before = await self._at(old, snapshot)
        after = await self._at(new, snapshot) if new else configuration_of(snapshot)
        found = differences(before, after, only)
        texts = (self._sections(was for _, was, _ in found), self._sections(is_ for _, _, is_ in found))
        names = (f"revision {old}", f"revision {new or snapshot.revision}")
        return Diff([change_of(*each) for each in found], config_diff(*texts, names))

    async def restore(
        self,
        number: int,
        resources: Sequence[str],
        options: WriteOptions,
        *,
        expected_revision: int | None = None,
    ) -> Written:
        """Make the configuration what it was at a revision, or `resources` of it, if any are given.

        NotFound where history does not reach back to it, or to `expected_revision`; Conflict where they were
        changed since that; else the errors of Configuration.write.
        """
        only = _refs(resources)
        known = to_record(options.about.annotation, REVISION_CAUSE_RESTORE, number)
        while True:
            snapshot = self._store.snapshot()
            wanted = await self._at(number, snapshot)
            if expected_revision is not None:
                await self._check_same(expected_revision, snapshot, only)
            changes = changes_to(wanted, configuration_of(snapshot), only)
            try:
                return await self._write(changes, list(map(_name, changes)), replace(options, about=known))
            except (Conflict, NotFound):
                if self._store.snapshot() is snapshot:
                    raise  # not for what somebody has changed meanwhile

    async def _check_same(self, expected: int, snapshot: Snapshot, only: Sequence[Ref]) -> None:
        """Raise Conflict where any of `only`, of all where there is none, was changed since a revision."""
        before = await self._at(expected, snapshot)
        for ref, _, present in differences(before, configuration_of(snapshot), only):
            raise Conflict(ref.kind, ref.key, expected, present.revision if present is not None else 0)

    def export(self, resources: Sequence[str]) -> tuple[Document, int]:
        """Return the present configuration, or `resources` of it, and its revision.

        NotFound for one that is not there.
        """
        only = _refs(resources)
        snapshot = self._store.snapshot()
        present = configuration_of(snapshot)
        document = Document()
        for ref in ordered(only or present):
            if ref not in present:
                raise NotFound(ref.kind, ref.key)
            resource = present[ref]
            if isinstance(resource, Frontend):
                document.frontends.add().CopyFrom(resource)
            else:
                document.backends.add().CopyFrom(resource)
        return document, snapshot.revision

    async def import_(self, document: Document, mode: ImportMode, options: WriteOptions) -> Written:
        """Store the resources of `document`, and delete all others, if that is the `mode`.

        Returns the changes that were made. Errors: those of Configuration.write.
        """
        changes = [put(frontend) for frontend in document.frontends]
        paths = [f"configuration.frontends[{index}]" for index in range(len(changes))]
        changes += [put(backend) for backend in document.backends]
        paths += [f"configuration.backends[{index}]" for index in range(len(document.backends))]
        if mode == IMPORT_MODE_REPLACE:
            given = set(map(ref_of, changes))
            gone = [ref for ref in configuration_of(self._store.snapshot()) if ref not in given]
            changes += [delete(ref) for ref in gone]
            paths += [""] * len(gone)
        known = to_record(options.about.annotation, REVISION_CAUSE_IMPORT)
        written = await self._write(changes, paths, replace(options, about=known))
        pairs = zip(written.changes, written.previous, strict=True)
        made = [(change, before) for change, before in pairs if not _is_as_before(change, before)]
        return replace(
            written,
            changes=tuple(change for change, _ in made),
            previous=tuple(before for _, before in made),
        )

    async def compact(self, keep: int) -> int:
        """Forget all but the newest `keep` revisions; return how many were forgotten."""
        if keep < 1:
            raise Invalid([Violation("keep", f"must be at least 1, not {keep}")])
        return await self._store.compact(keep)

    async def _write(self, changes: Sequence[Change], paths: Sequence[str], options: WriteOptions) -> Written:
        if not changes:
            return Written((), (), self._store.snapshot().revision)
        return await self._configuration.write(changes, paths=paths, options=options)

    async def _at(self, number: int, snapshot: Snapshot) -> dict[Ref, Configured]:
        """Return the configuration at a revision, by way of that of `snapshot`."""
        if not 0 <= number <= snapshot.revision:
            raise NotFound("revision", str(number))
        since = [revision async for revision in self._back(number, snapshot.revision + 1, complete=True)]
        return taken_back(configuration_of(snapshot), since)

    async def _back(self, above: int, below: int, *, complete: bool = False) -> AsyncIterator[Revision]:
        """Iterate over revisions, newest first. NotFound where all are needed, and some are forgotten."""
        while True:
            past = await self._store.past(above, below, _AT_ONCE)
            if complete and past.floor > above:
                told = f"{above} (the history goes back to {past.floor})"
                raise NotFound("revision", told)
            for revision in past.revisions:
                yield revision
            if len(past.revisions) < _AT_ONCE:
                return
            below = past.revisions[-1].revision

    def _sections(self, resources: Iterable[Configured | None]) -> dict[str, str]:
        """Return what resources render to, by header; members that discovery finds are not known here."""
        present = [resource for resource in resources if resource is not None]
        rendered = self._renderer.render(
            Snapshot(
                0,
                {each.key: each for each in present if isinstance(each, Frontend)},
                {each.key: each for each in present if isinstance(each, Backend)},
            )
        )
        return {header: text for header, text in rendered.sections.items() if header in rendered.owners}


def _is_as_before(change: Change, before: Resource | None) -> bool:
    resource = resource_of(change)
    if isinstance(resource, Membership) or isinstance(before, Membership) or resource is None:
        return False
    return same(resource, before)


def _name(change: Change) -> str:
    return str(ref_of(change))


def _refs(resources: Sequence[str]) -> list[Ref]:
    return [_ref(f"resources[{index}]", resource) for index, resource in enumerate(resources)]


def _ref(field: str, resource: str) -> Ref:
    try:
        return ref_named(resource)
    except ValueError as error:
        raise Invalid([Violation(field, str(error))]) from None


def _number(token: str) -> int:
    key = key_of(token)
    if not key.isdecimal():
        raise not_ours()
    return int(key)
