"""`put` and `delete`: one Apply, all or nothing. What other commands that change need as well."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import click

from aqueduct.cli.client import names, outcomes
from aqueduct.cli.client.connection import connected
from aqueduct.cli.client.reading import Item, read
from aqueduct.cli.client.refusals import Places
from aqueduct.cli.commands.options import Server, Writing
from aqueduct.cli.failures import Exit, Failed
from aqueduct.model import resources
from aqueduct.model.resources import Ref, ref_of, resource_of
from aqueduct.v1.apply_pb2 import WAIT_FOR_COMMIT, WAIT_FOR_SERVING
from aqueduct.v1.common_pb2 import Annotation
from aqueduct.v1.config_pb2 import ApplyRequest, ApplyResponse, Change

TABLE: Final = "table"


def put(
    server: Server, paths: Sequence[str], writing: Writing, *, expected_revision: int | None, output: str
) -> int:
    """Put what files hold."""
    items = some(read(paths))
    _check_single(items, expected_revision)
    changes = [resources.put(item.resource, expected_revision) for item in items]
    return _write(server, changes, places_of(items), writing, output)


def delete(
    server: Server, words: Sequence[str], writing: Writing, *, expected_revision: int | None, output: str
) -> int:
    """Delete the resources that are named."""
    refs = names.refs(words)
    if not refs:
        raise click.UsageError("Name what to delete, such as backends/app.")
    _check_single(refs, expected_revision)
    changes = [resources.delete(ref, expected_revision) for ref in refs]
    return _write(server, changes, _places_of_deletions(refs), writing, output)


def some(items: list[Item]) -> list[Item]:
    """Return `items`. Failed where there are none."""
    if not items:
        raise Failed("the files hold no resources", Exit.USAGE)
    return items


def places_of(items: Sequence[Item]) -> Places:
    """Return where the resources of a request's changes stand in files."""
    return {f"changes[{index}].put_{item.ref.kind}": item.place for index, item in enumerate(items)}


def how(writing: Writing) -> dict[str, Any]:
    """Return the fields that all requests of changes share."""
    return {
        "wait_for": WAIT_FOR_SERVING if writing.wait else WAIT_FOR_COMMIT,
        "annotation": Annotation(author=writing.author, message=writing.message),
        "validate_only": writing.dry_run,
    }


def told(response: ApplyResponse, writing: Writing, output: str) -> None:
    """Tell what a put or a deletion did, or would do."""
    if output == "name":
        outcomes.names(str(ref_of(change)) for change in response.changes)
    elif output != TABLE:
        outcomes.printed(response, output)
    elif writing.dry_run:
        outcomes.plan(response.plan, verbose=True)
    else:
        outcomes.changed([(str(ref_of(each)), _word(each)) for each in response.changes])
        outcomes.done(response.revision, response.apply if response.HasField("apply") else None)


def _write(server: Server, changes: Sequence[Change], places: Places, writing: Writing, output: str) -> int:
    request = ApplyRequest(changes=changes, **how(writing))
    with connected(server) as connection:
        make = connection.plan if writing.dry_run else connection.change
        told(make(connection.config.Apply, request, places), writing, output)
    return 0


def _word(change: Change) -> str:
    return "deleted" if resource_of(change) is None else "stored"


def _places_of_deletions(refs: Sequence[Ref]) -> Places:
    return {f"changes[{index}].delete_{ref.kind}": partial(_named, ref) for index, ref in enumerate(refs)}


def _named(ref: Ref, _: str) -> str:
    return str(ref)


def _check_single(found: Sequence[object], expected_revision: int | None) -> None:
    if expected_revision is not None and len(found) != 1:
        raise click.UsageError(f"--expected-revision is of one resource; there are {len(found)}.")
