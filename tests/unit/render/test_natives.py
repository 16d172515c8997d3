"""Where raw lines stand."""

import pytest

from aqueduct.render.natives import Phase, has_directive, phase

NATIVES = [
    "use-server a if x",
    "use_backend a if x",
    "redirect prefix / if x",
    "http-request deny",
    "monitor fail if x",
    "tcp-request content accept",
    "tcp-request session accept",
    "tcp-request connection accept",
    "  acl x path /",
    "tcp-request inspect-delay 5s",
    "# note",
    "http-response deny",
    "'http-request' \"allow\"",
    "broken 'quote",
]


def test_raw_lines_are_sorted_as_haproxy_evaluates_them() -> None:
    assert [phase(NATIVES, name) for name in Phase] == [
        [
            "acl x path /",
            "tcp-request inspect-delay 5s",
            "# note",
            "http-response deny",
            "broken 'quote",
            "tcp-request connection accept",
            "tcp-request session accept",
            "tcp-request content accept",
            "monitor fail if x",
        ],
        ["http-request deny", "'http-request' \"allow\"", "redirect prefix / if x"],
        ["use_backend a if x", "use-server a if x"],
    ]


def test_an_escaped_blank_at_the_end_stays() -> None:
    assert phase(["  set-x a\\ "], "setup") == ["set-x a\\ "]


def test_only_spaces_and_tabs_are_indentation() -> None:
    assert phase([" \t\u00a0listen evil", "\u2003a"], "setup") == ["\u00a0listen evil", "\u2003a"]


def test_there_are_three_phases() -> None:
    with pytest.raises(ValueError, match="later"):
        phase([], "later")


def test_a_directive_is_known_by_its_first_word() -> None:
    assert has_directive(["a", " hash-type  x"], "hash-type")
    assert not has_directive(["# hash-type", "a hash-type", ""], "hash-type")
