"""A configuration file as its sections."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aqueduct.render.sections import header_of, join, split_sections, unused

LINES = st.sampled_from(
    [
        "",
        "  ",
        "# note",
        "global",
        "defaults",
        "  frontend  web # x",
        "backend web",
        "    mode http",
        "\tbind *:80 ",
    ]
)


@pytest.mark.parametrize(
    ("line", "header"),
    [
        ("frontend web", "frontend web"),
        ("  frontend\tweb  # note", "frontend web"),
        ("frontend web from base", "frontend web"),
        ("global", "global"),
        ("backend 'it", "backend 'it"),
        ("", None),
        ("   ", None),
        ("# frontend web", None),
        ("mode http", None),
        ("frontends", None),
        ("\u00a0listen evil", None),
        ('"lis"ten evil', "listen evil"),
        ("listen\\x00z evil", "listen evil"),
    ],
)
def test_a_header_is_a_keyword_and_a_name(line: str, header: str | None) -> None:
    assert header_of(line) == header


def test_a_file_falls_apart_into_sections() -> None:
    text = "# note\n\nglobal\n  maxconn 1\n\n\nfrontend web\n  mode http\n"
    assert split_sections(text) == {
        "": "# note\n",
        "global": "global\n  maxconn 1\n",
        "frontend web": "frontend web\n  mode http\n",
    }


def test_nothing_has_no_sections() -> None:
    assert split_sections("") == split_sections("\n \n") == {}


def test_a_header_that_comes_back_is_counted() -> None:
    text = "defaults\n  mode tcp\n\nlisten a\n\ndefaults\n  mode http\n\ndefaults\n"
    assert list(split_sections(text)) == ["defaults", "listen a", "defaults (2)", "defaults (3)"]
    assert join(split_sections(text)) == text


def test_an_unused_header_stays() -> None:
    assert unused("a", {"b"}) == "a"
    assert unused("a", {"a", "a (2)"}) == "a (3)"


@given(st.lists(LINES).map("\n".join))
def test_sections_come_back_from_their_file(text: str) -> None:
    sections = split_sections(text)
    assert list(split_sections(join(sections)).items()) == list(sections.items())
    lines = [line for line in text.split("\n") if line.strip()]
    assert [line for line in join(sections).split("\n") if line.strip()] == lines


@pytest.mark.parametrize("blank", ["\u00a0", "\u2003", "\u3000", "\u2028", "\x85", "\x1c"])
def test_unicode_blanks_are_letters(blank: str) -> None:
    text = f"frontend web\n{blank}listen evil\n{blank}\n"
    assert split_sections(text) == {"frontend web": text}
