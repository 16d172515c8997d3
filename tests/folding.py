"""A client of ConfigWatch that folds what it is told, and holds it to the contract as it goes."""

from dataclasses import dataclass, field

from aqueduct.model.history import Configured, configuration_of, unwrapped
from aqueduct.model.snapshot import Snapshot
from aqueduct.v1.config_pb2 import ConfigWatchResponse
from aqueduct.v1.history_pb2 import Configuration, ResourceChange

State = dict[str, Configured]
"""What is configured, by names such as `backends/web`."""


def state_of(snapshot: Snapshot) -> State:
    return {str(ref): resource for ref, resource in configuration_of(snapshot).items()}


def state_in(document: Configuration) -> State:
    frontends: State = {f"frontends/{each.key}": each for each in document.frontends}
    return frontends | {f"backends/{each.key}": each for each in document.backends}


@dataclass
class Folded:
    """What the client knows. It may be given to one stream after the other: it goes on, or begins anew."""

    revision: int | None = None
    """The last that it knows whole; None before the first."""
    state: State = field(default_factory=dict)
    """Replaced by another where it changes."""
    began: int = 0
    """The revision of the last snapshot."""
    changes: list[int] = field(default_factory=list)
    """The revisions whose changes it was told since then."""
    marks: int = 0
    _snapshot: Configuration = field(default_factory=Configuration)
    _changes: list[ResourceChange] = field(default_factory=list)
    _under_way: int | None = None

    def lost(self) -> None:
        """Forget the parts of what is not whole: the stream has broken off."""
        self._snapshot, self._changes, self._under_way = Configuration(), [], None

    def take(self, response: ConfigWatchResponse) -> bool:
        """Fold a response; tell whether all of its revision is known now."""
        kind = response.WhichOneof("event")
        assert self._under_way in (None, response.revision), "parts of two revisions are mixed"
        if kind == "snapshot":
            self._snapshot.MergeFrom(response.snapshot)
        elif kind == "change":
            self._note(response)
        else:
            assert not response.more
            assert self.revision is not None
            assert response.revision >= self.revision, "a mark goes back"
            self.marks += 1
        self._under_way = response.revision if response.more else None
        if not response.more:
            self._complete(response, kind)
        return not response.more

    def _note(self, response: ConfigWatchResponse) -> None:
        assert self.revision is not None, "a change of nothing"
        assert response.revision > self.revision, f"{response.revision} is told after {self.revision}"
        assert response.change.revision == response.revision
        assert response.change.create_time.seconds
        assert response.change.changes
        assert not any(change.HasField("before") for change in response.change.changes)
        self._changes += response.change.changes

    def _complete(self, response: ConfigWatchResponse, kind: str | None) -> None:
        if kind == "snapshot":
            self.state, self.changes = state_in(self._snapshot), []
            self.began = response.revision
        elif kind == "change":
            self.changes.append(response.revision)
        for change in self._changes:
            self._make(change, response.revision)
        self.revision = response.revision
        self.lost()

    def _make(self, change: ResourceChange, revision: int) -> None:
        became = unwrapped(change.after)
        if became is None:
            assert change.resource in self.state
            self.state = {name: each for name, each in self.state.items() if name != change.resource}
        else:
            assert became.revision == revision
            self.state = self.state | {change.resource: became}
