"""What options take."""

import getpass

import click
import pytest

from aqueduct.cli.commands import options


@pytest.mark.parametrize(
    ("value", "target"),
    [
        ("localhost", "localhost:10001"),
        ("localhost:1", "localhost:1"),
        ("10.0.0.1:65535", "10.0.0.1:65535"),
        ("::1", "[::1]:10001"),
        ("[::1]", "[::1]:10001"),
        ("[::1]:7", "[::1]:7"),
    ],
)
def test_a_server_is_named(value: str, target: str) -> None:
    assert options.target(value) == target


@pytest.mark.parametrize(
    "value", ["", "a/b", "host:0", "host:65536", "host:http", "host:", "[::1]:x", "http://h:1"]
)
def test_what_names_no_server_is_refused(value: str) -> None:
    with pytest.raises(click.BadParameter):
        options.target(value)


def test_who_runs_it_is_told_even_without_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "ann")
    assert options.login() == "ann"
    monkeypatch.delenv("SUDO_USER")

    def nobody() -> str:
        raise KeyError("uid")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert options.login().startswith("uid ")
