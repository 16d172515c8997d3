"""Has HAProxy loaded it? The only proof is a worker that answers with the new generation.

2.8 and later answer `reload` with `Success=0|1` and the log. 2.6 answers nothing and executes itself
anew: then `show proc` tells a failure (its count of failed reloads is not 0 behind one more
reload), and the output file tells why. Which of the two it is, is seen by the answer, not by the version.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from aqueduct.haproxy.disk import on_disk
from aqueduct.haproxy.master import MasterCLI, NoAnswer, NoSocket, Processes, Running
from aqueduct.haproxy.output import Output, words
from aqueduct.ports.haproxy import HAProxyFailed

PATIENCE = 60.0
"""Seconds that HAProxy may take to start, to reload, or to be ready to be adopted.

Its own retries of a bind take 5, a configuration of 20,000 backends 2.
"""
ANSWER = 10.0
"""Seconds that a HAProxy may take to answer where nothing was asked of it that takes long."""
_POLL = 0.002
"""Seconds between two looks: the shortest reload takes 20 ms."""


async def any_generation(
    cli: MasterCLI, patience: float = PATIENCE, starts: Callable[[], bool] = lambda: True
) -> Running:
    """Wait until a worker answers, `patience` seconds at the most; return which, and its generation.

    NoSocket within a few seconds where the socket's file is missing, unless the master still `starts`,
    which is asked in a thread.
    """
    started = False
    async with _patience("HAProxy did not answer", patience):
        while True:
            try:
                return await cli.running()
            except NoSocket:
                if started:
                    raise
                # It may have opened its socket just now: only what is missing later was removed.
                started = not await on_disk(starts)
            except NoAnswer:
                await asyncio.sleep(_POLL)


async def serves(cli: MasterCLI, generation: int) -> None:
    """Wait until a worker of `generation` answers."""
    async with _patience("HAProxy did not start to serve", PATIENCE):
        while True:
            if await _runs(cli, generation):
                return
            await asyncio.sleep(_POLL)


async def reload(cli: MasterCLI, generation: int, output: Output, offset: int) -> None:
    """Reload, and wait until a worker of `generation` answers.

    HAProxyFailed where HAProxy refuses, NoAnswer where it stays unknown whether it did. `offset` is
    where HAProxy's output ended before.
    """
    before = await cli.processes()
    async with _patience("HAProxy did not finish its reload", PATIENCE):
        answer = ""
        with suppress(NoAnswer):  # 2.6 closes the connection as it executes itself anew
            answer = await cli.command("reload", PATIENCE)
        verdict, _, log = answer.partition("\n--\n")
        if verdict == "Success=0" or (verdict != "Success=1" and await _failed(cli, generation, before)):
            log = log or await on_disk(output.since, offset)
            said = words(log, (*before.workers, *before.old_workers))
            raise HAProxyFailed(said or "HAProxy did not reload, and did not say why")
        await serves(cli, generation)


async def _failed(cli: MasterCLI, generation: int, before: Processes) -> bool:
    while not await _runs(cli, generation):
        with suppress(NoAnswer):
            now = await cli.processes()
            if now.failed and now.reloads > before.reloads:
                return True
        await asyncio.sleep(_POLL)
    return False


async def _runs(cli: MasterCLI, generation: int) -> bool:
    with suppress(NoAnswer):
        return await cli.generation() == generation
    return False


@asynccontextmanager
async def _patience(otherwise: str, seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise NoAnswer(f"{otherwise} within {seconds:g} s") from None
