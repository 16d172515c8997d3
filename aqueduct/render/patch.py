"""The short way from one rendering to the next, where resources changed but nothing else depends on them.

That is so where each changed resource still makes one section of the same name that leads to the same
backends: then no placeholder and no name of another section can differ. Its cost is a look at each
resource's identity and a copy of dictionaries; all else takes the long way, through the renderer.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar

from aqueduct.model.resources import Resource
from aqueduct.model.snapshot import Snapshot
from aqueduct.render.rendered import Piece, Rendered
from aqueduct.v1.backend_pb2 import Backend
from aqueduct.v1.frontend_pb2 import Frontend

_R = TypeVar("_R", bound=Resource)


def patched(
    before: Rendered,
    snapshot: Snapshot,
    render_frontend: Callable[[Frontend, str], Piece],
    render_backend: Callable[[Backend], Piece],
) -> Rendered | None:
    """Return `snapshot` rendered by way of `before`; None where it has to take the long way."""
    frontends = _changed(before.frontends, snapshot.frontends, render_frontend)
    backends = _changed(before.backends, snapshot.backends, lambda backend, _: render_backend(backend))
    if frontends is None or backends is None:
        return None
    sections = dict(before.sections)
    for piece, old in (*frontends.values(), *backends.values()):
        if not _alike(piece, old, before):
            return None
        sections |= piece.sections
    return Rendered(
        snapshot,
        sections,
        before.owners,
        before.missing,
        {**before.frontends, **_new(frontends)},
        {**before.backends, **_new(backends)},
        before.placeholders,
    )


def _changed(
    before: Mapping[str, Piece], resources: Mapping[str, _R], render: Callable[[_R, str], Piece]
) -> dict[str, tuple[Piece, Piece]] | None:
    """Return the new and the old pieces of what changed; None where something came or went."""
    if before.keys() != resources.keys():
        return None
    return {
        key: (render(resources[key], old.name), old)
        for key, old in before.items()
        if old.resource is not resources[key]
    }


def _new(changed: Mapping[str, tuple[Piece, Piece]]) -> dict[str, Piece]:
    return {key: piece for key, (piece, _) in changed.items()}


def _alike(piece: Piece, old: Piece, before: Rendered) -> bool:
    return (
        [before.owners.get(header) for header in piece.sections] == [piece.ref]
        and piece.sections.keys() == old.sections.keys()
        and (piece.routes, piece.mode) == (old.routes, old.mode)
    )
