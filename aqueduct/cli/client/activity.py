"""`activity` and `watch activity`: what happened, and what happens, one line each or as documents."""

from collections.abc import Sequence
from contextlib import closing
from itertools import islice
from typing import Final

from aqueduct.cli.client import outcomes, screen
from aqueduct.cli.client.connection import Connection, connected, pages
from aqueduct.cli.client.resuming import Stream, resumed
from aqueduct.cli.client.writing import TABLE
from aqueduct.cli.commands.options import Server
from aqueduct.model.documents import to_document
from aqueduct.model.times import timestamp
from aqueduct.model.tokens import tokens
from aqueduct.v1.activity_pb2 import (
    ActivityWatchRequest,
    ActivityWatchResponse,
    Event,
    ListActivityRequest,
    Verb,
)

_HEADERS: Final = ("TIME", "EVENT", "WHAT")
_PAGE: Final = 1_000


def watch(
    server: Server, resources: Sequence[str], verbs: Sequence[str], *, after: int | None, output: str
) -> int:
    """Tell events until Ctrl-C."""
    with connected(server) as connection:
        feed = _Feed(connection, ActivityWatchRequest(resources=resources, verbs=_numbers(verbs)), after)
        with closing(resumed(feed.begin, server, anew=feed.forget)) as responses:
            for response in responses:
                feed.take(response, output)
    return 0


def listed(
    server: Server,
    resources: Sequence[str],
    verbs: Sequence[str],
    *,
    since: float | None,
    text: str,
    limit: int,
    output: str,
) -> int:
    """Tell the newest events, the newest first. `since` is in seconds since 1970-01-01 UTC."""
    request = ListActivityRequest(resources=resources, verbs=_numbers(verbs), text=text)
    if since is not None:
        request.start_time.CopyFrom(timestamp(since))
    with connected(server) as connection:

        def page(token: str) -> tuple[Sequence[Event], str]:
            request.page_token, request.page_size = token, min(limit or _PAGE, _PAGE)
            response = connection.ask(connection.activity.ListActivity, request)
            return response.events, response.next_page_token

        events = list(islice(pages(page), limit or None))
    if output != TABLE:
        outcomes.printed({"events": [to_document(event) for event in events]}, output)
    elif events:
        screen.table(_HEADERS, map(_row, events))
    else:
        screen.tell("nothing happened", err=True)
    return 0


class _Feed:
    """How far the stream is."""

    def __init__(self, connection: Connection, request: ActivityWatchRequest, after: int | None) -> None:
        self._connection = connection
        self._request = request
        self._known = after

    def begin(self) -> Stream[ActivityWatchResponse]:
        """Watch from there on."""
        request = ActivityWatchRequest(after_id=self._known)
        request.MergeFrom(self._request)
        return self._connection.activity.ActivityWatch(request)

    def forget(self) -> None:
        """Begin with what happens from now on."""
        self._known = None

    def take(self, response: ActivityWatchResponse, output: str) -> None:
        """Tell a response."""
        self._known = response.last_id
        if output != TABLE:
            outcomes.streamed(response, output)
            return
        if response.missed:
            screen.tell(f"{response.missed} events before these were missed", err=True)
        for event in response.events:
            screen.tell(screen.plain(" ".join(_row(event))))


def _row(event: Event) -> tuple[str, str, str]:
    verb = tokens(Verb.DESCRIPTOR).get(event.verb, "")
    return outcomes.local(event.time), verb, event.message


def _numbers(verbs: Sequence[str]) -> list[str]:
    return [Verb.Name(verb) for verb, word in tokens(Verb.DESCRIPTOR).items() if word in verbs]
