"""`export` and `import`: the configuration as a document."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aqueduct.cli.client import asking as ask
from aqueduct.cli.client import names, outcomes, screen, texts
from aqueduct.cli.client.asking import Asking
from aqueduct.cli.client.connection import connected
from aqueduct.cli.client.differences import Step, present, steps_of
from aqueduct.cli.client.reading import Item, read
from aqueduct.cli.client.refusals import Places
from aqueduct.cli.client.writing import TABLE, how, some
from aqueduct.cli.commands.options import Server, Writing
from aqueduct.cli.failures import Failed
from aqueduct.model.documents import to_document
from aqueduct.model.history import KINDS
from aqueduct.v1.config_pb2 import (
    IMPORT_MODE_MERGE,
    IMPORT_MODE_REPLACE,
    ExportRequest,
    ImportRequest,
    ImportResponse,
    RestoreRevisionResponse,
)
from aqueduct.v1.frontend_pb2 import Frontend
from aqueduct.v1.history_pb2 import Configuration


def export(server: Server, words: Sequence[str], file: Path | None, output: str | None) -> int:
    """Write the configuration, or the resources that are named, to a file or to stdout."""
    form = output or ("json" if file is not None and file.suffix == ".json" else "yaml")
    request = ExportRequest(resources=map(str, names.refs(words)))
    with connected(server) as connection:
        exported = connection.ask(connection.config.Export, request)
    text = texts.dump(document_of(exported.configuration), form)
    if file is None:
        screen.raw(text)
    else:
        _replace(file, text)
    return 0


def document_of(configuration: Configuration) -> dict[str, Any]:
    """Return a configuration as a document; revisions, which say nothing elsewhere, are left out."""
    document = {kind.collection: [] for kind in KINDS} | to_document(configuration)
    for kind in KINDS:
        for resource in document[kind.collection]:
            resource.pop("revision", None)
    return document


def import_(server: Server, paths: Sequence[str], writing: Writing, *, replace: bool, asking: Asking) -> int:
    """Store the resources of documents; where `replace`, delete all others."""
    items = read(paths) if replace else some(read(paths))
    mode = IMPORT_MODE_REPLACE if replace else IMPORT_MODE_MERGE
    configuration, places = _configuration(items)
    request = ImportRequest(configuration=configuration, mode=mode, **how(writing))
    rehearsal = ImportRequest(configuration=configuration, mode=mode, validate_only=True)
    with connected(server) as connection:
        before = present(connection.ask(connection.config.Export, ExportRequest()).configuration)
        plan = connection.plan(connection.config.Import, rehearsal, places)
        steps = steps_of(plan.changes, before)
        if writing.dry_run:
            return told_plan(plan, steps, asking)
        if steps:
            ask.agreed(steps, plan.plan, asking)
        response = connection.change(connection.config.Import, request, places)
    return told(response, steps_of(response.changes, before), asking.output)


def told_plan(
    response: ImportResponse | RestoreRevisionResponse, steps: Sequence[Step], asking: Asking
) -> int:
    """Tell what an import or a restore would do."""
    if asking.output == "name":
        outcomes.names(step.name for step in steps)
    elif asking.is_for_people:
        ask.show(steps, response.plan, asking, verbose=True)
    else:
        outcomes.printed(response, asking.output)
    return 0


def told(response: ImportResponse | RestoreRevisionResponse, steps: Sequence[Step], output: str) -> int:
    """Tell what an import or a restore did."""
    if output == "name":
        outcomes.names(step.name for step in steps)
    elif output != TABLE:
        outcomes.printed(response, output)
    elif not steps:
        screen.tell("nothing to change")
    else:
        outcomes.changed([(step.name, step.action) for step in steps])
        outcomes.done(response.revision, response.apply if response.HasField("apply") else None)
    return 0


def _configuration(items: Sequence[Item]) -> tuple[Configuration, Places]:
    """Return the resources as one message, and where each stands in files."""
    configuration = Configuration()
    places = {}
    for item in items:
        if isinstance(item.resource, Frontend):
            places[f"configuration.frontends[{len(configuration.frontends)}]"] = item.place
            configuration.frontends.append(item.resource)
        else:
            places[f"configuration.backends[{len(configuration.backends)}]"] = item.place
            configuration.backends.append(item.resource)
    return configuration, places


def _replace(file: Path, text: str) -> None:
    """Write `file` whole, or leave what is there."""
    try:
        if file.exists() and not file.is_file():  # such as /dev/stdout
            file.write_text(text, encoding="utf-8")
            return
        directory = file.resolve().parent
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=directory, delete=False) as new:
            temporary = Path(new.name)
            try:
                new.write(text)
                new.flush()
                temporary.chmod(_mode(file))
                temporary.replace(file.resolve())
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise Failed(f"{file}: cannot be written: {error.strerror}") from error


def _mode(file: Path) -> int:
    """Return the permissions that `file` has, or would have if it were created."""
    if file.exists():
        return file.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
