"""What was stored at each revision, and what a watcher who knows one must have been told."""

from collections.abc import Sequence

from aqueduct.model.resources import ref_of, resource_of
from aqueduct.model.told import Selection
from aqueduct.v1.backend_pb2 import Backend
from aqueduct.v1.config_pb2 import Change
from aqueduct.v1.frontend_pb2 import Frontend
from tests.folding import Folded, State


class Reference:
    """The state at each revision, by what commits were answered."""

    def __init__(self) -> None:
        self.states: dict[int, State] = {0: {}}
        self.changed: dict[int, frozenset[str]] = {}
        """The names of what each revision of the history changed."""
        self.head = 0

    def committed(self, revision: int, changes: Sequence[Change]) -> None:
        """Note what a commit made; in the order of revisions."""
        if not changes:
            return
        assert revision == self.head + 1
        state, names = dict(self.states[self.head]), set()
        for change in changes:
            name, resource = str(ref_of(change)), resource_of(change)
            if isinstance(resource, Frontend | Backend):
                state[name] = resource
                names.add(name)
            elif name in state:
                del state[name]
                names.add(name)
        self.states[revision], self.head = state, revision
        if names:
            self.changed[revision] = frozenset(names)

    def check(self, known: Folded, selection: Selection) -> None:
        """Assert that a watcher knows what was at its revision, and was told each change up to it once."""
        assert known.revision is not None
        assert known.revision <= self.head
        stored = self.states[known.revision]
        assert known.state == {name: each for name, each in stored.items() if selection.holds(name)}
        assert known.changes == [
            revision
            for revision, names in self.changed.items()
            if known.began < revision <= known.revision and any(map(selection.holds, names))
        ]
