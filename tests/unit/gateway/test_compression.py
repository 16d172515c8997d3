"""Which pages are compressed, for whom."""

import gzip

import pytest

from aqueduct.gateway.answers import Answer
from aqueduct.gateway.compression import accepts_gzip, compressed

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
    answer = compressed(Answer(LONG, "text/css", headers={"A": "b"}), "gzip")
    assert gzip.decompress(answer.body) == LONG
    assert answer.headers == {"A": "b", "Vary": "Accept-Encoding", "Content-Encoding": "gzip"}


@pytest.mark.parametrize(("body", "accept_encoding"), [(LONG, None), (b"short", "gzip")])
def test_others_are_as_they_are(body: bytes, accept_encoding: str | None) -> None:
    answer = compressed(Answer(body), accept_encoding)
    assert answer.body == body
    assert answer.headers == {"Vary": "Accept-Encoding"}
