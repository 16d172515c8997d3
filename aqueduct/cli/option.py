"""Options with several spellings, ours and the original's; and options in groups."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


class _Spelled(click.Option):
    """Has several spellings, of which errors name the first."""

    def get_error_hint(self, _: click.Context | None) -> str:
        return f"'{self.opts[0]}'"


def option(name: str, *others: str, **attributes: Any) -> Callable[[F], F]:
    """Declare an option `name` that has other spellings, the original's among them."""
    field = name.removeprefix("--").replace("-", "_")
    variables = [f"AQUEDUCT_{other.removeprefix('--').replace('-', '_').upper()}" for other in others]
    return click.option(name, *others, field, cls=_Spelled, envvar=variables, **attributes)


def with_options(command: F, options: Sequence[Callable[[F], F]]) -> F:
    """Return `command` with `options`, in their order."""
    for add in reversed(options):
        command = add(command)
    return command
