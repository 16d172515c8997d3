"""Rules across resources, on a whole snapshot: modes that must fit, and addresses that must differ.

What is wrong is told to a resource that changed, since the others were right before. A backend that
does not exist is no conflict, its routes answer 503; but all that lead there must be of one mode.

Cost, with F frontends and R rules in all: nothing where nothing relevant changed; O(F) cheap steps
for changed frontends (parsed binds are cached), O(F + R) for those of mode tcp that lead to a backend
that does not exist; for changed backends O(F), and O(F + R) for those
of mode tcp, since only rules of http frontends lead anywhere.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain

from aqueduct.errors import Violation
from aqueduct.model.bind import Address
from aqueduct.model.listeners import Listeners, Socket, bind_sockets, sockets
from aqueduct.model.resources import Kind, Ref
from aqueduct.model.snapshot import Snapshot
from aqueduct.model.tokens import token_of
from aqueduct.v1.frontend_pb2 import Frontend

Conflicts = Iterator[tuple[Ref, Violation]]


def conflicts(
    snapshot: Snapshot, changed: Iterable[Ref], reserved: Mapping[Address, str]
) -> list[tuple[Ref, Violation]]:
    """Return what does not fit together in `snapshot`, each told to one of `changed`.

    `reserved` maps addresses that no frontend may have to the names of their holders. Resources
    must be valid each by itself; refs to what is not there (any more) are passed over.
    """
    keys = _present(snapshot, changed)
    frontends, backends = keys[Kind.FRONTEND], keys[Kind.BACKEND]
    found = chain(
        _modes_of_frontends(snapshot, frontends),
        _modes_of_backends(snapshot, frontends, backends),
        _modes_at_missing(snapshot, frontends),
        _addresses(snapshot, frontends, reserved),
    )
    return list(dict.fromkeys(found))


def routes(frontend: Frontend) -> Iterator[tuple[str, str]]:
    """Iterate over the fields of `frontend` that name a backend, and the keys that they name."""
    yield "backend", frontend.backend
    for index, rule in enumerate(frontend.rules):
        yield f"rules[{index}].backend", rule.backend


def _present(snapshot: Snapshot, changed: Iterable[Ref]) -> dict[Kind, dict[str, None]]:
    """Return the keys that changed and are there, by kind, in order and each once."""
    keys: dict[Kind, dict[str, None]] = {kind: {} for kind in Kind}
    for ref in changed:
        if snapshot.get(ref) is not None:
            keys[ref.kind][ref.key] = None
    return keys


def _modes_of_frontends(snapshot: Snapshot, keys: Iterable[str]) -> Conflicts:
    for key in keys:
        frontend = snapshot.frontends[key]
        mode = token_of(frontend, "mode")
        for field, name in routes(frontend):
            backend = snapshot.backends.get(name)
            if backend is not None and backend.mode != frontend.mode:
                yield (
                    Ref(Kind.FRONTEND, key),
                    Violation(
                        field,
                        f"must name a backend of mode {mode}: {name} is of mode {token_of(backend, 'mode')}",
                    ),
                )


def _modes_of_backends(snapshot: Snapshot, told: Mapping[str, None], keys: Mapping[str, None]) -> Conflicts:
    """Check the frontends that route to changed backends, but for those that are `told` already."""
    modes = {snapshot.backends[key].mode for key in keys}
    if not modes:
        return
    for key, frontend in snapshot.frontends.items():
        if key in told or modes == {frontend.mode}:
            continue
        for name in dict.fromkeys(name for _, name in routes(frontend) if name in keys):
            backend = snapshot.backends[name]
            if backend.mode != frontend.mode:
                mode = token_of(frontend, "mode")
                yield (
                    Ref(Kind.BACKEND, name),
                    Violation(
                        "mode", f"must be {mode}: frontend {key}, which routes to it, is of mode {mode}"
                    ),
                )


def _modes_at_missing(snapshot: Snapshot, keys: Mapping[str, None]) -> Conflicts:
    """Check that frontends agree on the mode of a backend that does not exist yet, lest it never can."""
    asked = {
        (name, key): field
        for key in keys
        for field, name in routes(snapshot.frontends[key])
        if name not in snapshot.backends
    }
    first = _first_at({name for name, _ in asked}, snapshot, keys)
    for (name, key), field in asked.items():
        frontend = snapshot.frontends[key]
        other = snapshot.frontends[first.setdefault(name, key)]
        if other.mode != frontend.mode:
            yield (
                Ref(Kind.FRONTEND, key),
                Violation(
                    field,
                    f"must not lead to {name}, which does not exist yet: frontend {other.key}, which leads "
                    f"there too, is of mode {token_of(other, 'mode')}",
                ),
            )


def _first_at(names: Collection[str], snapshot: Snapshot, keys: Mapping[str, None]) -> dict[str, str]:
    """Return a frontend for each of `names` that leads there, of another mode than those of `keys`."""
    modes = {snapshot.frontends[key].mode for key in keys} if names else set()
    first: dict[str, str] = {}
    for key, frontend in snapshot.frontends.items() if names else ():
        if key not in keys and modes != {frontend.mode}:
            first |= {name: key for _, name in routes(frontend) if name in names}
    return first


def _addresses(snapshot: Snapshot, keys: Mapping[str, None], reserved: Mapping[Address, str]) -> Conflicts:
    if not keys:
        return
    others, changed = Listeners(), Listeners()
    for address, name in reserved.items():
        others.add(Socket(address), name)
    for key in keys:
        yield from _repeated(key, snapshot.frontends[key])
        for socket in sockets(snapshot.frontends[key]):
            first = changed.holder(socket)
            holder = others.holder(socket) if first is None else f"frontend {first}"
            if holder is not None and first != key:
                yield _taken(key, socket, holder)
            changed.add(socket, key)
    for key, frontend in snapshot.frontends.items():
        for socket in sockets(frontend) if key not in keys else ():
            if (other := changed.holder(socket)) is not None:
                yield _taken(other, socket, f"frontend {key}")


def _repeated(key: str, frontend: Frontend) -> Conflicts:
    """Check the field `bind` by itself. Raw lines may name an address again, such as for other threads."""
    own = Listeners()
    for socket in bind_sockets(frontend):
        if own.holder(socket) is not None:
            text = f"must name each address once: {socket.address} is there twice"
            yield Ref(Kind.FRONTEND, key), Violation("bind", text)
        own.add(socket, key)


def _taken(key: str, socket: Socket, holder: str) -> tuple[Ref, Violation]:
    text = f"must be an address of its own: {socket.address} is taken by {holder}"
    return Ref(Kind.FRONTEND, key), Violation("bind", text)
