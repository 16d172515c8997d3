"""The short way from one rendering to the next, where resources changed but nothing else depends on them.

That is so where each changed resource still makes one section of the same name that leads to the same
backends: then no placeholder and no name of another section can differ. Where it is known which
resources were touched, its cost is theirs and a copy of dictionaries; else a look at each resource's
identity comes on top. All else takes the long way, through the renderer.
"""

from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from aqueduct.model.resources import Kind, Ref, Resource
from aqueduct.model.snapshot import Snapshot
from aqueduct.render.rendered import Piece, Rendered
from aqueduct.v1.backend_pb2 import Backend
from aqueduct.v1.frontend_pb2 import Frontend

_R = TypeVar("_R", bound=Resource)
_Changed = Mapping[str, tuple[Piece, Piece]]
"""The new and the old pieces, by key."""


def patched(
    before: Rendered,
    snapshot: Snapshot,
    render_frontend: Callable[[Frontend, str], Piece],
    render_backend: Callable[[Backend], Piece],
    touched: Collection[Ref] | None,
) -> Rendered | None:
    """Return `snapshot` rendered by way of `before`; None where it has to take the long way."""
    frontends = _changed(before.frontends, snapshot.frontends, _keys(Kind.FRONTEND, touched), render_frontend)
    backends = _changed(
        before.backends,
        snapshot.backends,
        _keys(Kind.BACKEND, touched),
        lambda backend, _: render_backend(backend),
    )
    if frontends is None or backends is None:
        return None
    sections = dict(before.sections)
    changed: list[str] = []
    for piece, old in (*frontends.values(), *backends.values()):
        if not _alike(piece, old, before):
            return None
        sections |= piece.sections
        changed += piece.sections
    return Rendered(
        snapshot,
        sections,
        before.owners,
        before.missing,
        _merged(before.frontends, frontends),
        _merged(before.backends, backends),
        before.placeholders,
        before.sections,
        changed,
    )


def _keys(kind: Kind, touched: Collection[Ref] | None) -> Collection[str] | None:
    return None if touched is None else sorted({ref.key for ref in touched if ref.kind is kind})


def _changed(
    before: Mapping[str, Piece],
    resources: Mapping[str, _R],
    keys: Collection[str] | None,
    render: Callable[[_R, str], Piece],
) -> _Changed | None:
    """Return the new and the old pieces of what changed; None where something came or went."""
    if keys is None:
        if before.keys() != resources.keys():
            return None
        keys = before.keys()
    elif any(key not in before or key not in resources for key in keys):
        return None
    return {
        key: (render(resources[key], before[key].name), before[key])
        for key in keys
        if before[key].resource is not resources[key]
    }


def _merged(before: Mapping[str, Piece], changed: _Changed) -> Mapping[str, Piece]:
    if not changed:
        return before
    return {**before, **{key: piece for key, (piece, _) in changed.items()}}


def _alike(piece: Piece, old: Piece, before: Rendered) -> bool:
    return (
        [before.owners.get(header) for header in piece.sections] == [piece.ref]
        and piece.sections.keys() == old.sections.keys()
        and (piece.routes, piece.mode) == (old.routes, old.mode)
    )
