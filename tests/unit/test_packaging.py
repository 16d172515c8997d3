"""What packaging/ starts Aqueduct with is what Aqueduct takes."""

import json
import re
from pathlib import Path

import pytest

from aqueduct.cli.main import program
from aqueduct.cli.serve import serve

_SOURCES = Path(__file__).parents[2]
_PACKAGING = _SOURCES / "packaging"


def _instructions(name: str) -> list[str]:
    """Return what the Dockerfile says by `name`."""
    text = (_PACKAGING / "Dockerfile").read_text()
    return re.findall(rf"^{name} (.*)$", text, re.MULTILINE)


def _check_serve(words: list[str]) -> None:
    command, *options = words
    assert command == "serve"
    with serve.make_context(command, options) as context:
        assert not context.args


def test_the_image_starts_what_there_is() -> None:
    (entry,), (command,) = _instructions("ENTRYPOINT"), _instructions("CMD")
    assert json.loads(entry) == ["aqueduct"]
    _check_serve(json.loads(command))


def test_the_image_asks_a_command_that_there_is_for_its_health() -> None:
    (check,) = _instructions("HEALTHCHECK")
    name, command, *_ = json.loads(check.partition("CMD ")[2])
    assert name == "aqueduct"
    assert command in program.list_commands(program.make_context("aqueduct", [], resilient_parsing=True))


def test_the_image_is_made_of_what_is_here() -> None:
    copied = [word for line in _instructions("COPY") for word in line.split()[:-1]]
    assert copied
    assert [word for word in copied if not (_SOURCES / word).exists()] == []


@pytest.mark.parametrize("unit", sorted(_PACKAGING.glob("*.service")), ids=lambda path: path.name)
def test_the_unit_starts_what_there_is(unit: Path) -> None:
    (start,) = re.findall(r"^ExecStart=\S+/aqueduct (.*)$", unit.read_text(), re.MULTILINE)
    _check_serve(start.split())
