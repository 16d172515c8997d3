"""Answers and streams, sent by aiohttp. Clients that take nothing of them for STALLED seconds are left."""

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Final

from aiohttp import WSCloseCode, WSMsgType, web

from aqueduct.gateway.ahead import SILENT, Ahead
from aqueduct.gateway.answers import Answer
from aqueduct.gateway.errors import error_document, http_code, malformed, phrase
from aqueduct.gateway.streams import FRAMINGS, Item, error_item, message
from aqueduct.rpc.calls import Refused

STALLED: Final = 20.0
"""Seconds that a client may take nothing of what was sent."""
ALIVE: Final = 10.0
"""Seconds after which a stream that has nothing to say shows that it is alive."""
PATIENCE: Final = 0.25
"""Seconds that a stream has for its first item, or for its error, before the answer begins."""

_PASSING: Final = frozenset({429, 503})
_UNBUFFERED: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_SLICE: Final = 64 * 1024
_MAX_MESSAGE: Final = 4_096
"""Bytes of a message from a WebSocket's client: none is looked at."""
_MAX_REASON: Final = 120
"""Bytes of the reason by which a WebSocket is closed, less than RFC 6455 allows (5.5)."""


async def send(request: web.BaseRequest, answer: Answer, headers: Mapping[str, str]) -> web.StreamResponse:
    """Send an answer; return it, as aiohttp has it."""
    headers = {**headers, **answer.headers}
    if answer.status not in (204, 304):
        headers["Content-Type"] = answer.content_type
    if len(answer.body) <= _SLICE:
        reason = phrase(answer.status)
        return web.Response(body=answer.body, status=answer.status, reason=reason, headers=headers)
    response = web.StreamResponse(status=answer.status, headers=headers)
    response.content_length = len(answer.body)
    await response.prepare(request)
    if request.method != "HEAD":
        body = memoryview(answer.body)
        for first in range(0, len(body), _SLICE):
            await _write(request, response, bytes(body[first : first + _SLICE]))
    return response


async def send_stream(
    request: web.BaseRequest, ahead: Ahead, media_type: str, headers: Mapping[str, str]
) -> web.StreamResponse:
    """Send a stream in chunks. Refused where it fails before it has begun."""
    frame, alive = FRAMINGS[media_type]
    response = web.StreamResponse(headers={**headers, **_UNBUFFERED, "Content-Type": media_type})
    item = await ahead.next(PATIENCE)
    await response.prepare(request)
    try:
        while item is not None:
            await _write(request, response, alive if item is SILENT else frame(item))
            item = await ahead.next(ALIVE)
    except Refused as refused:
        await _write(request, response, frame(error_item(error_document(refused))))
    return response


async def send_messages(
    request: web.BaseRequest, ahead: Ahead, headers: Mapping[str, str]
) -> web.StreamResponse:
    """Send a stream over a WebSocket. Refused where it fails before it has begun."""
    socket = web.WebSocketResponse(heartbeat=ALIVE, compress=False, max_msg_size=_MAX_MESSAGE)
    if not socket.can_prepare(request).ok:
        raise malformed("the request is no handshake of a WebSocket (RFC 6455, 4.1)")
    socket.headers.update(headers)
    item = await ahead.next(PATIENCE)
    await socket.prepare(request)
    sending = asyncio.create_task(_send_messages(request, socket, ahead, item))
    try:
        kind = WSMsgType.TEXT
        while kind in (WSMsgType.TEXT, WSMsgType.BINARY):
            kind = (await socket.receive()).type
        if kind is WSMsgType.CLOSING:  # by us
            await sending
    finally:
        sending.cancel()
        await asyncio.wait([sending])
    return socket


async def _send_messages(
    request: web.BaseRequest, socket: web.WebSocketResponse, ahead: Ahead, item: Item | None
) -> None:
    code, reason = WSCloseCode.OK, ""
    try:
        while item is not None:
            if item is not SILENT:
                await _within_stall(request, socket.send_str(message(item)))
            item = await ahead.next(ALIVE)
    except Refused as refused:
        last = error_item(error_document(refused))
        await _within_stall(request, socket.send_str(message(last)))
        code = WSCloseCode.GOING_AWAY if http_code(refused) in _PASSING else WSCloseCode.INTERNAL_ERROR
        reason = str(refused)
    await socket.close(code=code, message=reason.encode()[:_MAX_REASON].decode(errors="ignore").encode())


async def _write(request: web.BaseRequest, response: web.StreamResponse, data: bytes) -> None:
    await _within_stall(request, response.write(data))


async def _within_stall(request: web.BaseRequest, writing: Awaitable[None]) -> None:
    """Wait for a write; leave the client where it takes nothing for too long."""
    try:
        async with asyncio.timeout(STALLED):
            await writing
    except TimeoutError:
        if request.transport is not None:
            request.transport.abort()
        raise ConnectionResetError("the client takes nothing") from None
