"""The account that traffic keeps."""

import pytest

from aqueduct.demo.traffic import Traffic
from aqueduct.demo.webservice import WebService
from tests.unit.demo.scripted import LAST, OK, scripted


@pytest.mark.parametrize("keep_alive", [True, False, None])
async def test_every_request_is_counted_on_both_sides(keep_alive: bool | None) -> None:
    async with WebService("1.0.0") as web:
        async with Traffic(web.port, keep_alive=keep_alive) as traffic:
            await traffic.further(100)
        assert traffic.requests >= 100
        assert traffic.answers == {"1.0.0": web.requests}
    assert traffic.failures == []
    assert traffic.slowest > 0


@pytest.mark.parametrize(
    "connection", [[OK, OK], [OK, LAST]], ids=["closed while idle", "closed as announced"]
)
async def test_what_http_allows_is_no_failure(connection: list[bytes]) -> None:
    async with (
        scripted(connection) as port,
        Traffic(port, connections=2, keep_alive=True, pause=0.001) as traffic,
    ):
        await traffic.further(20)
    assert traffic.failures == []


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (b"", "closed without an answer"),
        (b"HTTP/1.1 503 Sorry\r\nContent-Length: 0\r\n\r\n", "status 503"),
    ],
)
async def test_everything_else_is(answer: bytes, what: str) -> None:
    async with scripted([OK, answer], [OK] * 1000) as port, Traffic(port, connections=1) as traffic:
        await traffic.further(20)
    assert [failure.what for failure in traffic.failures] == [what]
    assert traffic.requests == traffic.answers["a"] + 1


async def _interrupted(port: int) -> None:
    async with Traffic(port) as traffic:
        await traffic.further(1)
        raise ZeroDivisionError


async def test_an_error_amid_traffic_ends_it() -> None:
    async with WebService("1.0.0") as web:
        with pytest.raises(ZeroDivisionError):
            await _interrupted(web.port)
