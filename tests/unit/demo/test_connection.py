"""What a client connection takes for an answer, and what for a fault."""

from collections.abc import Sequence

import pytest

from aqueduct.demo.connection import Answer, Faulty, fetch
from aqueduct.demo.ports import free_port
from tests.unit.demo.scripted import LAST, OK, scripted


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (OK, Answer(200, b"a", closing=False)),
        (LAST, Answer(200, b"a", closing=True)),
        (b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n", Answer(204, b"", closing=False)),
        (b"HTTP/1.0 503 Sorry\r\n\r\nto the end", Answer(503, b"to the end", closing=True)),
    ],
)
async def test_answers(sent: bytes, answer: Answer) -> None:
    async with scripted([sent]) as port:
        assert await fetch(port) == answer


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ([b""], "closed without an answer"),
        ([b"HTTP/1.1 200 OK\r\nCont"], "closed amid the head"),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc"], "closed amid the body"),
    ],
)
async def test_faults(script: Sequence[bytes], words: str) -> None:
    async with scripted(script) as port:
        with pytest.raises(Faulty, match=words):
            await fetch(port)


async def test_nobody_listens() -> None:
    with pytest.raises(Faulty, match="connect: Connection refused"):
        await fetch(free_port())
