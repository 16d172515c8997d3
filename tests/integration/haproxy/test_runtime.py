"""The Runtime API of real workers: one that hangs, dies, is replaced, or closes the connection."""

import asyncio
import os
import select
import signal
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from aqueduct.haproxy import runtime as module
from aqueduct.haproxy.adapter import MasterWorker
from aqueduct.haproxy.master import MasterCLI, NoAnswer, NoSocket
from aqueduct.haproxy.runtime import Connection, Runtime
from tests.integration.haproxy.support import body, free_port

FIRST, SECOND = 1, 2
"""Generations."""
GENERATION = "show env AQUEDUCT_GENERATION"
MORE = "    balance roundrobin\nglobal\n    setenv ODD caf\udcff\u2028\n"


@pytest.fixture
async def runtime(haproxy: MasterWorker, directory: Path) -> AsyncIterator[Runtime]:
    """Return the Runtime API of an HAProxy that serves the first generation; not connected yet."""
    await haproxy.start(body(free_port(), more=MORE))
    made = Runtime(directory)
    yield made
    await made.close()


async def weight(runtime: Runtime) -> int:
    """Return the weight of server app/a."""
    (answer,) = await runtime.send(["get weight app/a"], FIRST)
    return int(answer.split()[0])


async def connected(runtime: Runtime, generation: int = FIRST) -> Connection:
    """Return the connection, once it has been used."""
    assert await runtime.send([GENERATION], generation) == [f"AQUEDUCT_GENERATION={generation}"]
    assert runtime._connection is not None
    return runtime._connection


async def reaped(directory: Path, worker: int) -> None:
    """Wait until an old worker has ended, and the master knows."""
    cli = MasterCLI(directory)
    while worker in (await cli.processes()).old_workers:
        await asyncio.sleep(0)


async def test_many_commands_in_one_write_have_their_answers_in_order(runtime: Runtime) -> None:
    asked = []
    for number in range(1, 150):
        asked += [
            (f"set server app/a weight {number}", ""),
            ("get weight app/a", f"{number} (initial 1)"),
            (GENERATION, "AQUEDUCT_GENERATION=1"),
            ("show env NONE", "Variable not found"),
        ]
    answers = await runtime.send([command for command, _ in asked], FIRST)
    assert answers == [answer for _, answer in asked]


async def test_answers_of_many_lines_and_of_none(runtime: Runtime) -> None:
    info, none, unknown, states = await runtime.send(
        ["show info", "set server app/a weight 2", "no command", "show servers state app"], FIRST
    )
    assert f"\nPid: {runtime.worker}\n" in info
    assert none == ""
    assert unknown.startswith("Unknown command")
    assert states.startswith("1\n#")
    assert " app 1 a 127.0.0.1 " in states.splitlines()[2]


async def test_bytes_that_are_no_text_come_back_as_they_were(runtime: Runtime) -> None:
    assert await runtime.send(["show env ODD", "show env \udcff"], FIRST) == [
        "ODD=caf\udcff\u2028",
        "Variable not found",
    ]


async def test_no_commands_need_no_haproxy(tmp_path: Path) -> None:
    assert await Runtime(tmp_path).send([], FIRST) == []


@pytest.mark.parametrize(
    "command",
    [
        "",
        " \t",
        "show info\n",
        "show\ninfo",
        "show info\r",
        "show info\0",
        "show info;show info",
        "show env \\\\;x",
        ";",
        "add map m <<",
        "add map m << ",
        "set ssl cert f <<END",
    ],
)
async def test_what_is_not_one_command_is_refused(tmp_path: Path, command: str) -> None:
    with pytest.raises(ValueError, match="not one command"):
        await Runtime(tmp_path).send([command], FIRST)


async def test_nothing_is_sent_where_one_is_refused(runtime: Runtime) -> None:
    with pytest.raises(ValueError, match=r"not one command: 'a;b'"):
        await runtime.send(["set server app/a weight 9", "a;b"], FIRST)
    assert runtime.worker is None
    assert await weight(runtime) == 1


async def test_what_is_escaped_is_one_command(runtime: Runtime) -> None:
    arguments = ["a\\;b", "a\\\\\\;b", "a\\ b", "<<x y", "a\\;\\;b"]
    added = [
        f"add server app/s{number} 127.0.0.1:9 agent-check agent-port 9 agent-send {argument}"
        for number, argument in enumerate(arguments)
    ]
    *answers, last = await runtime.send([*added, GENERATION], FIRST)
    assert all("\n" not in answer for answer in answers)
    assert answers[0] == "New server registered."
    assert last == "AQUEDUCT_GENERATION=1"


async def test_calls_at_the_same_time_share_a_connection(runtime: Runtime) -> None:
    connection = await connected(runtime)
    commands = [["show info"] * 3, [GENERATION], ["show env NONE"] * 5, ["get weight app/a"]]
    answers = await asyncio.gather(*(runtime.send(each, FIRST) for each in commands))
    assert [len(each) for each in answers] == [3, 1, 5, 1]
    assert answers[1:] == [["AQUEDUCT_GENERATION=1"], ["Variable not found"] * 5, ["1 (initial 1)"]]
    assert runtime._connection is connection


async def close_from_within(directory: Path) -> None:
    """Have HAProxy close the connections of the Runtime API, as it does by itself after `stats timeout`.

    2.6 may let one that is idle live on for ever.
    """
    cli = MasterCLI(directory)
    for line in (await cli.command("@1 show sess")).splitlines():
        if " src=unix:1 fe=GLOBAL " in line:
            await cli.command(f"@1 shutdown session {line.partition(':')[0]}")


async def test_a_connection_that_haproxy_closed_is_replaced(runtime: Runtime, directory: Path) -> None:
    connection = await connected(runtime)
    await close_from_within(directory)
    await connection.lost.wait()
    assert await connected(runtime) is not connection


