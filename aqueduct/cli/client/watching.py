"""`watch config`: each change of the configuration as it is stored, one line each, or as documents."""

from collections.abc import Sequence
from contextlib import closing
from typing import Final

import click

from aqueduct.cli.client import differences, names, outcomes, screen
from aqueduct.cli.client.connection import Connection, connected
from aqueduct.cli.client.resuming import Stream, resumed
from aqueduct.cli.client.telling import cause
from aqueduct.cli.client.writing import TABLE
from aqueduct.cli.commands.options import Server
from aqueduct.cli.failures import Exit, Failed
from aqueduct.model.history import KINDS
from aqueduct.v1.config_pb2 import ConfigWatchRequest, ConfigWatchResponse, GetRevisionRequest
from aqueduct.v1.history_pb2 import REVISION_CAUSE_CALL, ResourceChange, Revision

_COLLECTIONS: Final = tuple(kind.collection for kind in KINDS)


def config(server: Server, words: Sequence[str], *, after: int | None, diff: bool, output: str) -> int:
    """Tell what changes until Ctrl-C."""
    if diff and output != TABLE:
        raise click.UsageError("--diff is for people: it goes with no other -o than table.")
    with connected(server) as connection:
        watch = _Watch(connection, _selected(words), after, diff=diff, output=output)
        with closing(resumed(watch.begin, server, anew=watch.forget)) as responses:
            for response in responses:
                watch.take(response)
    return 0


class _Watch:
    """How far it is, and the parts of what is not whole yet."""

    def __init__(
        self, connection: Connection, resources: Sequence[str], after: int | None, *, diff: bool, output: str
    ) -> None:
        self._connection = connection
        self._resources = resources
        self._known = after
        self._diff = diff
        self._output = output
        self._parts: list[ConfigWatchResponse] = []

    def begin(self) -> Stream[ConfigWatchResponse]:
        """Watch from there on."""
        self._parts = []
        request = ConfigWatchRequest(after_revision=self._known, resources=self._resources)
        return self._connection.config.ConfigWatch(request)

    def forget(self) -> None:
        """Begin with a snapshot."""
        self._known = None

    def take(self, response: ConfigWatchResponse) -> None:
        """Tell a response once all of its revision is there."""
        self._parts.append(response)
        if response.more:
            return
        parts, self._parts = self._parts, []
        if self._output != TABLE:
            for part in parts:
                outcomes.streamed(part, self._output)
        elif response.HasField("change"):
            self._tell([change for part in parts for change in part.change.changes], response.change)
        elif response.HasField("snapshot"):
            screen.tell(f"at revision {response.revision}", err=True)
        self._known = response.revision

    def _tell(self, changes: Sequence[ResourceChange], of: Revision) -> None:
        changed = ", ".join(
            each.resource if each.HasField("after") else f"{each.resource} deleted" for each in changes
        )
        why = ": ".join(
            filter(None, (cause(of) if of.cause != REVISION_CAUSE_CALL else "", of.annotation.message))
        )
        line = f"{of.revision} {outcomes.local(of.create_time)} {of.annotation.author or '-'} {changed}"
        screen.tell(screen.plain(f"{line}: {why}" if why else line))
        if self._diff:
            self._show({each.resource for each in changes}, of.revision)

    def _show(self, told: set[str], revision: int) -> None:
        """Tell what changed in the resources that are told of, as the history has it."""
        method = self._connection.config.GetRevision
        try:
            found = self._connection.ask(method, GetRevisionRequest(revision=revision)).revision
        except Failed as error:
            if error.exit_code not in (Exit.NOT_FOUND, Exit.UNREACHABLE):
                raise
            screen.tell(f"  what it was is not known: {error.lines[0]}", err=True)
            return
        steps = differences.recorded(each for each in found.changes if each.resource in told)
        differences.show(steps, verbose=True)


def _selected(words: Sequence[str]) -> list[str]:
    """Return what words such as `backends`, `backends/app` or `backend app` select; nothing for all."""
    found: list[str] = []
    for selection in names.selections(words) if words else ():
        if selection.kind not in _COLLECTIONS:
            raise click.UsageError(f"{selection.kind} cannot be watched here: frontends and backends can.")
        found += [f"{selection.kind}/{key}" for key in selection.keys] or [f"{selection.kind}/"]
    return found
