"""Options in the environment: which variable one was given in, and variables that are none.

A variable that only looks like an option is no error, since others may have put it there: it is told of.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Final

import click
from click.core import ParameterSource

PREFIX: Final = "AQUEDUCT"
_OTHERS: Final = frozenset(f"{PREFIX}_{name}" for name in ("SERVER", "TIMEOUT", "OUTPUT", "AUTHOR"))
"""Variables of the commands that talk to a server."""
_NONE_OF_OURS: Final = (f"{PREFIX}_TEST_", f"{PREFIX}_GENERATION")
"""Beginnings of those that are no options, and known."""


def placed(context: click.Context, error: click.BadParameter) -> click.BadParameter:
    """Return the error of an option such that it names the variable, where it was given in one."""
    parameter = error.param
    if parameter is None:
        return error
    if context.get_parameter_source(parameter.name or "") is ParameterSource.ENVIRONMENT:
        found = [name for name in variables_of(parameter) if os.environ.get(name)]
        if found:
            return click.BadParameter(error.message, context, parameter, param_hint=f"'{found[0]}'")
    return error


def variables_of(parameter: click.Parameter) -> Iterator[str]:
    """Iterate over the variables that an option of `serve` may be given in, the first of them first."""
    named = parameter.envvar
    yield from [named] if isinstance(named, str) else named or ()
    if parameter.name is not None:
        yield f"{PREFIX}_{parameter.name.upper()}"


def unknown(parameters: Iterable[click.Parameter], environment: Mapping[str, str]) -> Iterator[str]:
    """Iterate over the variables that look like options and are none, each with what may have been meant."""
    known = {name for parameter in parameters for name in variables_of(parameter)} | _OTHERS
    for name in sorted(environment):
        if name.startswith(f"{PREFIX}_") and name not in known and not name.startswith(_NONE_OF_OURS):
            close = get_close_matches(name, known, n=1, cutoff=0.8)
            yield name + (f" (did you mean {close[0]}?)" if close else "")
