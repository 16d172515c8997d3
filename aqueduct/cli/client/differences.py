"""In what configurations differ: which resources, by which fields, and both as text."""

from collections.abc import Iterable, Sequence
from difflib import unified_diff
from typing import Any, Final, NamedTuple

from aqueduct.cli.client import screen
from aqueduct.model.documents import to_document
from aqueduct.model.history import KINDS, Configuration, Configured, same, unwrapped
from aqueduct.model.resources import Ref, ref_of, resource_of
from aqueduct.v1.backend_pb2 import Membership
from aqueduct.v1.config_pb2 import Change
from aqueduct.v1.history_pb2 import Configuration as Document
from aqueduct.v1.history_pb2 import ResourceChange

_CONTEXT: Final = 3
_MARKS: Final = {
    "created": ("+", screen.ADDED),
    "changed": ("~", screen.CHANGED),
    "deleted": ("-", screen.REMOVED),
}

_VERBS: Final = (("created", "create"), ("changed", "change"), ("deleted", "delete"))


class Step(NamedTuple):
    """What becomes of one resource; None where it does not exist."""

    name: str
    before: Configured | None
    after: Configured | None

    @property
    def action(self) -> str:
        """The word for it."""
        if self.before is None:
            return "created"
        if self.after is None:
            return "deleted"
        return "unchanged" if same(self.before, self.after) else "changed"

    @property
    def fields(self) -> list[str]:
        """The names of the fields that change."""
        before, after = _document(self.before), _document(self.after)
        return [name for name in {**before, **after} if before.get(name) != after.get(name)]


def present(document: Document) -> dict[Ref, Configured]:
    """Return the resources of an exported configuration."""
    frontend, backend = KINDS
    found: dict[Ref, Configured] = {Ref(frontend, each.key): each for each in document.frontends}
    return found | {Ref(backend, each.key): each for each in document.backends}


def steps_of(changes: Iterable[Change], before: Configuration) -> list[Step]:
    """Return what `changes` make of a configuration, in their order."""
    return [Step(str(ref_of(change)), before.get(ref_of(change)), _after(change)) for change in changes]


def recorded(changes: Iterable[ResourceChange]) -> list[Step]:
    """Return what a revision, or a difference of two, says."""
    return [Step(each.resource, unwrapped(each.before), unwrapped(each.after)) for each in changes]


def made(steps: Sequence[Step]) -> list[Step]:
    """Return the steps that change something."""
    return [step for step in steps if step.action != "unchanged"]


def show(steps: Sequence[Step], *, verbose: bool = False, err: bool = False) -> None:
    """Write what becomes of which resource; where `verbose`, with all that differs."""
    for step in made(steps):
        mark, colour = _MARKS[step.action]
        fields = f": {', '.join(step.fields)}" if step.action == "changed" else ""
        screen.tell(f"{mark} {screen.plain(step.name)}{fields}", colour, err=err, bold=verbose)
        if verbose:
            screen.diff(_text(step), err=err)


def summary(steps: Sequence[Step]) -> str:
    """Return how many resources become what."""
    actions = [step.action for step in steps]
    counted = [(actions.count(action), f"to {verb}") for action, verb in _VERBS]
    told = [f"{count} {words}" for count, words in counted if count]
    unchanged = actions.count("unchanged")
    return ", ".join([*told, *([f"{unchanged} unchanged"] if unchanged else [])])


def _text(step: Step) -> str:
    before, after = (_lines(each) for each in (step.before, step.after))
    lines = unified_diff(before, after, n=_CONTEXT, lineterm="")
    return "\n".join(list(lines)[2:])


def _lines(resource: Configured | None) -> list[str]:
    from aqueduct.cli.client import texts

    return texts.dump(_document(resource), "yaml").splitlines() if resource is not None else []


def _document(resource: Configured | None) -> dict[str, Any]:
    """Return a resource as a document, without its revision."""
    document = to_document(resource) if resource is not None else {}
    document.pop("revision", None)
    return document


def _after(change: Change) -> Configured | None:
    resource = resource_of(change)
    if isinstance(resource, Membership):
        raise TypeError("memberships are no part of a configuration")
    return resource
