"""Which backends raw lines mention: what else HAProxy has to read when their members change.

`track web/web_10.0.0.1:80` does not load without that server, whoever wrote it. An index, since the
question is put for each change of members. It forgets nothing: a raw line that is gone may come back by an
undo, and to ask HAProxy once too often does no harm.
"""

from collections.abc import Iterable, Iterator

from aqueduct.model.resources import Kind, Resource, resource_of
from aqueduct.model.snapshot import Snapshot
from aqueduct.render.mentions import raw_words
from aqueduct.v1.config_pb2 import Change


class Mentioned:
    """What the raw lines of a snapshot mention, and of all that is noted since."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._known: set[str] = set()
        for kind in Kind:
            for resource in snapshot.of_kind(kind).values():
                self._add(resource)

    def note(self, changes: Iterable[Change]) -> None:
        """Note that `changes` were made."""
        for change in changes:
            resource = resource_of(change)
            if resource is not None:
                self._add(resource)

    def has(self, key: str) -> bool:
        """Tell whether a raw line may mention backend `key` or one of its servers."""
        return key in self._known

    def _add(self, resource: Resource) -> None:
        for word in raw_words(resource):
            self._known.update(_backends_of(word))


def _backends_of(word: str) -> Iterator[str]:
    """Iterate over the keys that a word may be, or of whose server it may be the name."""
    yield word
    for position, character in enumerate(word):
        if character == "_":
            yield word[:position]
