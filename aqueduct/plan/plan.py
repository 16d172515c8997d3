"""The planner: from the sections that run to the sections desired.

It compares rendered text, because the text is what HAProxy obeys: two resources that render alike
need no apply, and a changed template is seen like any other change. A step says by which means
HAProxy gets there, cheapest first; what cannot be done live reloads, with the reason.
"""

from collections.abc import Mapping
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


def plan(running: Mapping[str, str], desired: Mapping[str, str]) -> Step:
    """Return how to get from the sections `running` to those `desired`."""
    changes = [
        *(f"{header} added" for header in desired if header not in running),
        *(f"{header} removed" for header in running if header not in desired),
        *(
            f"{header} changed"
            for header in desired
            if header in running and running[header] != desired[header]
        ),
    ]
    if not changes:
        return Nothing()
    named, others = changes[:_NAMED], len(changes) - _NAMED
    return Reload(", ".join(named) + (f" and {others} more" if others > 0 else ""))
