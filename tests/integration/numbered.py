"""A frontend that answers its own number, so that a test sees which put HAProxy serves."""

from dataclasses import dataclass

from aqueduct.demo.connection import Connection
from aqueduct.demo.ports import free_port
from aqueduct.demo.processes import Aqueduct
from aqueduct.v1.frontend_pb2 import Frontend, GetFrontendRequest, PutFrontendRequest, PutFrontendResponse


@dataclass(frozen=True, slots=True)
class Numbered:
    """A frontend of key `key` on `port`; each number is a change that takes a reload."""

    aqueduct: Aqueduct
    key: str
    port: int

    @classmethod
    def on(cls, aqueduct: Aqueduct, key: str = "numbered") -> "Numbered":
        return cls(aqueduct, key, free_port())

    def resource(self, number: int) -> Frontend:
        answer = f"http-request return status 200 content-type text/plain string {number}"
        return Frontend(key=self.key, bind=f"127.0.0.1:{self.port}", backend="none", natives=[answer])

    async def put(self, number: int, timeout: float | None = None) -> PutFrontendResponse:
        request = PutFrontendRequest(frontend=self.resource(number))
        return await self.aqueduct.frontends.PutFrontend(request, timeout=timeout)

    async def stored(self) -> int:
        response = await self.aqueduct.frontends.GetFrontend(GetFrontendRequest(key=self.key))
        return int(response.frontend.natives[0].rsplit(" ", 1)[1])

    async def served(self) -> int:
        connection = await Connection.open("127.0.0.1", self.port)
        try:
            answer = await connection.get("numbered", "/", keep=False)
        finally:
            connection.close()
        return int(answer.body)
