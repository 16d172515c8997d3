"""Has HAProxy loaded it? The only proof is a worker that answers with the new generation.

2.8 and later answer `reload` with `Success=0|1` and the log. 2.6 answers nothing and executes itself
anew: then `show proc` tells a failure (its count of failed reloads is not 0 behind one more
reload), and the output file tells why. Which of the two it is, is seen by the answer, not by the version.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from aqueduct.haproxy.disk import on_disk
from aqueduct.haproxy.master import MasterCLI, NoAnswer, Processes
from aqueduct.haproxy.output import Output, words
from aqueduct.ports.haproxy import HAProxyFailed

PATIENCE = 60.0
"""Seconds that HAProxy may take to start, to reload, or to be ready to be adopted.

Its own retries of a bind take 5, a configuration of 20,000 backends 2.
"""
_POLL = 0.002
"""Seconds between two looks: the shortest reload takes 20 ms."""


async def any_generation(cli: MasterCLI) -> int:
    """Wait until a worker answers; return the generation that it runs."""
    async with _patience("HAProxy did not answer"):
        while True:
            with suppress(NoAnswer):
                return await cli.generation()
            await asyncio.sleep(_POLL)


async def serves(cli: MasterCLI, generation: int) -> None:
    """Wait until a worker of `generation` answers."""
    async with _patience("HAProxy did not start to serve"):
        while True:
            if await any_generation(cli) == generation:
                return
            await asyncio.sleep(_POLL)


async def reload(cli: MasterCLI, generation: int, output: Output, offset: int) -> None:
    """Reload, and wait until a worker of `generation` answers.

    HAProxyFailed where HAProxy refuses, NoAnswer where it stays unknown whether it did. `offset` is
    where HAProxy's output ended before.
    """
    before = await cli.processes()
    answer = ""
    with suppress(NoAnswer):  # 2.6 closes the connection as it executes itself anew
        answer = await cli.command("reload", PATIENCE)
    verdict, _, log = answer.partition("\n--\n")
    if verdict == "Success=0" or (verdict != "Success=1" and await _failed(cli, generation, before)):
        said = words(log or await on_disk(output.since, offset), (*before.workers, *before.old_workers))
        raise HAProxyFailed(said or "HAProxy did not reload, and did not say why")
    await serves(cli, generation)


async def _failed(cli: MasterCLI, generation: int, before: Processes) -> bool:
    async with _patience("HAProxy did not finish its reload"):
        while await any_generation(cli) != generation:
            with suppress(NoAnswer):
                now = await cli.processes()
                if now.failed and now.reloads > before.reloads:
                    return True
            await asyncio.sleep(_POLL)
    return False


@asynccontextmanager
async def _patience(otherwise: str) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(PATIENCE):
            yield
    except TimeoutError:
        raise NoAnswer(f"{otherwise} within {PATIENCE:g} s") from None
