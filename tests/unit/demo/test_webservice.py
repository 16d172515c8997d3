"""The web service, as a process and in this one."""

from aqueduct.demo.connection import Connection, fetch
from aqueduct.demo.processes import web_service
from aqueduct.demo.webservice import WebService


async def test_it_keeps_connections_that_want_it() -> None:
    async with WebService("1.0.0") as web:
        connection = await Connection.open("127.0.0.1", web.port)
        for _ in range(2):
            answer = await connection.get("x", "/", keep=True)
            assert (answer.status, answer.body, answer.closing) == (200, b"1.0.0", False)
        assert (await connection.get("x", "/", keep=False)).closing
        connection.close()
        assert web.requests == 3


async def test_as_a_process() -> None:
    async with web_service("2.0.0") as (port, pid):
        assert pid > 0
        assert (await fetch(port)).body == b"2.0.0"
