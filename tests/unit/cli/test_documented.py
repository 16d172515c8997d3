"""`--help` and docs/cli.md say the same, and every command and option has a test through the program."""

import ast
import re
import shlex
from collections import defaultdict
from pathlib import Path

import click
import pytest

from aqueduct.cli.lazy import LazyGroup
from aqueduct.cli.main import main, program
from tests import clidoc

_INTEGRATION = Path(__file__).parent.parent.parent / "integration"
_LOCAL = {"serve", "demo", "backup", "fsck", "template"}
"""Their tests came before, and call them each in a way of its own."""
_BY_DECORATOR = {"--server", "--timeout", "--wait"}
"""Options that all commands have from the same few lines: the program is tried with each on some of them, and
`test_each_command_asks_the_server_that_is_named` tries the rest within this process."""
_ON_A_TERMINAL = {"top"}
"""They need one, which tests/integration gives them."""
_ARGUMENTS = {
    "put": ["FILE"],
    "delete": ["backends/b"],
    "apply": ["FILE"],
    "diff": ["1"],
    "import": ["FILE"],
    "restore": ["1"],
    "switch": ["b", "2"],
    "drain": ["b", "--all"],
    "maint": ["b", "--all"],
    "ready": ["b", "--all"],
    "weight": ["b", "10.0.0.1:1", "5"],
}
"""What commands need to be given."""
_COMMANDS = list(clidoc.commands())


@pytest.mark.parametrize(("name", "command"), _COMMANDS, ids=lambda each: getattr(each, "name", each))
def test_each_command_and_option_has_help_and_is_documented(name: str, command: click.Command) -> None:
    assert command.help
    assert f"`{name}`" in clidoc.text()
    documented = clidoc.documented(name)
    for option in clidoc.options(command):
        assert option.help, option.name
        for word in clidoc.names(option):
            assert word in documented, f"docs/cli.md does not name {word} of {name}"


@pytest.mark.parametrize(("name", "command"), _COMMANDS, ids=lambda each: getattr(each, "name", each))
def test_help_is_the_documentations(
    name: str, command: click.Command, capfd: pytest.CaptureFixture[str]
) -> None:
    args = [name] if command.name == name else [name, str(command.name)]
    assert main([*args, "--help"]) == 0
    shown = capfd.readouterr().out
    for option in clidoc.options(command):
        assert all(word in shown for word in clidoc.names(option))


def test_the_document_has_no_option_that_there_is_not() -> None:
    there = {
        word
        for _, command in _COMMANDS
        for option in clidoc.options(command)
        for word in clidoc.names(option)
    }
    told = {word for name, _ in _COMMANDS for word in clidoc.documented(name)}
    assert told <= there | {"-h", "--help"}


def test_the_lines_of_the_help_are_those_of_the_commands() -> None:
    groups = [program, *(command for _, command in _COMMANDS if isinstance(command, LazyGroup))]
    for group in groups:
        context = click.Context(group)
        for section in group._sections.values():
            for name, lazy in section.items():
                command = group.get_command(context, name)
                assert command is not None
                assert command.help is not None
                first = " ".join(command.help.partition("\n\n")[0].split())
                assert first.startswith(lazy.help.removesuffix(".")), name


_TALKING = [
    [name] if command.name == name else [name, str(command.name)]
    for name, command in _COMMANDS
    if any(each.name == "server" for each in clidoc.options(command)) and name not in _ON_A_TERMINAL
]


@pytest.mark.parametrize("words", _TALKING, ids=" ".join)
def test_each_command_asks_the_server_that_is_named(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    name = words[0]
    monkeypatch.setenv("AQUEDUCT_SERVER", "192.0.2.1:1")  # which would not answer at all
    (file := tmp_path / "b.yaml").write_text("backends: [{key: b}]")
    arguments = [word.replace("FILE", str(file)) for word in _ARGUMENTS.get(name, [])]
    waits = ["--wait"] if "--wait" in clidoc.documented(name) else []
    assert main([*words, *arguments, "-s", "127.0.0.1:1", "--timeout", "9s", *waits]) == 5
    assert capfd.readouterr().err.startswith("aqueduct: 127.0.0.1:1 cannot be reached: ")


def test_every_command_and_option_is_tested_through_the_program() -> None:
    tried = _tried()
    for name, command in _COMMANDS:
        if name in _LOCAL:
            continue
        assert name in tried, name
        for option in clidoc.options(command):
            for written in (option.opts, option.secondary_opts):
                tries = set.union(*tried.values()) if _BY_DECORATOR & set(written) else tried[name]
                assert not written or tries & set(written), f"nothing tries {written} of {name}"


def _tried() -> dict[str, set[str]]:
    """Return the options that tests, and the lines of docs/cli.md, give to each command."""
    tried: dict[str, set[str]] = defaultdict(set)
    for file in _INTEGRATION.glob("test_*.py"):
        for call in ast.walk(ast.parse(file.read_text())):
            if isinstance(call, ast.Call):
                words = [
                    node.value
                    for argument in call.args
                    for node in ast.walk(argument)
                    if isinstance(node, ast.Constant)
                ]
                _note([word for word in words if isinstance(word, str)], tried)
    for line, _ in clidoc.lines():
        _note(shlex.split(line)[1:], tried)
    return tried


def _note(words: list[str], tried: dict[str, set[str]]) -> None:
    names = {name for name, _ in _COMMANDS}
    for index, word in enumerate(words):
        if word in names and not any(each.startswith("-") for each in words[:index]):
            tried[word] |= {each for each in words[index:] if each.startswith("-")}


def test_every_option_of_serve_is_given_to_a_server() -> None:
    text = "".join(file.read_text() for file in _INTEGRATION.parent.rglob("*.py") if "unit" not in file.parts)
    text += (_INTEGRATION.parents[1] / "aqueduct" / "demo" / "processes.py").read_text()
    given = set(re.findall(r"--[A-Za-z-]+", text))
    (serve,) = (command for name, command in _COMMANDS if name == "serve")
    untried = [option.name for option in clidoc.options(serve) if not given & set(clidoc.names(option))]
    assert untried == []
