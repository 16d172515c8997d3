"""The TOML file of `serve --config`: its keys are the options, without their dashes.

    grpc-port = 10001
    discovery = ["registry", "dns"]

What is wrong in it is told with the file, the line and the key, all of it at once.
"""

import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from aqueduct.cli.failures import Exit, Failed

_NOT_IN_A_FILE = {"config": "names this very file", "restore": "is for one start: give it as an option"}
_SCALARS = str | int | float


def _wrong(*lines: str) -> Failed:
    """Return the error for a file that will not do; one line for each fault."""
    return Failed(lines, Exit.USAGE)


def read_config(context: click.Context, command: click.Command, file: Path) -> dict[str, object]:
    """Return the values of `file` by the names of the parameters of `command`. Failed tells all faults."""
    text = _text(file)
    table = _table(file, text)
    parameters = dict(_by_key(command))
    values: dict[str, object] = {}
    wrong = []
    for key, value in table.items():
        try:
            name = _named(key, parameters)
            if name in values:
                raise ValueError("is given in another spelling already")  # noqa: TRY301 # told with the others
            values[name] = _checked(context, parameters[key], value)
        except ValueError as error:
            wrong.append(f"{file}:{line_of(text, key)}: {key}: {error}")
    if wrong:
        raise _wrong(*wrong)
    return values


def located(context: click.Context, error: click.BadParameter) -> click.ClickException:
    """Return `error` as one of the file's, where the option at fault was given there, or is missing there."""
    file = context.params.get("config")
    option = (error.param_hint or "").strip("'") if isinstance(error.param_hint, str) else ""
    found = [parameter for parameter in context.command.params if option in parameter.opts]
    if not isinstance(file, Path) or not found or found[0].name is None:
        return error
    source = context.get_parameter_source(found[0].name)
    if source is ParameterSource.DEFAULT:  # it is missing, for something that another key says
        return _wrong(f"{file}: {option.removeprefix('--')}: {error.message}")
    if source is not ParameterSource.DEFAULT_MAP:
        return error
    text = _text(file)
    keys = {spelling for spelling, parameter in _by_key(context.command) if parameter is found[0]}
    key = next(key for key in _table(file, text) if key in keys)
    return _wrong(f"{file}:{line_of(text, key)}: {key}: {error.message}")


def line_of(text: str, key: str) -> int:
    """Return the number of the line of `text`, TOML, on which the value of `key` ends, from 1 on."""
    lines = text.splitlines()
    for number in range(1, len(lines) + 1):
        try:
            if key in tomllib.loads("\n".join(lines[:number])):
                return number
        except tomllib.TOMLDecodeError:
            continue  # in the midst of a value
    return len(lines)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise _wrong(f"{file}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise _wrong(f"{file}: is no UTF-8 at byte {error.start}") from error


def _table(file: Path, text: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        last = f"at line {len(text.splitlines())}, the last"
        raise _wrong(f"{file}: is no TOML: {error}".replace("at end of document", last)) from error


def _by_key(command: click.Command) -> Iterator[tuple[str, click.Parameter]]:
    """Iterate over the parameters by all of their spellings."""
    for parameter in command.params:
        for option in (*parameter.opts, parameter.name or ""):
            yield option.removeprefix("--"), parameter


def _named(key: str, parameters: Mapping[str, click.Parameter]) -> str:
    parameter = parameters.get(key)
    if parameter is None or parameter.name is None:
        close = get_close_matches(key, [name for name in parameters if "_" not in name], n=1)
        raise ValueError("is no option" + (f": did you mean {close[0]}?" if close else ""))
    if parameter.name in _NOT_IN_A_FILE:
        raise ValueError(_NOT_IN_A_FILE[parameter.name])
    return parameter.name


def _checked(context: click.Context, parameter: click.Parameter, value: object) -> object:
    """Return `value` as it would stand in the command line; ValueError where it may not."""
    given = _given(parameter, value)
    try:
        parameter.type_cast_value(context, given)
    except click.BadParameter as error:
        raise ValueError(error.message) from error
    return given


def _given(parameter: click.Parameter, value: object) -> object:
    if getattr(parameter, "is_flag", False):
        if not isinstance(value, bool):
            raise ValueError("must be true or false")  # the one error
        return value
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ",".join(value)
    if not isinstance(value, _SCALARS) or isinstance(value, bool):
        raise ValueError("must be a text or a number")  # noqa: TRY004 # the one error
    return str(value)
