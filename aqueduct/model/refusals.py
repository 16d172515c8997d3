"""What HAProxy does not serve, as events: what is stored, and writes that were refused. Pure."""

from collections.abc import Sequence
from typing import Final

from aqueduct.errors import RejectedByHAProxy, Unmet
from aqueduct.model.event_names import CONFIGURATION, HAPROXY, listed, names_resource
from aqueduct.v1.activity_pb2 import VERB_REFUSED, Event
from aqueduct.v1.common_pb2 import Annotation
from aqueduct.v1.haproxy_pb2 import Refusal, RefusedWrite

LONGEST: Final = 1_000
"""Characters of HAProxy's words that an event keeps."""
MOST_RESOURCES: Final = 100
"""Resources of a write that an event keeps."""


def refused_write(
    error: Exception, annotation: Annotation, resources: Sequence[str], revision: int = 0
) -> Refusal:
    """Return that a write of `resources` was refused by `error`.

    `annotation` is what its caller said of it, `revision` what it was stored as, 0 for not at all.
    """
    refusal = _reason(error)
    refusal.write.CopyFrom(
        RefusedWrite(
            annotation=annotation,
            resources=resources[:MOST_RESOURCES],
            resource_count=len(resources),
            revision=revision,
        )
    )
    return refusal


def refused(refusal: Refusal) -> Event:
    """Return that HAProxy does not serve something."""
    event = Event(verb=VERB_REFUSED, refusal=refusal)
    event.refusal.message = _cut(refusal.message)
    field = f"{refusal.field}: " if refusal.field else ""
    if refusal.HasField("write"):
        only = refusal.write.resources[0] if refusal.write.resource_count == 1 else ""
        event.resource = only or refusal.resource or CONFIGURATION
        at_fault = "" if refusal.resource in ("", only) else f"{refusal.resource}: "
        why = f"{at_fault}{field}{event.refusal.message}"
        event.message = f"{_what(refusal.write)} was refused: {why}{_left_out(refusal.write)}"
    else:
        event.resource = refusal.resource or HAPROXY
        event.message = f"{event.resource} is not served: {field}{event.refusal.message}"
    return event


def _reason(error: Exception) -> Refusal:
    match error:
        case RejectedByHAProxy(refusals=[first, *others]):
            words = [first.message, *map(_words, others)]
            return Refusal(resource=first.resource, field=first.field, message="; ".join(words))
        case Unmet() if names_resource(error.subject):
            return Refusal(resource=error.subject, message=error.description)
        case _:
            return Refusal(message=str(error))


def _words(refusal: Refusal) -> str:
    return ": ".join(filter(None, (refusal.resource, refusal.field, refusal.message)))


def _what(write: RefusedWrite) -> str:
    by = f" by {write.annotation.author}" if write.annotation.author else ""
    what = f"a write of {listed(write.resources, write.resource_count)}{by}"
    return f"revision {write.revision}, {what}," if write.revision else what


def _left_out(write: RefusedWrite) -> str:
    return f"; left out before: {write.left_out:,}" if write.left_out else ""


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
