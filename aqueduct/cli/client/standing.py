"""`status` and `reload`: how HAProxy stands."""

from collections.abc import Iterator
from datetime import UTC, datetime

from aqueduct.cli.client import outcomes, screen
from aqueduct.cli.client.connection import connected
from aqueduct.cli.client.progress import transition
from aqueduct.cli.client.writing import TABLE
from aqueduct.cli.commands.options import Server
from aqueduct.model.documents import to_document
from aqueduct.v1.haproxy_pb2 import (
    HA_PROXY_STATE_RUNNING,
    GetStatusRequest,
    ReloadRequest,
    Status,
)


def status(server: Server, output: str) -> int:
    """Tell how HAProxy stands; return 1 where something that is stored is not served."""
    with connected(server) as connection:
        told = connection.ask(connection.haproxy.GetStatus, GetStatusRequest()).status
    if output == TABLE:
        screen.pairs(_rows(told))
        _lists(told)
    else:
        outcomes.printed(told, output)
    is_serving = told.haproxy_state == HA_PROXY_STATE_RUNNING and not told.HasField("silent_since")
    return 0 if is_serving and not told.refusals else 1


def reload(server: Server, message: str, *, dry_run: bool, output: str) -> int:
    """Have HAProxy read its files anew, or tell what that would do."""
    request = ReloadRequest(validate_only=dry_run, reason=message)
    with connected(server) as connection:
        make = connection.plan if dry_run else connection.change
        response = make(connection.haproxy.Reload, request)
    if output != TABLE:
        outcomes.printed(response, output)
    elif dry_run:
        outcomes.plan(response.plan, verbose=True)
    else:
        screen.tell(outcomes.apply_line(response.apply))
    return 0


def _rows(told: Status) -> Iterator[tuple[str, str]]:
    state = to_document(told).get("haproxyState", "not known")
    silent = f"does not answer since {outcomes.local(told.silent_since)}" * told.HasField("silent_since")
    yield "HAProxy", ": ".join(part for part in (state, told.error or silent) if part)
    yield "revision", f"{told.stored_revision} stored, {told.applied_revision} served"
    if told.HasField("last_apply"):
        apply = told.last_apply
        yield "last apply", f"{outcomes.local(apply.finish_time)}, {outcomes.apply_line(apply)}"
    for source in told.sources:
        said = source.error or "answers"
        last = f" (last at {outcomes.local(source.answer_time)})" if source.error else ""
        held = (
            f"; not believed yet: no members of {', '.join(source.held_services)}"
            if source.held_services
            else ""
        )
        yield f"source {source.name}", f"{said}{last}{held}"
    yield "old workers", f"{told.old_workers}, {told.cut_workers} cut so far"
    found = told.last_drift
    drift = f", last {outcomes.local(found.time)} {found.resource}: {found.message}" if told.drifts else ""
    yield "drifts", f"{told.drifts}{drift}"


def _lists(told: Status) -> None:
    refusals = [
        f"{' '.join(filter(None, (each.resource, each.field)))}: {each.message}" for each in told.refusals
    ]
    _list("Stored, and not served:", refusals, screen.REMOVED)
    missing = [f"backends/{key}" for key in told.missing_backends]
    _list("Routed to, and not there (503):", missing, screen.CHANGED)
    _list("Switches:", [transition(each, datetime.now(UTC)) for each in told.transitions], screen.PLACE)


def _list(title: str, lines: list[str], colour: str) -> None:
    if lines:
        screen.tell()
        screen.tell(title, bold=True)
    for line in lines:
        screen.tell(f"  {screen.plain(line)}", colour)
