"""The framing of axon 1.0.0, by which a Thalassa registry publishes: bytes to messages, and back.

    frame := kind (1 byte)  length (3 bytes, big endian)  body
    kind 0: several parts; the body is a sequence of frames of the other kinds
    kind 1: raw bytes       kind 2: JSON text

It is not the AMP framing of later axons. There is no handshake, no heartbeat and no answer.

Invariants: `Decoder` gives the same messages however the bytes were cut, keeps no more than one frame of
`most_bytes`, and after an error is of no use: where the next frame begins is not known any more.
"""

from collections.abc import Sequence
from typing import Final

MOST_BYTES: Final = 2 * 1024 * 1024
"""Of a frame's body. The original takes registrations of 1 MiB."""

Message = tuple[bytes, ...]
"""The parts of one message, their codecs left out."""

_PARTS, _RAW, _JSON = 0, 1, 2
_HEAD: Final = 4
_LONGEST: Final = 2**24 - 1


def encode(parts: Sequence[bytes]) -> bytes:
    """Return the frame of a message as the original sends it: raw parts. ValueError for one too long."""
    return _frame(_PARTS, b"".join(_frame(_RAW, part) for part in parts))


class Decoder:
    """Takes bytes as they come."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._rest = b""

    def feed(self, data: bytes) -> list[Message]:
        """Return the messages that `data` completes. ValueError for what is no message, or is too long."""
        content = self._rest + data
        messages = []
        start = 0
        while len(content) - start >= _HEAD:
            kind, length = _head(content, start)
            if length > self._most_bytes:
                raise ValueError(f"a frame of {length:,} bytes: at most {self._most_bytes:,} are taken")
            end = start + _HEAD + length
            if len(content) < end:
                break
            messages.append(_message(kind, content[start + _HEAD : end]))
            start = end
        self._rest = content[start:]
        return messages


def _frame(kind: int, body: bytes) -> bytes:
    if len(body) > _LONGEST:
        raise ValueError(f"a frame holds {_LONGEST:,} bytes, not {len(body):,}")
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def _head(content: bytes, start: int) -> tuple[int, int]:
    return content[start], int.from_bytes(content[start + 1 : start + _HEAD], "big")


def _message(kind: int, body: bytes) -> Message:
    if kind in (_RAW, _JSON):
        return (body,)
    if kind != _PARTS:
        raise ValueError(f"a frame of the unknown kind {kind}")
    parts = []
    start = 0
    while start < len(body):
        kind, length = _head(body, start)
        end = start + _HEAD + length
        if kind not in (_RAW, _JSON) or end > len(body):
            raise ValueError("a message whose parts do not fill it")
        parts.append(body[start + _HEAD : end])
        start = end
    return tuple(parts)
