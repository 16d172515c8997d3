"""axon 1.0.0's framing: what a real server sent, and whatever else there may be."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aqueduct.model.thalassa.axon import MOST_BYTES, Decoder, Message, encode

CAPTURE = Path(__file__).parents[3] / "thalassa" / "axon_capture.txt"
"""What a subscriber received from thalassa 0.4.1, as hexadecimal."""
MESSAGES = st.lists(st.binary(max_size=300), max_size=4).map(tuple)


def _captured() -> bytes:
    rows = re.findall(r"^[0-9a-f]{8}  ((?:[0-9a-f]{2} +)+) *\|", CAPTURE.read_text(), re.MULTILINE)
    return bytes.fromhex(" ".join(rows))


def test_what_a_real_server_sent_is_read_and_written_alike() -> None:
    received = _captured()
    messages = Decoder().feed(received)
    assert b"".join(map(encode, messages)) == received
    first = messages[0]
    assert first[:2] == (b"/myapp/1.0.0/127.0.0.1/8081", b"online")
    assert json.loads(first[2])["meta"] == {"secondsToExpire": 5, "az": "a", "hostname": "127.0.0.1"}
    assert (b"/myapp/2.0.0/127.0.0.1/8083", b"offline") in messages


@given(st.lists(MESSAGES, max_size=5), st.lists(st.integers(0, 2_000), max_size=10))
def test_messages_are_the_same_however_the_bytes_are_cut(messages: list[Message], cuts: list[int]) -> None:
    content = b"".join(map(encode, messages))
    places = [0, *sorted(min(cut, len(content)) for cut in cuts), len(content)]
    decoder = Decoder()
    found = [message for start, end in pairwise(places) for message in decoder.feed(content[start:end])]
    assert found == messages


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    decoder = Decoder(100)
    try:
        decoder.feed(content)
    except ValueError:
        return
    assert len(decoder._rest) <= 104


@pytest.mark.parametrize("kind", [1, 2])
def test_a_single_part_is_a_message_whatever_its_codec(kind: int) -> None:
    assert Decoder().feed(bytes([kind, 0, 0, 2]) + b"{}") == [(b"{}",)]
    assert Decoder().feed(bytes([0, 0, 0, 6, kind, 0, 0, 2]) + b"{}") == [(b"{}",)]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (bytes([3, 0, 0, 0]), "unknown kind 3"),
        (bytes([0, 0, 0, 4, 0, 0, 0, 0]), "do not fill it"),
        (bytes([0, 0, 0, 4, 1, 0, 0, 1]), "do not fill it"),
        (bytes([0, 0, 0, 2, 1, 0]), "do not fill it"),
        (b"\x01" + (MOST_BYTES + 1).to_bytes(3, "big"), "at most 2,097,152"),
    ],
)
def test_what_is_no_message_is_refused(content: bytes, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Decoder().feed(content)


def test_what_does_not_fit_into_a_frame_is_not_sent() -> None:
    with pytest.raises(ValueError, match="holds 16,777,215 bytes"):
        encode([bytes(2**24)])
