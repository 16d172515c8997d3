"""Words on stdout: tables, and nothing that moves a cursor."""

import pytest

from aqueduct.cli.client import screen


def test_columns_are_as_wide_as_they_have_to_be(capsys: pytest.CaptureFixture[str]) -> None:
    screen.table(("KEY", "MODE"), [("a-long-key", "http"), ("b", ""), ("c", "two\nlines")])
    assert capsys.readouterr().out.splitlines() == [
        "KEY          MODE",
        "a-long-key   http",
        "b            -",
        "c            two lines",
    ]


def test_others_words_do_not_move_the_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    screen.pairs([("author", "ann\x1b[2J\rroot")])
    screen.diff("+a\x1b[2J\n-b\tc")
    assert capsys.readouterr().out == "author   ann?[2J root\n+a?[2J\n-b\tc\n"
