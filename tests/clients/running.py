"""The runner of clients/conformance for Python: makes the steps of one scenario."""

import asyncio

import grpc

from aqueduct.client import CallError
from aqueduct.client.errors import made
from tests.clients.driving import Document, Driver, Watching, error_document
from tests.clients.folding import Folding, named
from tests.clients.matching import at, filled, mismatch
from tests.clients.served import Served
from tests.load import fetch

STEP = 15.0
"""Seconds that a step has."""


class Scenario:
    """The run of one scenario."""

    def __init__(self, driver: Driver, served: Served) -> None:
        self._driver = driver
        self._served = served
        self._variables = dict(served.variables)
        self._begun: dict[str, asyncio.Task[Document]] = {}
        self._watches: dict[str, tuple[Watching, Folding, Document]] = {}

    async def run(self, steps: list[Document]) -> None:
        """Make all steps. AssertionError for the first that does not come out as it should."""
        await self._served.tell("reset")
        try:
            for number, step in enumerate(steps, 1):
                await self._make(number, filled(step, self._variables))
        finally:
            for watching, _, _ in self._watches.values():
                await watching.close()
            for task in self._begun.values():
                task.cancel()

    async def _make(self, number: int, step: Document) -> None:
        try:
            async with asyncio.timeout(STEP):
                answer, wanted = await self._answer(step), step.get("expect", {})
                assert "error" not in step, f"step {number}: no error, but {answer}"
        except CallError as error:
            answer, wanted = error_document(error), step.get("error")
            assert wanted is not None, f"step {number}: {answer}"
        wrong = mismatch(wanted, answer)
        assert not wrong, f"step {number}: {wrong}\n{step}"
        for name, path in step.get("save", {}).items():
            self._variables[name] = at(path, answer)

    async def _answer(self, step: Document) -> Document:
        kind = next(kind for kind in KINDS if kind in step)
        found: Document | None = await getattr(self, f"_{kind}")(step)
        return found or {}

    async def _begin(self, step: Document) -> None:
        self._begun[step["begin"]] = asyncio.create_task(self._call(step))
        await asyncio.sleep(0)

    async def _call(self, step: Document) -> Document:
        return await self._driver.call(step["call"], step.get("request", {}), step.get("deadline"))

    async def _cancel(self, step: Document) -> None:
        self._begun[step["cancel"]].cancel()

    async def _finish(self, step: Document) -> Document:
        try:
            return await self._begun.pop(step["finish"])
        except asyncio.CancelledError:
            raise made(grpc.StatusCode.CANCELLED, "cancelled") from None

    async def _list(self, step: Document) -> Document:
        return {"items": await self._driver.pages(step["list"], step.get("request", {}))}

    async def _watch(self, step: Document) -> None:
        folding = Folding(int(step["after"]) if "after" in step else None)
        self._watches[step["as"]] = (self._driver.watch(step), folding, step)

    async def _next(self, step: Document) -> Document:
        return await self._taken(step["next"])

    async def _taken(self, name: str) -> Document:
        watching, folding, begun = self._watches[name]
        event = await watching.next()
        if begun["watch"] == "config":
            folding.take(event)
        return event

    async def _seek(self, step: Document) -> Document:
        while mismatch(step["expect"], event := await self._taken(step["seek"])):
            pass
        return event

    async def _folded(self, step: Document) -> None:
        _, folding, begun = self._watches[step["folded"]]
        resources = begun.get("resources", [])
        stored = await self._driver.call("ConfigService/Export", {"resources": resources}, None)
        while folding.state != named(stored.get("configuration", {})):
            await self._taken(step["folded"])
        if resources:
            return
        history = await self._driver.pages("ConfigService/ListRevisions", {})
        numbers = sorted(int(each["revision"]) for each in history)
        assert folding.told == [each for each in numbers if folding.began < each <= folding.revision]

    async def _close(self, step: Document) -> None:
        watching, _, _ = self._watches.pop(step["close"])
        await watching.close()

    async def _server(self, step: Document) -> Document:
        answer: Document = await self._served.tell(step["server"])
        return answer

    async def _health(self, step: Document) -> Document:
        return await self._driver.call("Health/Check", {"service": step["health"]}, None)

    async def _fetch(self, step: Document) -> Document:
        port = int(step["fetch"].rpartition(":")[2].partition("/")[0])
        answer = await fetch(port)
        return {"status": answer.status, "body": answer.body.decode()}


KINDS = (
    "begin",
    "call",
    "cancel",
    "finish",
    "list",
    "watch",
    "next",
    "seek",
    "folded",
    "close",
    "server",
    "health",
    "fetch",
)
