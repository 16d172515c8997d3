"""The planner: from what runs to what is desired.

It compares rendered text, because the text is what HAProxy obeys: two resources that render alike
need no apply, and a changed template is seen like any other change. A step says by which means
HAProxy gets there, cheapest first:

    Nothing    what runs is what is desired
    Live       Runtime API commands, section by section, in order
    Reload     only a new worker can serve it; with the reason

Invariants: a step is all or nothing, so that one section that has to reload reloads them all; the
order of server lines alone is no difference. Maps, certificates and whole backends would be further
commands of Live.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from aqueduct.model.capabilities import Capabilities
from aqueduct.plan.live import Ability, NotLive, commands
from aqueduct.render.image import Image

_NAMED = 3
"""So many sections are named in a reason; the others are counted."""
_MOST_COMMANDS = 5_000
"""A reload is quicker than more of them."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """What runs is what is desired."""


@dataclass(frozen=True, slots=True)
class Live:
    """Runtime API commands, by the header of the section that they change; none where only order differs."""

    commands: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Reload:
    """Only a new worker can serve what is desired."""

    reason: str


Step = Nothing | Live | Reload


def plan(
    running: Image, desired: Image, capabilities: Capabilities, changed: Iterable[str] | None = None
) -> Step:
    """Return how to get from what is `running` to what is `desired`.

    `changed`, where given, are the headers of all sections that may differ: nothing else is looked at.
    """
    every = dict.fromkeys((*desired.sections, *running.sections)) if changed is None else sorted(changed)
    differing = [header for header in every if _differs(header, running, desired)]
    if not differing:
        return Nothing()
    came_or_went = [
        *(f"{header} added" for header in differing if header not in running.sections),
        *(f"{header} removed" for header in differing if header not in desired.sections),
    ]
    if came_or_went:
        others = [header for header in differing if header in running.sections and header in desired.sections]
        return Reload(_named([*came_or_went, *(f"{header} changed" for header in others)]))
    return _live(running, desired, differing, capabilities)


def _live(running: Image, desired: Image, differing: Iterable[str], capabilities: Capabilities) -> Step:
    able = Ability(capabilities, desired)
    made: dict[str, tuple[str, ...]] = {}
    reasons: list[str] = []
    for header in differing:
        try:
            made[header] = tuple(commands(header, running, desired, able))
        except NotLive as reason:
            reasons.append(str(reason) if str(reason).startswith(header) else f"{header}: {reason}")
    if reasons:
        return Reload(_named(reasons))
    if sum(map(len, made.values())) > _MOST_COMMANDS:
        return Reload(f"more than {_MOST_COMMANDS:,} commands would be needed")
    return Live(made)


def _differs(header: str, running: Image, desired: Image) -> bool:
    return running.sections.get(header) != desired.sections.get(header) or running.states_of(
        header
    ) != desired.states_of(header)


def _named(reasons: list[str]) -> str:
    named, others = reasons[:_NAMED], len(reasons) - _NAMED
    return ", ".join(named) + (f" and {others} more" if others > 0 else "")