async def test_a_connection_that_was_closed_just_now_is_replaced(runtime: Runtime, directory: Path) -> None:
    connection = await connected(runtime)
    other = threading.Thread(target=asyncio.run, args=(close_from_within(directory),))
    other.start()
    other.join()  # the event loop of the connection cannot come to see it
    poll = select.poll()
    poll.register(connection._transport.get_extra_info("socket"), select.POLLIN)
    assert poll.poll(10_000)
    assert not connection.lost.is_set()
    assert await connected(runtime) is not connection


async def test_a_connection_that_has_been_idle_for_long_is_replaced(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await connected(runtime)
    assert await connected(runtime) is before
    monkeypatch.setattr(module, "_IDLE", -1.0)
    assert await connected(runtime) is not before
    assert before.lost.is_set()


@pytest.mark.parametrize("command", ["quit", "prompt"])
async def test_a_command_that_ends_the_connection_has_no_answer(runtime: Runtime, command: str) -> None:
    with pytest.raises(NoAnswer, match=f"did not answer '{command}': it closed the connection"):
        await runtime.send([command, GENERATION], FIRST)
    assert await weight(runtime) == 1


async def test_an_old_worker_is_never_spoken_to(
    haproxy: MasterWorker, runtime: Runtime, directory: Path
) -> None:
    before = await connected(runtime)
    reload = asyncio.create_task(haproxy.reload(body(free_port(), "two")))
    after = await connected(runtime, SECOND)  # asked before that worker is there
    await reload
    assert before.lost.is_set()
    assert after.worker == runtime.worker == (await haproxy.info()).worker_pid != before.worker
    assert before.worker is not None
    await reaped(directory, before.worker)


async def test_a_generation_that_does_not_serve_has_no_answer(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    await connected(runtime)
    monkeypatch.setattr(module, "_PATIENCE", 0.02)
    with pytest.raises(NoAnswer, match="it runs generation 1, not 2"):
        await runtime.send(["set server app/a weight 9"], SECOND)
    assert await weight(runtime) == 1


async def test_a_connection_that_is_closed_lets_the_old_worker_end(
    haproxy: MasterWorker, runtime: Runtime, directory: Path
) -> None:
    connection = await connected(runtime)
    await runtime.close()
    assert connection.lost.is_set()
    await runtime.close()
    assert runtime.worker is None
    await haproxy.reload(body(free_port(), "two"))
    assert connection.worker is not None
    await reaped(directory, connection.worker)


async def test_what_is_being_sent_is_answered_before_the_connection_closes(runtime: Runtime) -> None:
    sent = asyncio.create_task(runtime.send([GENERATION] * 500, FIRST))
    await asyncio.sleep(0)
    await runtime.close()
    assert sent.done()
    assert await sent == ["AQUEDUCT_GENERATION=1"] * 500


async def test_a_socket_that_is_missing_is_told_as_such(runtime: Runtime, directory: Path) -> None:
    before = await connected(runtime)
    aside = (directory / module.SOCKET).rename(directory / "aside.sock")
    assert await connected(runtime) is before
    await runtime.close()
    with pytest.raises(NoSocket, match=r"worker\.sock is missing"):
        await runtime.send([GENERATION], FIRST)
    aside.rename(directory / module.SOCKET)
    await connected(runtime)


async def test_a_directory_that_is_missing_has_no_socket(tmp_path: Path) -> None:
    with pytest.raises(NoSocket):
        await Runtime(tmp_path / "none").send([GENERATION], FIRST)


@pytest.mark.parametrize("is_connected", [False, True])
async def test_a_worker_that_hangs_has_no_answer_within_the_limit(
    haproxy: MasterWorker, runtime: Runtime, is_connected: bool
) -> None:
    if is_connected:
        await connected(runtime)
    worker = (await haproxy.info()).worker_pid
    os.kill(worker, signal.SIGSTOP)
    clock = asyncio.get_running_loop().time
    begin = clock()
    with pytest.raises(NoAnswer, match=r"did not answer 'show env .*': not within 0\.05 s"):
        await runtime.send([GENERATION], FIRST, 0.05)
    assert 0.05 <= clock() - begin < 1
    assert runtime.worker is None
    os.kill(worker, signal.SIGCONT)
    assert await weight(runtime) == 1


async def test_a_worker_that_is_gone_has_no_answer(
    haproxy: MasterWorker, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    await connected(runtime)
    monkeypatch.setattr(module, "_PATIENCE", 0.02)
    await haproxy.stop()
    for _ in range(2):
        with pytest.raises(NoAnswer, match="is gone"):
            await runtime.send([GENERATION], FIRST)


async def test_whoever_comes_after_one_that_was_cancelled_has_the_right_answers(runtime: Runtime) -> None:
    for turns in range(20):
        cancelled = asyncio.create_task(runtime.send([GENERATION] * 50, FIRST))
        waiting = asyncio.create_task(runtime.send(["show env NONE"] * 3, FIRST))
        for _ in range(turns):
            await asyncio.sleep(0)
        cancelled.cancel()
        assert await waiting == ["Variable not found"] * 3
        assert await weight(runtime) == 1
        await asyncio.wait([cancelled])


async def test_a_long_path(tmp_path: Path, haproxy_binary: Path) -> None:
    directory = tmp_path / ("d" * 100) / ("e" * 100) / "haproxy"
    haproxy = await MasterWorker.open(directory, haproxy_binary)
    try:
        await haproxy.start(body(free_port()))
        assert await haproxy.runtime.send([GENERATION]) == ["AQUEDUCT_GENERATION=1"]
    finally:
        await haproxy.stop()
        await haproxy.close()
