"""The planner: from the sections that run to the sections desired.

It compares rendered text, because the text is what HAProxy obeys: two resources that render alike
need no apply, and a changed template is seen like any other change. A step says by which means
HAProxy gets there, cheapest first; what cannot be done live reloads, with the reason.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

_NAMED = 3
"""So many sections are named in a reason; the others are counted."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """What runs is what is desired."""


@dataclass(frozen=True, slots=True)
class Reload:
    """Only a new worker can serve what is desired."""

    reason: str


Step = Nothing | Reload


def plan(
    running: Mapping[str, str], desired: Mapping[str, str], changed: Collection[str] | None = None
) -> Step:
    """Return how to get from the sections `running` to those `desired`.

    `changed`, where given, are the headers of all sections that may differ, each in both: the cost
    follows them then, and not the configuration.
    """
    came = [header for header in desired if header not in running] if changed is None else []
    went = [header for header in running if header not in desired] if changed is None else []
    looked_at = desired if changed is None else changed
    changes = [
        *(f"{header} added" for header in came),
        *(f"{header} removed" for header in went),
        *(
            f"{header} changed"
            for header in looked_at
            if header in running and running[header] != desired[header]
        ),
    ]
    if not changes:
        return Nothing()
    named, others = changes[:_NAMED], len(changes) - _NAMED
    return Reload(", ".join(named) + (f" and {others} more" if others > 0 else ""))
