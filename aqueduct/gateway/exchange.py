"""One HTTP request: finds its method, makes its call, gives its answer. Does no I/O of its own.

All that is decided about a call is decided by `rpc/calls.py` and the method, as for gRPC.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl, urlencode

from google.protobuf.message import Message

from aqueduct.errors import Invalid
from aqueduct.gateway.answers import (
    Answer,
    answer_of,
    is_resource,
    is_whole,
    list_answer,
    list_parts,
    offered,
    tag_of,
)
from aqueduct.gateway.conditions import Conditions
from aqueduct.gateway.deadlines import timeout_of
from aqueduct.gateway.errors import precondition_failed
from aqueduct.gateway.fields import as_written
from aqueduct.gateway.making import guarded, listed
from aqueduct.gateway.negotiation import check_json, chosen
from aqueduct.gateway.requests import NO_BODY, Body, is_raw, read_request
from aqueduct.gateway.routes import Route, Router, routes_of
from aqueduct.gateway.streams import Item, item_of, resume_of
from aqueduct.rpc.calls import Call, Calls
from aqueduct.rpc.servicers import Method
from aqueduct.rpc.shared import Shared

T = TypeVar("T")

_TIMEOUT: Final = 300.0
"""Seconds that a call may take whose client says nothing. Streams may go on for ever."""
_LARGE: Final = 64 * 1024
"""Bytes up to which a message is read and written at once."""
_SAFE: Final = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request. `path` and `query` are as they came, headers by names in lower case."""

    verb: str
    path: str
    query: str
    headers: Mapping[str, str]
    read: Callable[[], Awaitable[bytes]]
    """Reads the body. HttpError where it is too large, or too slow."""


class Exchange:
    """Answers requests by methods. Refused (HttpError among them) where they fail."""

    def __init__(self, methods: Iterable[Method], calls: Calls) -> None:
        self.router = Router(routes_of(methods))
        self._calls = calls
        self._items: dict[tuple[str, str], Shared[Item]] = {}
        self._listing = asyncio.Lock()
        self._aside = ThreadPoolExecutor(1, thread_name_prefix="gateway")

    def close(self) -> None:
        """Do nothing more aside."""
        self._aside.shutdown(wait=False, cancel_futures=True)

    def found(self, request: Request) -> tuple[Route, Mapping[str, str]]:
        """Return the route of a request, and the values that its path holds."""
        return self.router.find(request.verb, request.path)

    async def answer(self, request: Request, route: Route, values: Mapping[str, str]) -> Answer:
        """Return the answer of a method that has one response."""
        call = Call(route.method.name, request.headers, timeout_of(request.headers, _TIMEOUT), "rest")
        types = offered(route)
        media_type = chosen(request.headers.get("accept"), types) if types else ""

        async def work() -> Answer:
            message = await self._request(request, route, values)
            conditions = Conditions.read(request.headers)
            if request.verb in _SAFE:
                response = await listed(route, message)
                answer = await self._read(request, route, response, media_type)
                return tagged(answer, tag_of(route, response, answer.body), conditions)
            response = await guarded(
                route, message, conditions, lambda verb: self.router.find(verb, request.path)
            )
            whole = is_whole(message)
            answer = await self._done(response.ByteSize(), answer_of, route, response, media_type, whole)
            if whole or request.verb == "DELETE" or not is_resource(route):
                return answer
            headers = {"ETag": tag_of(route, response, answer.body), "Content-Location": request.path}
            return replace(answer, headers={**answer.headers, **headers})

        return await self._calls.answer(call, work)

    def stream(self, request: Request, route: Route, values: Mapping[str, str]) -> AsyncGenerator[Item, None]:
        """Yield what a method that streams responds. To be iterated and closed by one task."""
        call = Call(route.method.name, request.headers, timeout_of(request.headers, None), "rest")
        after, last = resume_of(route).after, request.headers.get("last-event-id")
        resumed = {**values, after: last} if after and last else values

        made = self._items.setdefault(
            (route.method.name, route.response_body),
            Shared(partial(item_of, route), lambda item: len(item.text)),
        )

        async def work() -> AsyncGenerator[Item, None]:
            message = await self._request(request, route, resumed)
            try:
                async with aclosing(route.method.function(message, None)) as responses:
                    async for response in responses:
                        yield made(response)
            except Invalid as error:
                raise as_written(error, route) from error

        return self._calls.stream(call, work)

    async def _request(self, request: Request, route: Route, values: Mapping[str, str]) -> Message:
        body = await _body(route, request)
        return await self._done(len(body.content), read_request, route, values, request.query, body)

    async def _read(self, request: Request, route: Route, response: Message, media_type: str) -> Answer:
        """Return the answer of a GET. Lists are made one at a time, with turns for others in between."""
        if not route.is_paged:
            return await self._done(response.ByteSize(), answer_of, route, response, media_type)
        parts = []
        async with self._listing:
            for part in list_parts(route, response):
                parts.append(part)
                await asyncio.sleep(0)
        answer = list_answer(route, response, "".join(parts).encode())
        return replace(answer, headers={**answer.headers, **_next_page(request, response)})

    async def _done(self, size: int, work: Callable[..., T], *arguments: Any) -> T:
        """Return what `work` makes of so many bytes: aside, one at a time, where they are many.

        Millions of values take seconds to be read, in which nobody else would have a turn.
        """
        if size <= _LARGE:
            return work(*arguments)
        return await asyncio.get_running_loop().run_in_executor(self._aside, partial(work, *arguments))


def tagged(answer: Answer, tag: str, conditions: Conditions) -> Answer:
    """Return the answer of a GET with its tag; 304 where the client has it already.

    HttpError 412 where it asks for another.
    """
    if conditions.match is not None and not conditions.match.holds(tag):
        raise precondition_failed(f"the answer's tag is {tag}")
    headers = {**answer.headers, "ETag": tag}
    if conditions.none_match is not None and conditions.none_match.holds(tag):
        return Answer(b"", answer.media_type, 304, headers)
    return replace(answer, headers=headers)


async def _body(route: Route, request: Request) -> Body:
    if not route.body:
        return NO_BODY
    headers = request.headers
    media_type = headers.get("content-type", "")
    content = await request.read()
    if content and not is_raw(route):
        check_json(media_type, headers.get("content-encoding"))
    return Body(content, media_type)


def _next_page(request: Request, response: Message) -> dict[str, str]:
    """Return the header that leads to the next page (RFC 8288)."""
    token = getattr(response, "next_page_token", "")
    if not token:
        return {}
    pairs = [pair for pair in parse_qsl(request.query) if pair[0] not in ("page_token", "pageToken")]
    query = urlencode([*pairs, ("page_token", token)])
    return {"Link": f'<{request.path}?{query}>; rel="next"'}
