"""`aqueduct top`: the stream in a thread of its own, keys and drawing in the main one.

Invariant: what the stream tells is taken as it comes, whatever is drawn: nothing piles up while it is paused.
"""

import sys
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Final

from aqueduct.cli.client import screen
from aqueduct.cli.client.connection import Connection, connected
from aqueduct.cli.client.resuming import Stream, resumed
from aqueduct.cli.client.statistics import selection
from aqueduct.cli.client.top.controls import Controls
from aqueduct.cli.client.top.page import View, page
from aqueduct.cli.client.top.table import Choice, Sort, Table
from aqueduct.cli.client.top.terminal import Terminal
from aqueduct.cli.commands.options import Server
from aqueduct.cli.failures import Exit, Failed
from aqueduct.v1.stats_pb2 import StatsWatchRequest, StatsWatchResponse

_LAST_TURN: Final = 1.0
"""Seconds that the thread has to end in."""


def top(server: Server, keys: Sequence[str], kinds: Sequence[str], interval: float, sort: str) -> int:
    """Show statistics until `q` or Ctrl-C."""
    if not (screen.is_terminal(sys.stdin) and screen.is_terminal(sys.stdout)):
        raise Failed("top needs a terminal: `aqueduct watch stats` writes to anything.", Exit.USAGE)
    is_ascii = "utf" not in (sys.stdout.encoding or "").lower()
    view = View(server.target, f"{interval:g} s", Choice(Sort(sort)), is_ascii=is_ascii)
    request = selection(keys, kinds, interval)
    with (
        connected(server) as connection,
        Terminal() as terminal,
        closing(_Feed(connection, request, server, terminal)) as feed,
        suppress(KeyboardInterrupt, EOFError),
    ):
        _show(terminal, view, feed, interval)
    return 0


def _show(terminal: Terminal, view: View, feed: "_Feed", seconds: float) -> None:
    table, controls = Table(), Controls(view)
    due = time.monotonic() + seconds
    while not controls.is_over:
        feed.take(table)
        if time.monotonic() >= due:
            table.chart()
            due = max(due + seconds, time.monotonic())
        columns, lines = terminal.size
        if not view.is_paused or controls.has_pressed:
            view.note = controls.note or feed.trouble
            terminal.draw(page(table, view, columns, lines))
        controls.has_pressed = False
        for key in terminal.keys(max(0.0, due - time.monotonic())):
            controls.press(key, lines)


class _Feed:
    """What the stream tells, from its thread."""

    def __init__(
        self, connection: Connection, request: StatsWatchRequest, server: Server, terminal: Terminal
    ) -> None:
        self._connection, self._request, self._server = connection, request, server
        self._terminal = terminal
        self._told: SimpleQueue[StatsWatchResponse] = SimpleQueue()
        self._failed: Failed | None = None
        self._closed = Event()
        self._call: Stream[StatsWatchResponse] | None = None
        self.trouble = ""
        """Why nothing comes just now; empty while it does."""
        self._thread = Thread(target=self._run, name="stats", daemon=True)
        self._thread.start()

    def take(self, table: Table) -> None:
        """Have the table take what came. Failed where the stream cannot go on."""
        if self._failed is not None:
            raise self._failed
        while True:
            try:
                table.take(self._told.get_nowait())
            except Empty:
                return

    def close(self) -> None:
        """End the stream."""
        self._closed.set()
        if self._call is not None:
            self._call.cancel()
        self._thread.join(_LAST_TURN)

    def _run(self) -> None:
        try:
            with closing(resumed(self._begin, self._server, pause=self._pause, tell=self._note)) as responses:
                for response in responses:
                    self.trouble = ""
                    self._told.put(response)
                    self._terminal.wake()
        except Failed as failed:
            if not self._closed.is_set():
                self._failed = failed
                self._terminal.wake()

    def _begin(self) -> Stream[StatsWatchResponse]:
        self._call = self._connection.stats.StatsWatch(self._request)
        if self._closed.is_set():
            self._call.cancel()
        return self._call

    def _pause(self, seconds: float) -> None:
        if self._closed.wait(seconds):
            raise Failed(())

    def _note(self, text: str) -> None:
        self.trouble = text
        self._terminal.wake()
