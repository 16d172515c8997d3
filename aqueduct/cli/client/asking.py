"""A plan, shown to those who are to agree to it.

On a terminal they are asked, whatever it is. Elsewhere nobody can be: a plan that deletes needs `--yes` then,
all others go on.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import click

from aqueduct.cli.client import differences, outcomes, screen
from aqueduct.cli.client.differences import Step
from aqueduct.cli.failures import Exit, Failed
from aqueduct.v1.apply_pb2 import Plan


@dataclass(frozen=True, slots=True)
class Asking:
    """How to show and ask."""

    yes: bool
    output: str
    verbose: bool = False

    @property
    def is_for_people(self) -> bool:
        """Whether stdout is for people, not for programs."""
        return self.output == "table"


def show(steps: Sequence[Step], plan: Plan, asking: Asking, *, verbose: bool | None = None) -> None:
    """Write the plan: on stdout, or on stderr where stdout is for programs."""
    err, more = not asking.is_for_people, asking.verbose if verbose is None else verbose
    differences.show(steps, verbose=more, err=err)
    screen.tell(differences.summary(steps), err=err)
    outcomes.plan(plan, verbose=more, err=err)


def agreed(steps: Sequence[Step], plan: Plan, asking: Asking) -> None:
    """Show the plan and ask. Failed where somebody says no, or ought to be asked and is not there."""
    can_ask = screen.is_terminal(sys.stdin) and screen.is_terminal(sys.stderr)
    if asking.is_for_people or (can_ask and not asking.yes):
        show(steps, plan, asking)
    if asking.yes:
        return
    if can_ask:
        if not click.confirm("Do this?", err=True):
            raise Failed("not agreed to: nothing was changed")
        return
    deleted = [step.name for step in steps if step.action == "deleted"]
    if deleted:
        told = ", ".join(deleted[:3]) + (f" and {len(deleted) - 3} more" if len(deleted) > 3 else "")  # noqa: PLR2004
        raise Failed(f"this deletes {told}: without a terminal to ask on, that needs --yes", Exit.USAGE)
