"""The rules of quoting: what HAProxy makes of a line, and how a word survives it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aqueduct.model.words import first_word, has_control, quote, split, words_of
from tests.unit.model.lines import SPLITS

WORDS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]))
LINES = st.text(st.sampled_from(" \t'\"\\#$xn41abé{}"), max_size=20)


@pytest.mark.parametrize(("line", "words"), SPLITS)
def test_a_line_falls_into_words(line: str, words: list[str]) -> None:
    assert split(line) == words


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("a 'b", "the ' at character 3 must be closed"),
        ('"b\\"', 'the " at character 1 must be closed'),
        ("a\\", "a backslash at the end"),
        ("\\x4", "\\x4 must be \\x and two digits"),
        ('"\\xzz"', "\\xzz must be"),
        ("\\xff", "must be UTF-8"),
        ("a " * 65, "HAProxy takes 64 in a line"),
    ],
)
def test_a_line_that_cannot_be_read_says_why(line: str, told: str) -> None:
    with pytest.raises(ValueError, match=told.replace("\\", "\\\\")):
        split(line)


@pytest.mark.parametrize(
    ("word", "quoted"),
    [
        ("", "''"),
        ("path_beg(x),/a:1@%*", "path_beg(x),/a:1@%*"),
        ("a b", "'a b'"),
        ("it's", "'it'\"'\"'s'"),
        ("#a", "'#a'"),
        ("$HOME", "'$HOME'"),
        ('"', "'\"'"),
        ("\\", "'\\'"),
        ("é", "'é'"),
    ],
)
def test_a_word_is_quoted_where_it_has_to_be(word: str, quoted: str) -> None:
    assert quote(word) == quoted


@pytest.mark.parametrize(
    ("line", "keyword"),
    [
        *(("", ""), ("  ", ""), ("# a", ""), ("'' a", "")),
        *(("a", "a"), (" \ta\tb", "a"), ("a#b", "a"), ("bind\\x00z", "bind"), ("bind\0z", "bind")),
        *(('"bi"nd x', "bind"), ("bi'nd' x", "bind"), ("bi\\x6ed", "bind"), ("\u00a0a b", "\u00a0a")),
        ("'a b", "'a"),
    ],
)
def test_the_first_word_is_what_haproxy_takes_for_the_keyword(line: str, keyword: str) -> None:
    assert first_word(line) == keyword


def test_a_line_that_cannot_be_read_falls_apart_at_haproxys_blanks() -> None:
    assert words_of("a\u00a0x \t'b c") == ["a\u00a0x", "'b", "c"]


@pytest.mark.parametrize("word", ["a\nb", "\0", "\x85", "\u2028"])
def test_a_word_with_a_control_character_cannot_be_quoted(word: str) -> None:
    assert has_control(word)
    with pytest.raises(ValueError, match="control characters"):
        quote(word)


@pytest.mark.parametrize("word", ["", "a b", "é", "\u00a0"])
def test_other_characters_are_no_control_characters(word: str) -> None:
    assert not has_control(word)


@given(st.lists(WORDS))
def test_quoted_words_come_back_as_they_were(words: list[str]) -> None:
    line = " ".join(map(quote, words))
    assert split(line) == words
    assert line.splitlines() in ([line], [])


@given(LINES)
def test_a_line_of_quoted_words_means_the_same_as_the_line(line: str) -> None:
    try:
        words = split(line)
    except ValueError:
        return
    if not any(map(has_control, words)):
        assert split(" ".join(map(quote, words))) == words
