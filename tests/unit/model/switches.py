"""What the tests of switches are made of: members that differ by their ports, and memberships as phases."""

from collections.abc import Collection, Sequence

from aqueduct.model.advancing import Seen, advanced, is_failed
from aqueduct.model.moving import Terms
from aqueduct.model.policies import Policy
from aqueduct.model.resources import put
from aqueduct.model.snapshot import Snapshot, after, effective
from aqueduct.model.tokens import token_of
from aqueduct.model.transitions import aborted, followed, switched
from aqueduct.v1.backend_pb2 import (
    BACKEND_TYPE_DYNAMIC,
    BACKEND_TYPE_STATIC,
    CHECK_NONE,
    CHECK_UNSPECIFIED,
    Backend,
    Member,
    Membership,
)


def member(port: int, version: str = "") -> Member:
    """Return a member as a caller or discovery tells it."""
    return Member(host="10.0.0.1", port=port, version=version)


def name(port: int) -> str:
    """Return what tells the member with that port from others."""
    return f"10.0.0.1:{port}"


def static(*ports: int, version: str = "", checked: bool = True) -> Backend:
    """Return a static backend; its members have `version`."""
    check = CHECK_UNSPECIFIED if checked else CHECK_NONE
    members = [member(port, version) for port in ports]
    return Backend(key="app", type=BACKEND_TYPE_STATIC, members=members, check=check)


def dynamic(version: str, *, checked: bool = True) -> Backend:
    """Return a dynamic backend."""
    check = CHECK_UNSPECIFIED if checked else CHECK_NONE
    return Backend(key="app", type=BACKEND_TYPE_DYNAMIC, name="web", version=version, check=check)


def phases(membership: Membership | None) -> dict[int, str]:
    """Return the phases of members by port, in the order of the members."""
    members = membership.members if membership is not None else ()
    return {each.port: token_of(each, "phase") if each.phase else "serving" for each in members}


class Site:
    """Backend `app` and its membership, as they are stored, at one time."""

    def __init__(self, backend: Backend, members: Sequence[Member] = ()) -> None:
        self.now = 1000.0
        self._stored = after(Snapshot(), [put(backend)], 1)
        if members:
            self.follow(members)
            self.look(proven=[each.port for each in members])

    @property
    def backend(self) -> Backend:
        return self._stored.backends["app"]

    @property
    def membership(self) -> Membership | None:
        return self._stored.memberships.get("app")

    def put(self, new: Backend, target: Sequence[Member] | None = None, **policy: float) -> Membership:
        """Put `new` in place of the backend, with its own members, or those of discovery."""
        terms = Terms(Policy(**policy), self.now)  # type: ignore[arg-type] # each of its own type
        wanted = new.members if target is None else target
        return self._store(switched(self.backend, new, self.membership, wanted, terms), new)

    def follow(self, target: Sequence[Member], **policy: float) -> Membership:
        """Have discovery tell that the members are `target`."""
        terms = Terms(Policy(**policy), self.now)  # type: ignore[arg-type] # each of its own type
        return self._store(followed(self.backend, self.membership, target, terms))

    def look(
        self, *, proven: Collection[int] = (), idle: Collection[int] = (), later: float = 0
    ) -> Membership:
        """Have HAProxy tell of checks and sessions, so many seconds `later`."""
        assert self.membership is not None
        self.now += later
        return self._store(advanced(self.membership, seen(proven, idle), self.now))

    def fails(self, *, proven: Collection[int] = ()) -> bool:
        """Tell whether the switch under way has failed."""
        assert self.membership is not None
        return is_failed(self.membership, seen(proven), self.now)

    def abort(self) -> Membership:
        """Have the switch under way go back."""
        assert self.membership is not None
        backend, membership = aborted(self.backend, self.membership, self.now)
        return self._store(membership, backend)

    def _store(self, membership: Membership, backend: Backend | None = None) -> Membership:
        changes = [*([put(backend)] if backend is not None else []), put(membership)]
        made = effective(self._stored, changes)
        if made:
            self._stored = after(self._stored, made, self._stored.revision + 1)
        return self._stored.memberships["app"]


def seen(proven: Collection[int] = (), idle: Collection[int] = ()) -> Seen:
    """Return what HAProxy tells of the members with these ports."""
    return Seen(frozenset(map(name, proven)), frozenset(map(name, idle)))
