"""`watch stats`: statistics as they change, a line each, or as documents; and what words select."""

from collections.abc import Iterator, Sequence
from contextlib import closing

from aqueduct.cli.client import outcomes, screen
from aqueduct.cli.client.connection import connected
from aqueduct.cli.client.resuming import resumed
from aqueduct.cli.client.state_words import check_words, clock, silence, state_word
from aqueduct.cli.client.top.figures import short
from aqueduct.cli.client.top.table import load_of
from aqueduct.cli.client.writing import TABLE
from aqueduct.cli.commands.options import Server
from aqueduct.model.times import duration, seconds
from aqueduct.model.tokens import tokens
from aqueduct.v1.stats_pb2 import Stats, StatsKind, StatsName, StatsWatchRequest, StatsWatchResponse

_COLLECTIONS = {kind: f"{word}s" for kind, word in tokens(StatsKind.DESCRIPTOR).items()}


def watch(server: Server, keys: Sequence[str], kinds: Sequence[str], interval: float, output: str) -> int:
    """Tell statistics until Ctrl-C."""
    request = selection(keys, kinds, interval)
    with (
        connected(server) as connection,
        closing(resumed(lambda: connection.stats.StatsWatch(request), server)) as responses,
    ):
        for response in responses:
            if output != TABLE:
                outcomes.streamed(response, output)
            else:
                for line in lines_of(response):
                    screen.tell(line)
    return 0


def selection(keys: Sequence[str], kinds: Sequence[str], interval: float) -> StatsWatchRequest:
    """Return the request that words make: keys, and beginnings of keys with a `*` behind."""
    return StatsWatchRequest(
        kinds=[StatsKind.Name(kind) for kind, word in tokens(StatsKind.DESCRIPTOR).items() if word in kinds],
        keys=[key for key in keys if not key.endswith("*")],
        prefixes=[key.removesuffix("*") for key in keys if key.endswith("*")],
        interval=duration(interval),
    )


def lines_of(response: StatsWatchResponse) -> Iterator[str]:
    """Iterate over the lines that tell a response."""
    time = clock(seconds(response.time))
    if response.HasField("silent_since"):
        yield f"{time} {silence(seconds(response.silent_since))}"
    for stats in response.stats:
        yield screen.plain(f"{time} {_name(stats)} {_figures(stats)}")
    for name in response.removed:
        yield screen.plain(f"{time} {_name(name)} is gone")


def _name(of: Stats | StatsName) -> str:
    if of.member:
        return f"backends/{of.key}/members/{of.member}"
    return f"{_COLLECTIONS[of.kind]}/{of.key}"


def _figures(stats: Stats) -> str:
    state, rates, sessions = stats.state, stats.rates, stats.sessions
    said = check_words(state) if state.status != "UP" else ""
    words = f" ({said})" if said else ""
    at_work = f"{short(sessions.current)} sessions, {short(sessions.queue_current)} queued"
    failed = f"{short(rates.responses_4xx)} 4xx/s, {short(rates.responses_5xx)} 5xx/s"
    return (
        f"{state_word(state)}{words}, {at_work}, {short(load_of(stats))} req/s, {failed}, "
        f"in {short(rates.bytes_in)}B/s, out {short(rates.bytes_out)}B/s"
    )
