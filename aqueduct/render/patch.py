"""The short way from one rendering to the next, where resources changed but nothing else depends on them.

That is so where each changed resource still makes one section of the same name and mode, and leads
elsewhere only to and from backends that there are: then no placeholder and no name of another section can
differ. Where it is known which resources were touched, its cost is theirs alone; else a look at each
resource's identity comes on top. All else takes the long way, through the renderer.
"""

from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from aqueduct.model import layered
from aqueduct.model.resources import Kind, Ref, Resource
from aqueduct.model.server_states import ServerStates
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
    keys = _keys(touched, of_frontends=True)
    frontends = _changed(before.frontends, snapshot.frontends, keys, render_frontend)
    keys = _keys(touched, of_frontends=False)
    backends = _changed(before.backends, snapshot.served, keys, lambda backend, _: render_backend(backend))
    if frontends is None or backends is None:
        return None
    sections: dict[str, str] = {}
    states: dict[str, ServerStates | None] = {}
    for piece, old in (*frontends.values(), *backends.values()):
        if not _alike(piece, old, before):
            return None
        sections |= piece.sections
        states |= dict.fromkeys(old.states)
        states |= piece.states
    return Rendered(
        snapshot,
        layered.changed(before.sections, sections),
        before.owners,
        before.missing,
        before.fixed,
        _merged(before.frontends, frontends),
        _merged(before.backends, backends),
        before.placeholders,
        layered.changed(before.states, states),
        before.image.defaults,
        before.sections,
        frozenset(sections),
    )


def _keys(touched: Collection[Ref] | None, *, of_frontends: bool) -> Collection[str] | None:
    """Return the keys of touched frontends, or of the backends behind all else that was touched.

    None where they are not known.
    """
    if touched is None:
        return None
    return {key for kind, key in touched if (kind is Kind.FRONTEND) is of_frontends}


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
    elif not all(key in before and key in resources for key in keys):
        return None
    return {
        key: (render(resources[key], old.name), old)
        for key in keys
        if (old := before[key]).resource is not resources[key]
    }


def _merged(before: Mapping[str, Piece], changed: _Changed) -> Mapping[str, Piece]:
    return layered.changed(before, {key: piece for key, (piece, _) in changed.items()})


def _alike(piece: Piece, old: Piece, before: Rendered) -> bool:
    return (
        [before.owners.get(header) for header in piece.sections] == [piece.ref]
        and piece.sections.keys() == old.sections.keys()
        and piece.mode == old.mode
        and all(name in before.backends for name in piece.routes ^ old.routes)
    )
