"""`apply`: what files say and what is stored, compared, shown, and made one.

The plan that is shown is the plan that is done. Each resource of it goes back to the server with the revision
at which it was compared, those that are as they should be included: where somebody has changed any of them
meanwhile, nothing is done. The server itself says what files come to, defaults and all.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aqueduct.cli.client import asking as ask
from aqueduct.cli.client import outcomes, screen
from aqueduct.cli.client.asking import Asking
from aqueduct.cli.client.connection import Connection, connected
from aqueduct.cli.client.differences import Step, made, present, steps_of
from aqueduct.cli.client.reading import Item, read
from aqueduct.cli.client.refusals import Places
from aqueduct.cli.client.writing import TABLE, how, places_of, some
from aqueduct.cli.commands.options import Server, Writing
from aqueduct.model.history import ordered
from aqueduct.model.resources import delete, put
from aqueduct.v1.config_pb2 import ApplyRequest, ApplyResponse, Change, ExportRequest

__all__ = ["Asking", "apply", "planned"]


@dataclass(frozen=True, slots=True)
class Planned:
    """What is to be done, and what the server says that it comes to."""

    changes: Sequence[Change]
    places: Places
    steps: Sequence[Step]
    response: ApplyResponse


def apply(server: Server, paths: Sequence[str], writing: Writing, *, prune: bool, asking: Asking) -> int:
    """Make the configuration what files say."""
    items = read(paths) if prune else some(read(paths))
    with connected(server) as connection:
        plan = planned(connection, items, prune=prune)
        if not made(plan.steps) and asking.is_for_people:
            screen.tell("nothing to change")
            return 0
        if writing.dry_run:
            _tell_plan(plan, asking)
            return 0
        if made(plan.steps):
            ask.agreed(plan.steps, plan.response.plan, asking)
        _tell(plan, _make(connection, plan, writing), asking.output)
    return 0


def planned(connection: Connection, items: Sequence[Item], *, prune: bool) -> Planned:
    """Compare what `items` say with what is stored. Where `prune`, all else is to go."""
    stored = present(connection.ask(connection.config.Export, ExportRequest()).configuration)
    given = {item.ref for item in items}
    changes = [put(item.resource, _revision(stored.get(item.ref))) for item in items]
    if prune:
        changes += [delete(ref, stored[ref].revision) for ref in ordered(stored) if ref not in given]
    if not changes:
        return Planned((), {}, (), ApplyResponse())
    places = places_of(items)
    request = ApplyRequest(changes=changes, validate_only=True)
    response = connection.plan(connection.config.Apply, request, places)
    return Planned(changes, places, steps_of(response.changes, stored), response)


def _revision(resource: object) -> int:
    return getattr(resource, "revision", 0)


def _make(connection: Connection, plan: Planned, writing: Writing) -> ApplyResponse:
    if not made(plan.steps):
        return plan.response
    request = ApplyRequest(changes=plan.changes, **how(writing))
    return connection.change(connection.config.Apply, request, plan.places)


def _tell_plan(plan: Planned, asking: Asking) -> None:
    if asking.output == "name":
        outcomes.names(step.name for step in made(plan.steps))
    elif asking.output == TABLE:
        ask.show(plan.steps, plan.response.plan, asking, verbose=True)
    else:
        outcomes.printed(plan.response, asking.output)


def _tell(plan: Planned, response: ApplyResponse, output: str) -> None:
    if output == "name":
        outcomes.names(step.name for step in made(plan.steps))
    elif output == TABLE:
        outcomes.changed([(step.name, step.action) for step in made(plan.steps)])
        outcomes.done(response.revision, response.apply if response.HasField("apply") else None)
    else:
        outcomes.printed(response, output)
