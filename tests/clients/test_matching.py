"""How answers are matched, as clients/conformance/README.md has it."""

from typing import Any

import pytest

from tests.clients.matching import at, filled, mismatch

ANSWER = {"a": "x1", "n": "5", "t": True, "f": 0.0, "l": [{"k": "1"}, {"k": "2"}], "m": {}}


@pytest.mark.parametrize(
    "expected",
    [
        {},
        {"a": "x1", "n": 5, "t": "true", "f": 0, "b": None},
        {"l": [{"k": 1}, {}], "m": {}},
        {"a": {"$contains": "1"}, "l": {"$size": 2}, "n": {"$above": 4}, "m": {"$any": True}},
        {"l": {"$has": [{"k": "2"}]}, "a": {"$not": "x"}},
    ],
)
def test_matches(expected: Any) -> None:
    assert mismatch(expected, ANSWER) == ""


@pytest.mark.parametrize(
    ("expected", "where"),
    [
        ({"a": None}, "answer.a is there"),
        ({"a": "x"}, "answer.a"),
        ({"b": "x"}, "answer.b"),
        ({"b": {"$any": True}}, "answer.b"),
        ({"b": {"$not": 1}}, "answer.b"),
        ({"m": ""}, "answer.m"),
        ({"m": []}, "answer.m"),
        ({"a": {}}, "answer.a"),
        ({"l": [{}]}, "answer.l"),
        ({"l": [{}, {"k": 3}]}, "answer.l[1].k"),
        ({"l": {"$size": 1}}, "answer.l"),
        ({"l": {"$has": [{"k": 3}]}}, "answer.l"),
        ({"n": {"$above": 5}}, "answer.n"),
        ({"a": {"$contains": "y"}}, "answer.a"),
    ],
)
def test_does_not_match(expected: Any, where: str) -> None:
    assert mismatch(expected, ANSWER).startswith(where)


def test_variables() -> None:
    assert filled({"${a}": ["<${a}${b}>", 1, None]}, {"a": "x", "b": "y"}) == {"${a}": ["<xy>", 1, None]}
    assert (at("l.1.k", ANSWER), at("t", ANSWER)) == ("2", "true")
