"""`diff`: files against what is stored, or two revisions.

Exit code 1 is the answer for a difference: no failure is told by it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click

from aqueduct.cli.client import differences, names, outcomes, screen
from aqueduct.cli.client.connection import connected
from aqueduct.cli.client.declaring import planned
from aqueduct.cli.client.reading import read
from aqueduct.cli.client.writing import TABLE
from aqueduct.cli.commands.options import Server
from aqueduct.cli.failures import Exit, Failed
from aqueduct.model.history import change_of, ref_named
from aqueduct.v1.config_pb2 import DiffRevisionsRequest, DiffRevisionsResponse

_MOST = 2


def with_files(server: Server, paths: Sequence[str], *, prune: bool, output: str) -> int:
    """Tell what `apply` would change; return 1 where that is something."""
    items = read(paths)
    with _no_failure_is_1(), connected(server) as connection:
        plan = planned(connection, items, prune=prune)
    steps = differences.made(plan.steps)
    changes = [change_of(ref_named(step.name), step.before, step.after) for step in steps]
    return _tell(DiffRevisionsResponse(changes=changes, config_diff=plan.response.plan.config_diff), output)


def of_revisions(server: Server, points: Sequence[str], output: str) -> int:
    """Tell what changed from one revision to another, or to the present; return 1 where that is something."""
    revisions = [int(point) for point in points if point.isascii() and point.isdecimal()]
    words = [point for point in points if not (point.isascii() and point.isdecimal())]
    if not 0 < len(revisions) <= _MOST or list(points[: len(revisions)]) != [*map(str, revisions)]:
        raise click.UsageError("Name one revision or two, then resources: 41 45 backends/app.")
    start, end = (*revisions, 0)[:_MOST]
    if len(revisions) == _MOST and not end:
        raise click.UsageError("Revision 0 is the empty configuration: it can be looked from, not at.")
    request = DiffRevisionsRequest(
        from_revision=start, to_revision=end, resources=map(str, names.refs(words))
    )
    with _no_failure_is_1(), connected(server) as connection:
        return _tell(connection.ask(connection.config.DiffRevisions, request), output)


def _tell(response: DiffRevisionsResponse, output: str) -> int:
    steps = differences.recorded(response.changes)
    if output == "name":
        outcomes.names(step.name for step in steps)
    elif output == TABLE:
        differences.show(steps, verbose=True)
        screen.diff(response.config_diff)
    else:
        outcomes.printed(response, output)
    return 1 if steps else 0


@contextmanager
def _no_failure_is_1() -> Iterator[None]:
    try:
        yield
    except Failed as error:
        if error.exit_code == Exit.FAILED:
            raise Failed(error.lines, Exit.UNREACHABLE) from error
        raise
