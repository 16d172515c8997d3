"""Which pages are compressed, for whom."""

import gzip

import pytest

from aqueduct.gateway.answers import Answer
from aqueduct.gateway.compression import accepts_gzip, compressible, encoded

LONG = b"aqueduct " * 1_000


@pytest.mark.parametrize(
    ("accept_encoding", "accepted"),
    [
        (None, False),
        ("", False),
        ("gzip", True),
        ("deflate, GZIP;q=0.5, br", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("*", True),
        ("*;q=0", False),
        ("gzip;q=0, *", False),
        ("br", False),
    ],
)
def test_gzip_is_for_those_who_ask_for_it(accept_encoding: str | None, accepted: bool) -> None:
    assert accepts_gzip(accept_encoding) is accepted


def test_a_long_page_is_compressed_and_says_so() -> None:
    answer = encoded(compressible(Answer(LONG, "text/css", headers={"A": "b"})), "gzip")
    assert gzip.decompress(answer.body) == LONG
    assert answer.headers == {"A": "b", "Vary": "Accept-Encoding", "Content-Encoding": "gzip"}


def test_who_does_not_take_it_learns_that_others_get_something_else() -> None:
    answer = encoded(compressible(Answer(LONG)), None)
    assert (answer.body, answer.headers) == (LONG, {"Vary": "Accept-Encoding"})


@pytest.mark.parametrize("answer", [Answer(LONG), compressible(Answer(b"short"))])
def test_what_is_made_anew_and_what_is_short_is_as_it_is(answer: Answer) -> None:
    assert encoded(answer, "gzip") == answer
