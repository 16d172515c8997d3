"""What a change did, or would do: told to people, or printed for programs."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from aqueduct.cli.client import screen
from aqueduct.model.documents import to_document
from aqueduct.v1.apply_pb2 import (
    APPLY_KIND_NOTHING,
    APPLY_KIND_RELOAD,
    APPLY_KIND_RUNTIME,
    APPLY_KIND_START,
    ApplyOutcome,
    Plan,
)

_DONE: Final = {
    APPLY_KIND_NOTHING: "nothing to apply",
    APPLY_KIND_RUNTIME: "applied without a reload",
    APPLY_KIND_RELOAD: "applied by one reload",
    APPLY_KIND_START: "HAProxy was started",
}


def printed(value: Message | dict[str, Any], output: str) -> None:
    """Print a message for programs, as json or yaml."""
    from aqueduct.cli.client import texts  # YAML takes its time to be imported, and tables do not need it

    document = to_document(value) if isinstance(value, Message) else value
    screen.raw(texts.dump(document, output))


def streamed(response: Message, output: str) -> None:
    """Print a document: of JSON a line, of YAML one of several."""
    document = to_document(response)
    if output == "json":
        screen.raw(json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n")
        return
    screen.raw("---\n")
    printed(document, output)


def names(found: Iterable[str]) -> None:
    """Print names, one a line."""
    for name in found:
        screen.tell(screen.plain(name))


def plan(planned: Plan, *, verbose: bool, err: bool = False) -> None:
    """Tell what an apply would do; where `verbose`, by which commands, and how the configuration differs."""
    screen.tell(plan_line(planned), err=err)
    if verbose:
        for command in planned.commands:
            screen.tell(f"  {screen.plain(command)}", err=err)
        screen.diff(planned.config_diff, err=err)


def plan_line(planned: Plan) -> str:
    """Return what an apply would do, in one line."""
    match planned.kind:
        case kind if kind == APPLY_KIND_RUNTIME:
            count = len(planned.commands)
            return f"HAProxy: {count} command{'s' if count != 1 else ''}, no reload"
        case kind if kind == APPLY_KIND_RELOAD:
            return f"HAProxy: one reload: {screen.plain(planned.reason)}"
        case kind if kind == APPLY_KIND_START:
            return f"HAProxy: a start: {screen.plain(planned.reason)}"
        case _:
            return "HAProxy: nothing to do"


def done(revision: int, apply: ApplyOutcome | None) -> None:
    """Tell how a change was applied; None where nobody waited for it."""
    if apply is None:
        screen.tell(f"revision {revision}, stored. HAProxy serves by it soon: `aqueduct status` tells.")
    else:
        screen.tell(f"revision {revision}, {apply_line(apply)}")


def apply_line(apply: ApplyOutcome) -> str:
    """Return how an apply was made, in one line."""
    told = _DONE.get(apply.kind, "not applied yet")
    if apply.kind != APPLY_KIND_NOTHING and apply.kind:
        told += f" in {milliseconds(apply.duration)}"
    return ": ".join(part for part in (told, screen.plain(apply.reason), screen.plain(apply.error)) if part)


def milliseconds(duration: Duration) -> str:
    """Return a duration as people tell it."""
    return f"{duration.ToNanoseconds() / 1e6:.0f} ms"


def local(time: Timestamp) -> str:
    """Return a time as the clock on the wall has it; nothing where there is none."""
    if not time.ToNanoseconds():
        return ""
    return f"{datetime.fromtimestamp(time.seconds).astimezone():%Y-%m-%d %H:%M:%S}"


def changed(words: Sequence[tuple[str, str]]) -> None:
    """Tell what became of which resources."""
    for name, word in words:
        screen.tell(f"{screen.plain(name)} {word}")
