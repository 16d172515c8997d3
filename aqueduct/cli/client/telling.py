"""`history` and `restore`: who changed what, and the way back."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

import click

from aqueduct.cli.client import asking as ask
from aqueduct.cli.client import differences, names, outcomes, screen
from aqueduct.cli.client.asking import Asking
from aqueduct.cli.client.connection import Connection, connected, pages
from aqueduct.cli.client.differences import present, steps_of
from aqueduct.cli.client.transferring import told, told_plan
from aqueduct.cli.client.writing import TABLE, how
from aqueduct.cli.commands.options import Server, Writing
from aqueduct.model.documents import to_document
from aqueduct.model.tokens import tokens
from aqueduct.v1.config_pb2 import (
    ExportRequest,
    GetRevisionRequest,
    ListRevisionsRequest,
    RestoreRevisionRequest,
)
from aqueduct.v1.history_pb2 import REVISION_CAUSE_RESTORE, Revision, RevisionCause

_HEADERS: Final = ("REVISION", "TIME", "AUTHOR", "CAUSE", "CHANGES", "MESSAGE")
_MOST_NAMES: Final = 3
_PAGE: Final = 1_000


def history(server: Server, words: Sequence[str], limit: int, output: str) -> int:
    """Tell the history, that of one resource, or what one revision changed."""
    with connected(server) as connection:
        if len(words) == 1 and words[0].isascii() and words[0].isdecimal():
            return _tell(_read(connection, int(words[0])), output)
        refs = names.refs(words)
        if len(refs) > 1:
            raise click.UsageError("Name one revision, or one resource.")
        listed = _listed(connection, str(refs[0]) if refs else "", limit)
        _list(list(islice(listed, limit or None)), output)
    return 0


def restore(server: Server, revision: int, words: Sequence[str], writing: Writing, asking: Asking) -> int:
    """Go back to a revision, whole or with the resources that are named."""
    resources = [*map(str, names.refs(words))]
    request = RestoreRevisionRequest(revision=revision, resources=resources, **how(writing))
    rehearsal = RestoreRevisionRequest(revision=revision, resources=resources, validate_only=True)
    with connected(server) as connection:
        before = present(connection.ask(connection.config.Export, ExportRequest()).configuration)
        plan = connection.plan(connection.config.RestoreRevision, rehearsal)
        steps = steps_of(plan.changes, before)
        if writing.dry_run:
            return told_plan(plan, steps, asking)
        if steps:
            ask.agreed(steps, plan.plan, asking)
        response = connection.change(connection.config.RestoreRevision, request)
    return told(response, steps_of(response.changes, before), asking.output)


def _read(connection: Connection, number: int) -> Revision:
    return connection.ask(connection.config.GetRevision, GetRevisionRequest(revision=number)).revision


def _listed(connection: Connection, resource: str, limit: int) -> Iterator[Revision]:
    def page(token: str) -> tuple[Sequence[Revision], str]:
        request = ListRevisionsRequest(
            page_size=min(limit or _PAGE, _PAGE), page_token=token, resource=resource
        )
        response = connection.ask(connection.config.ListRevisions, request)
        return response.revisions, response.next_page_token

    return pages(page)


def _list(revisions: Sequence[Revision], output: str) -> None:
    if output == "name":
        outcomes.names(str(each.revision) for each in revisions)
    elif output != TABLE:
        outcomes.printed({"revisions": [to_document(each) for each in revisions]}, output)
    elif revisions:
        screen.table(_HEADERS, map(_row, revisions))
    else:
        screen.tell("no revisions", err=True)


def _tell(revision: Revision, output: str) -> int:
    if output == "name":
        outcomes.names(change.resource for change in revision.changes)
    elif output != TABLE:
        outcomes.printed(revision, output)
    else:
        number, time, author, cause, _, message = _row(revision)
        rows = zip(
            ("revision", "time", "author", "cause", "message"),
            (number, time, author, cause, message),
            strict=True,
        )
        screen.pairs(rows)
        differences.show(differences.recorded(revision.changes), verbose=True)
    return 0


def _row(revision: Revision) -> tuple[str, ...]:
    changed = [change.resource for change in revision.changes]
    more = f" and {len(changed) - _MOST_NAMES} more" if len(changed) > _MOST_NAMES else ""
    return (
        str(revision.revision),
        outcomes.local(revision.create_time),
        revision.annotation.author,
        cause(revision),
        ", ".join(changed[:_MOST_NAMES]) + more,
        revision.annotation.message,
    )


def cause(revision: Revision) -> str:
    """Return what brought a revision about."""
    word = tokens(RevisionCause.DESCRIPTOR).get(revision.cause, "")
    return f"{word} of {revision.restored_revision}" if revision.cause == REVISION_CAUSE_RESTORE else word
