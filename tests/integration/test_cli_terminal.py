"""What a terminal shows and asks, and what pipes, NO_COLOR and Ctrl-C do."""

import asyncio
import os
from pathlib import Path

import pytest

from tests.integration.command import Cli, backend, switching

pytestmark = pytest.mark.asyncio(loop_scope="module")

COLOUR = "\x1b["


async def test_colours_are_for_terminals_that_want_them(cli: Cli) -> None:
    await cli.ok("put", cli.file("b.json", backend("coloured")))
    cli.file("c.json", backend("coloured", balance="first"))
    seen, dull, dumb, piped = await asyncio.gather(
        cli.on_terminal("diff", "-f", "c.json"),
        cli.having(NO_COLOR="1").on_terminal("diff", "-f", "c.json"),
        cli.having(TERM="dumb").on_terminal("diff", "-f", "c.json"),
        cli("diff", "-f", "c.json"),
    )
    assert f"{COLOUR}32m+balance: first" in seen.out
    for plain in (dull, dumb, piped):
        assert (plain.code, COLOUR in plain.out) == (1, False)
        assert "+balance: first" in plain.out


async def test_what_is_not_agreed_to_is_not_done(cli: Cli) -> None:
    cli.file("b.json", backend("asked"))
    no = await cli.on_terminal("apply", "-f", "b.json", typed="n\n")
    assert no.code == 1
    assert "+ backends/asked" in no.out
    assert no.out.endswith("aqueduct: not agreed to: nothing was changed\n")
    await cli.refuses(4, "get", "backends/asked")
    yes = await cli.on_terminal("import", "b.json", typed="y\n")
    assert (yes.code, "backends/asked created" in yes.out) == (0, True)
    unasked = await cli.on_terminal("restore", "0", "backends/asked", "-y", "--dry-run")
    assert (unasked.code, "Do this?" in unasked.out) == (0, False)


async def test_a_question_is_asked_beside_the_output(cli: Cli) -> None:
    cli.file("b.json", backend("beside"))
    done = await cli.on_terminal("apply", "-f", "b.json", "-o", "name", typed="y\n")
    assert done.out.endswith("backends/beside\n")
    assert "1 to create" in done.out


async def test_long_work_tells_what_it_waits_for(cli: Cli) -> None:
    terminal = await switching(cli, "slow", "2s")
    await terminal.shows("waiting for ")
    await terminal.shows("backends/slow proving")
    done = await terminal.end()
    assert done.code == 3
    assert done.out.rpartition("\x1b[2K")[2].startswith("aqueduct: backends/slow: ")


async def test_ctrl_c_cancels_and_says_what_is_not_known(cli: Cli) -> None:
    terminal = await switching(cli, "left", "60s")
    await terminal.shows("backends/left proving")
    terminal.interrupt()
    done = await terminal.end()
    assert done.code == 130
    assert "aqueduct: interrupted. Whether the change was made is not known" in done.out


async def test_nobody_reading_is_silent(cli: Cli) -> None:
    read, write = os.pipe()
    os.close(read)
    full = os.open(Path("/dev/full"), os.O_WRONLY)
    try:
        unread, unwritten = await asyncio.gather(
            cli.into(write, "get", "config"), cli.into(full, "get", "config")
        )
    finally:
        os.close(write)
        os.close(full)
    assert (unread.code, unread.err) == (141, "")
    assert unwritten.err == "aqueduct: the output cannot be written: No space left on device\n"
    assert unwritten.code == 1
