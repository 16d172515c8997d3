"""Methods called for HTTP: errors in the caller's names, whole lists, and preconditions.

A precondition becomes the `expected_revision` of the request where it says one, so that the store decides.
Where it depends on what there is (`If-Match: *`, several tags), the resource is read by the GET of the same
path, and expected to be still as it was read; where it is not, that is done anew.
"""

from collections.abc import Callable
from typing import Any, Final

from google.protobuf.message import Message

from aqueduct.errors import Conflict, Exhausted, Invalid, NotFound
from aqueduct.gateway.answers import revision_of
from aqueduct.gateway.conditions import Conditions
from aqueduct.gateway.errors import malformed, precondition_failed
from aqueduct.gateway.fields import as_written
from aqueduct.gateway.requests import read_request
from aqueduct.gateway.routes import Route

MAX_LIST_BYTES: Final = 32 * 1024 * 1024
"""The most that a list holds, as messages, where no page is asked for."""

Find = Callable[[str], tuple[Route, Any]]
"""Finds the route of a verb at the path of the request; HttpError where there is none."""


async def made(route: Route, message: Message) -> Any:
    """Return the response of a method. Errors name fields as its HTTP caller wrote them."""
    try:
        return await route.method.function(message, None)
    except Invalid as error:
        raise as_written(error, route) from error


async def listed(route: Route, message: Any) -> Any:
    """Return the response of a method; all pages as one, unless one is asked for."""
    response = await made(route, message)
    if not route.is_paged or message.page_size or message.page_token:
        return response
    whole, items, size = response, getattr(response, route.response_body), 0
    while response.next_page_token:
        size += response.ByteSize()
        if size > MAX_LIST_BYTES:
            raise Exhausted("LARGE_LIST", f"more than {MAX_LIST_BYTES:,} bytes: ask for pages, by page_size")
        message.page_token = response.next_page_token
        response = await made(route, message)
        items.extend(getattr(response, route.response_body))
    whole.next_page_token = ""
    return whole


async def guarded(route: Route, message: Any, conditions: Conditions, find: Find) -> Any:
    """Return the response of a write that is made only where `conditions` allow for it."""
    if not conditions:
        return await made(route, message)
    if "expected_revision" not in message.DESCRIPTOR.fields_by_name:
        raise malformed("If-Match and If-None-Match say nothing here")
    if message.HasField("expected_revision"):
        raise malformed("expected_revision and If-Match or If-None-Match exclude each other")
    expected = conditions.expected()
    if expected is None:
        return await _guarded_by_what_there_is(route, message, conditions, find)
    message.expected_revision = expected
    try:
        return await made(route, message)
    except Conflict as error:
        raise precondition_failed(str(error)) from error


async def _guarded_by_what_there_is(route: Route, message: Any, conditions: Conditions, find: Find) -> Any:
    while True:
        revision = await _revision(find)
        if not conditions.allow(revision):
            raise precondition_failed(conditions.failure(revision))
        message.expected_revision = revision
        try:
            return await made(route, message)
        except Conflict:  # changed since it was read
            continue


async def _revision(find: Find) -> int:
    """Return the revision of what is at the path, 0 where nothing is."""
    route, values = find("GET")
    try:
        response = await made(route, read_request(route, values, ""))
    except NotFound:
        return 0
    return revision_of(getattr(response, route.response_body)) or 0
