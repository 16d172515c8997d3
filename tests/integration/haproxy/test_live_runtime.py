"""What was changed live, over a kill of Aqueduct, a reload by others and a fresh start from the files."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest

from aqueduct.errors import Unavailable
from aqueduct.haproxy import adapter, live
from aqueduct.haproxy.adapter import MasterWorker
from aqueduct.haproxy.journal import Journal, path_of
from aqueduct.haproxy.master import MasterCLI, NoAnswer
from aqueduct.haproxy.process import Master
from aqueduct.haproxy.runtime import Runtime
from aqueduct.haproxy.servers import parse_servers
from aqueduct.model.server_states import ServerState
from aqueduct.plan.rows import ServerRow, StateRow, StateRows
from aqueduct.ports.haproxy import HAProxyFailed
from aqueduct.ports.runtime import Noted, ServerTold
from aqueduct.render.sections import join, split_sections
from tests.integration.haproxy.support import body, free_port, get

DRAIN, MAINT = ServerState.DRAIN, ServerState.MAINT
APP = "backend app"
ONE = "backend app\n    server a 127.0.0.1:9\n"
TWO = ONE + "    server b 127.0.0.1:10 weight 5\n"
DYNAMIC = "    balance roundrobin\n"

Reopen = Callable[[], Awaitable[MasterWorker]]


@pytest.fixture
async def reopen(haproxy: MasterWorker, directory: Path, haproxy_binary: Path) -> AsyncIterator[Reopen]:
    """Return what forgets the HAProxy of the test, as a killed Aqueduct does, and opens it again."""
    opened: list[MasterWorker] = [haproxy]

    async def again() -> MasterWorker:
        await opened[-1].close()
        opened.append(await MasterWorker.open(directory, haproxy_binary))
        return opened[-1]

    yield again
    await opened[-1].stop()
    await opened[-1].close()


async def reload_by_hand(haproxy: MasterWorker, directory: Path) -> None:
    """Have HAProxy reload the file as it is, past Aqueduct, and wait until the new worker answers."""
    before = (await haproxy.info()).worker_pid
    os.kill((await MasterCLI(directory).processes()).master, signal.SIGUSR2)
    while True:
        with suppress(NoAnswer):  # while the master executes itself anew
            if (await MasterCLI(directory).running()).worker != before:
                return


async def reaped(haproxy: MasterWorker, worker: int) -> None:
    while worker in await haproxy.old_workers():
        await asyncio.sleep(0)


async def test_what_was_noted_is_told_to_the_next_aqueduct(haproxy: MasterWorker, reopen: Reopen) -> None:
    loaded = body(free_port())
    await haproxy.start(loaded)
    assert await haproxy.runtime.noted() == []
    haproxy.runtime.intend({APP: ONE}, {APP: {"a": DRAIN}})
    haproxy.runtime.confirm()
    haproxy.runtime.intend({APP: TWO}, {APP: {}})
    second = await reopen()
    assert await second.adopt() == loaded
    changes = [
        Noted({APP: ONE}, {APP: {"a": DRAIN}}, is_done=True),
        Noted({APP: TWO}, {APP: {}}, is_done=False),
    ]
    assert await second.runtime.noted() == changes
    second.runtime.confirm()
    third = await reopen()
    assert await third.adopt() == loaded
    assert [noted.is_done for noted in await third.runtime.noted()] == [True, True]


async def test_the_states_that_servers_were_loaded_in_are_told_to_the_next_aqueduct(
    haproxy: MasterWorker, reopen: Reopen
) -> None:
    loaded = [Noted({}, {APP: {"a": state}}, is_done=True) for state in (DRAIN, MAINT)]
    await haproxy.start(body(free_port()), states={APP: {"a": DRAIN}})
    assert await haproxy.runtime.noted() == loaded[:1]
    await haproxy.reload(body(free_port()), states={APP: {"a": MAINT}})
    assert await haproxy.runtime.noted() == loaded[1:]
    haproxy.runtime.intend({APP: ONE}, {APP: {}})
    second = await reopen()
    await second.adopt()
    assert await second.runtime.noted() == [*loaded[1:], Noted({APP: ONE}, {APP: {}}, is_done=False)]


async def test_what_was_noted_of_a_worker_is_forgotten_with_it(
    haproxy: MasterWorker, directory: Path
) -> None:
    await haproxy.start(body(free_port()))
    haproxy.runtime.intend({APP: ONE}, {})
    await haproxy.reload(body(free_port(), "two"))
    assert await haproxy.runtime.noted() == []
    haproxy.runtime.intend({APP: TWO}, {})
    haproxy.runtime.confirm()
    assert await haproxy.runtime.noted() == [Noted({APP: TWO}, {}, is_done=True)]
    assert not path_of(directory / "generations", 1).exists()


async def test_a_refused_reload_forgets_nothing_that_was_noted(haproxy: MasterWorker, reopen: Reopen) -> None:
    loaded = body(free_port())
    await haproxy.start(loaded)
    haproxy.runtime.intend({APP: ONE}, {})
    haproxy.runtime.confirm()
    with pytest.raises(HAProxyFailed):
        await haproxy.reload("bogus\n")
    assert await haproxy.runtime.noted() == [Noted({APP: ONE}, {}, is_done=True)]
    second = await reopen()
    assert await second.adopt() == loaded
    assert await second.runtime.noted() == [Noted({APP: ONE}, {}, is_done=True)]


async def test_a_short_journal_is_kept_as_it_is(haproxy: MasterWorker, reopen: Reopen) -> None:
    loaded = body(free_port())
    await haproxy.start(loaded)
    haproxy.runtime.intend({APP: TWO}, {})
    haproxy.runtime.confirm()
    await haproxy.runtime.condense({"backend other": "backend other\n"}, {})
    second = await reopen()
    assert await second.adopt() == loaded
    assert await second.runtime.noted() == [Noted({APP: TWO}, {}, is_done=True)]


async def test_a_long_journal_is_condensed_into_the_text_that_runs(
    haproxy: MasterWorker, reopen: Reopen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_LONG", 1)
    loaded = body(free_port())
    await haproxy.start(loaded)
    for text in (ONE, TWO):
        haproxy.runtime.intend({APP: text}, {APP: {"a": DRAIN}})
        haproxy.runtime.confirm()
    running = split_sections(loaded) | {APP: TWO}
    await haproxy.runtime.condense(running, {APP: {"a": DRAIN}})
    condensed = [Noted({}, {APP: {"a": DRAIN}}, is_done=True)]
    assert await haproxy.runtime.noted() == condensed
    haproxy.runtime.intend({APP: ONE}, {APP: {"a": MAINT}})
    second = await reopen()
    assert await second.adopt() == join(running)
    further = Noted({APP: ONE}, {APP: {"a": MAINT}}, is_done=False)
    assert await second.runtime.noted() == [*condensed, further]
    assert await second.is_serving()


async def test_a_kill_amid_a_condensation_leaves_changes_that_are_told_twice(
    haproxy: MasterWorker, reopen: Reopen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_LONG", 1)
    loaded = body(free_port())
    await haproxy.start(loaded)
    for text in (ONE, TWO):
        haproxy.runtime.intend({APP: text}, {})
        haproxy.runtime.confirm()
    before = await haproxy.runtime.noted()
    running = split_sections(loaded) | {APP: TWO}
    with monkeypatch.context() as patch:
        patch.delattr(Journal, "restart")
        with pytest.raises(AttributeError):
            await haproxy.runtime.condense(running, {})
    second = await reopen()
    adopted = await second.adopt()
    assert adopted is not None
    assert await second.runtime.noted() == before
    assert {**split_sections(adopted), **before[0].sections, **before[1].sections} == running


async def fresh(haproxy: MasterWorker, directory: Path) -> dict[str, list[ServerRow]]:
    """Return the servers of an HAProxy that is started from the files in the directory, without Aqueduct."""
    privileges = haproxy._privileges
    held = privileges.spawn(haproxy._program.path, adapter.arguments(()), directory / "haproxy.log")
    master = Master.of(held, privileges)
    runtime = Runtime(directory, starts=True)
    try:
        (answer,) = await runtime.send(["show servers state app"], 1, 10)
        return parse_servers(answer)
    finally:
        await runtime.close()
        await master.terminate()
        await master.ended()
        master.close()


async def test_a_fresh_haproxy_from_the_files_is_what_ran(
    haproxy: MasterWorker, directory: Path, reopen: Reopen
) -> None:
    loaded = body(free_port(), more=DYNAMIC)
    await haproxy.start(loaded)
    answers = await haproxy.runtime.send(
        [
            "set server app/a state maint",
            "add server app/b 127.0.0.1:10 weight 5",
            "set server app/b state drain",
        ]
    )
    assert answers == ["", "New server registered.", ""]
    running = body(free_port(), more=f"{DYNAMIC}    server b 127.0.0.1:10 weight 5\n")
    rest: StateRows = {"app": {"a": StateRow(MAINT, 1, 9), "b": StateRow(DRAIN, 5, 10)}}
    await haproxy.write_down(running, rest)
    assert (directory / "haproxy.cfg").read_text() == haproxy.config(running) != haproxy.config()
    assert running in haproxy.config(running)
    rows = await haproxy.runtime.servers(["app"])
    assert {row.name: row.state for row in rows["app"]} == {"a": MAINT, "b": DRAIN}
    second = await reopen()
    assert await second.adopt() == loaded  # and the file is that of the text that was loaded again
    await second.write_down(running, rest)
    await second.stop()
    assert await fresh(second, directory) == rows


async def test_a_reload_takes_its_own_states_to_rest(haproxy: MasterWorker, directory: Path) -> None:
    await haproxy.start(body(free_port()))
    await haproxy.write_down(body(free_port()), {"app": {"a": StateRow(MAINT, 1, 9)}})
    assert (directory / "server-state").read_text().startswith("1\n0 app 0 a - 2 1 ")
    await haproxy.reload(body(free_port()), rest={"app": {"a": StateRow(DRAIN, 1, 9)}})
    assert (directory / "server-state").read_text().startswith("1\n0 app 0 a - 2 8 ")
    await haproxy.reload(body(free_port()))
    assert (directory / "server-state").read_text() == "1\n"


async def test_a_worker_that_somebody_else_had_loaded_is_not_the_one_that_serves(
    haproxy: MasterWorker, directory: Path, reopen: Reopen
) -> None:
    port = free_port()
    await haproxy.start(body(port))
    assert await haproxy.is_serving()
    await reload_by_hand(haproxy, directory)
    assert not await haproxy.is_serving()
    await haproxy.reload(body(port, "two"))
    assert await haproxy.is_serving()
    await reload_by_hand(haproxy, directory)
    second = await reopen()
    assert await second.adopt() == ""
    assert not await second.is_serving()
    await second.reload(body(port, "three"))
    assert await second.is_serving()


async def test_nothing_is_known_of_a_worker_that_somebody_else_had_loaded(
    haproxy: MasterWorker, directory: Path, reopen: Reopen
) -> None:
    await haproxy.start(body(free_port()))
    haproxy.runtime.intend({APP: ONE}, {})
    haproxy.runtime.confirm()
    (directory / "haproxy.cfg").write_text(haproxy.config().replace("one", "foreign"))
    await reload_by_hand(haproxy, directory)
    second = await reopen()
    assert await second.adopt() == ""
    assert await second.runtime.noted() == []
    before = {name: (directory / name).read_text() for name in ("haproxy.cfg", "server-state")}
    await second.write_down("", {"app": {"a": StateRow(MAINT, 1, 9)}})
    assert before == {name: (directory / name).read_text() for name in before}
    for use in (second.runtime.send(["show info"]), second.runtime.told(["app"]), second.runtime.servers([])):
        with pytest.raises(HAProxyFailed, match="not known what HAProxy runs"):
            await use
    with pytest.raises(HAProxyFailed, match="not known what HAProxy runs"):
        second.runtime.intend({}, {})


@pytest.mark.parametrize(
    "line", ["not JSON", "{}", '{"sections":{},"states":{"backend app":{"a":"strange"}}}']
)
async def test_a_journal_that_cannot_be_read_is_an_error_of_haproxys(
    haproxy: MasterWorker, directory: Path, line: str
) -> None:
    await haproxy.start(body(free_port()))
    path_of(directory / "generations", 1).write_text(f"{line}\n")
    with pytest.raises(HAProxyFailed, match="what was changed live cannot be read"):
        await haproxy.runtime.noted()


async def test_a_journal_that_cannot_be_written_refuses_the_change(
    haproxy: MasterWorker, directory: Path
) -> None:
    await haproxy.start(body(free_port()))
    path = path_of(directory / "generations", 1)
    path.mkdir()
    with pytest.raises(Unavailable, match=f"{path}: Is a directory") as raised:
        haproxy.runtime.intend({APP: ONE}, {})
    assert raised.value.reason == "HAPROXY_FILES"
    path.rmdir()
    haproxy.runtime.intend({APP: ONE}, {})
    haproxy.runtime.confirm()
    assert len(await haproxy.runtime.noted()) == 1


async def test_servers_are_told_of_the_backends_that_are_named(haproxy: MasterWorker) -> None:
    more = "backend other\n    server b 127.0.0.1:10\nbackend empty\n"
    await haproxy.start(body(free_port(), more=more))
    servers = haproxy.runtime.servers
    assert {name: len(rows) for name, rows in (await servers(["app", "other"])).items()} == {
        "app": 1,
        "other": 1,
    }
    assert (await servers(["other", "none", "empty"])).keys() == {"other"}
    assert await servers([]) == {}


async def test_a_survey_is_of_all_servers(haproxy: MasterWorker) -> None:
    more = "backend other\n    server b 127.0.0.1:10 weight 3\nbackend empty\n"
    await haproxy.start(body(free_port(), more=more))
    await haproxy.runtime.send(["set server other/b state drain"])
    assert [server async for some in haproxy.runtime.survey() for server in some] == [
        ("app", ("a 127.0.0.1", "0 1", "0", "9")),
        ("other", ("b 127.0.0.1", "8 3", "0", "10")),
    ]


async def test_commands_go_by_way_of_the_master_where_the_socket_was_removed(
    haproxy: MasterWorker, directory: Path
) -> None:
    await haproxy.start(body(free_port(), more=DYNAMIC))
    (directory / "worker.sock").unlink()
    commands = [
        "add server app/b 127.0.0.1:10 agent-check agent-port 9 agent-send a\\ \\;\\\\b",
        "no command",
        "set server app/b state drain",
        "show env AQUEDUCT_GENERATION",
    ]
    for generation in (1, 2):
        added, unknown, drained, told = await haproxy.runtime.send(commands)
        assert (added, drained) == ("New server registered.", "")
        assert unknown.startswith("Unknown command")
        assert told == f"AQUEDUCT_GENERATION={generation}"
        states = {row.name: row.state for row in (await haproxy.runtime.servers(["app"]))["app"]}
        assert states == {"a": ServerState.READY, "b": DRAIN}
        assert (await haproxy.runtime.told(["app"]))["app"].keys() == {"a", "b"}
        await haproxy.reload(body(free_port(), "two", DYNAMIC))


async def test_the_master_is_asked_for_the_worker_that_is_known_alone(
    haproxy: MasterWorker, directory: Path
) -> None:
    await haproxy.start(body(free_port()))
    (directory / "worker.sock").unlink()
    foreign = haproxy.config().replace("GENERATION 1", "GENERATION 7")
    (directory / "haproxy.cfg").write_text(foreign)
    await reload_by_hand(haproxy, directory)
    (directory / "worker.sock").unlink(missing_ok=True)
    with pytest.raises(NoAnswer, match="HAProxy runs generation 7, not 1"):
        await haproxy.runtime.send(["set server app/a state maint"])


def named(port: int, name: str, more: str) -> str:
    """Return a body with a frontend and a backend of one name."""
    return body(port) + f"frontend {name}\n    bind 127.0.0.1:{free_port()}\nbackend {name}\n{more}"


@pytest.mark.parametrize("name", ["web2", "1web", "2", "find", "be_id"])
async def test_a_backend_is_told_whatever_its_name_may_mean_besides(haproxy: MasterWorker, name: str) -> None:
    if not haproxy.capabilities.shares_names:
        pytest.skip("this HAProxy takes no name twice")
    nothing = ServerTold(0, "")
    told = haproxy.runtime.told
    await haproxy.start(body(free_port()))
    assert await told([name]) == {}
    await haproxy.reload(named(free_port(), name, ""))
    assert await told([name, "app"]) == {"app": {"a": nothing}}
    await haproxy.reload(named(free_port(), name, "    server x 127.0.0.1:9\n    server y 127.0.0.1:9\n"))
    for _ in range(2):
        assert await told([name, "none"]) == {name: {"x": nothing, "y": nothing}}
        assert await told(["app", name]) == {"app": {"a": nothing}, name: {"x": nothing, "y": nothing}}
    assert await told([]) == {}


async def test_backends_that_are_named_like_the_numbers_of_others_are_told_apart(
    haproxy: MasterWorker,
) -> None:
    nothing, names = ServerTold(0, ""), [str(number) for number in range(9)]
    more = "".join(f"backend {name}\n    server s{name} 127.0.0.1:9\n" for name in reversed(names))
    await haproxy.start(body(free_port(), more=more))
    assert await haproxy.runtime.told(names) == {name: {f"s{name}": nothing} for name in names}


async def test_a_backend_is_found_again_behind_a_reload_that_counts_otherwise(haproxy: MasterWorker) -> None:
    nothing, told = ServerTold(0, ""), haproxy.runtime.told
    last = "backend last\n    server z 127.0.0.1:9\n"
    await haproxy.start(body(free_port(), more=last))
    assert await told(["last"]) == {"last": {"z": nothing}}
    more = "backend before\n    server y 127.0.0.1:9\nbackend between\n"
    await haproxy.reload(body(free_port(), more=more + last))
    assert await told(["last"]) == {"last": {"z": nothing}}
    await haproxy.reload(body(free_port(), more=more))
    assert await told(["last"]) == {}


async def test_a_change_is_answered_along_with_what_came_of_it(haproxy: MasterWorker) -> None:
    more = f"{DYNAMIC}backend other\n    server b 127.0.0.1:10\nbackend empty\n"
    await haproxy.start(body(free_port(), more=more))
    change = haproxy.runtime.change
    commands = ["add server app/b 127.0.0.1:10 weight 5", "set server app/a state drain", "no command"]
    answers, servers = await change(commands, ["app", "none", "empty"])
    assert answers[:2] == ["New server registered.", ""]
    assert answers[2].startswith("Unknown command")
    assert len(answers) == 3
    told = {name: [(row.name, row.state, row.weight) for row in rows] for name, rows in servers.items()}
    assert told == {"app": [("a", DRAIN, 1), ("b", MAINT, 5)]}
    assert await change(["set server app/a state ready"], []) == ([""], {})
    assert (await change([], ["other"]))[1].keys() == {"other"}
    assert await change([], []) == ([], {})


async def test_sessions_are_told_while_they_last(haproxy: MasterWorker) -> None:
    held = asyncio.Event()

    async def hold(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await held.wait()
        writer.close()

    async with await asyncio.start_server(hold, "127.0.0.1", 0) as server:
        port, behind = free_port(), server.sockets[0].getsockname()[1]
        proxy = f"listen held\n    bind 127.0.0.1:{port}\n    mode tcp\n    server s 127.0.0.1:{behind}\n"
        await haproxy.start(body(free_port(), more=proxy))
        asked = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        while (await haproxy.runtime.told(["held"]))["held"]["s"].sessions != 3:
            await asyncio.sleep(0)
        held.set()
        for _, writer in asked:
            writer.close()
        while (await haproxy.runtime.told(["held"]))["held"]["s"].sessions:
            await asyncio.sleep(0)


def checked(port: int) -> str:
    """Return a body whose one server is checked just once: at the start."""
    return body(
        free_port(),
        more=f"backend checked\n    option httpchk\n    timeout check 5s\n"
        f"    server s 127.0.0.1:{port} check inter 60s fall 1\n",
    )


async def last_check(haproxy: MasterWorker) -> str:
    """Return what is told of it, once it is all there."""
    while True:
        check = (await haproxy.runtime.told(["checked"]))["checked"]["s"].check
        if ": " in check:
            return check


@pytest.mark.parametrize("reason", ["fine", "o\x0c\x1c\x1e\x85\u2028dd", 'a,"b"'])
async def test_the_last_check_is_told_in_the_words_of_the_server(haproxy: MasterWorker, reason: str) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.0 500 {reason}\r\n\r\n".encode())
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        await haproxy.start(checked(server.sockets[0].getsockname()[1]))
        assert await last_check(haproxy) == f"Layer7 wrong status: {reason}"


async def test_the_last_check_is_told_in_the_words_of_haproxy(haproxy: MasterWorker) -> None:
    await haproxy.start(checked(free_port()))
    assert (await last_check(haproxy)).startswith("Layer4 connection problem: ")


async def test_an_old_worker_that_was_cut_is_told_from_one_that_ended(haproxy: MasterWorker) -> None:
    port = free_port()
    soon = body(port).replace("hard-stop-after 10s", "hard-stop-after 50ms")
    await haproxy.start(soon)
    cut = (await haproxy.info()).worker_pid
    assert await haproxy.old_workers() == ()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n")  # not the whole request
    assert await get(port) == "one"
    await haproxy.reload(body(port))
    ended = (await haproxy.info()).worker_pid
    await reaped(haproxy, cut)
    assert await reader.read() == b""
    writer.close()
    assert await haproxy.was_cut(cut)
    await haproxy.reload(body(port))
    await reaped(haproxy, ended)
    assert not await haproxy.was_cut(ended)
    assert not await haproxy.was_cut((await haproxy.info()).worker_pid)


async def test_an_old_worker_is_told_as_long_as_it_has_sessions(
    haproxy: MasterWorker, reopen: Reopen
) -> None:
    port = free_port()
    await haproxy.start(body(port))
    old = (await haproxy.info()).worker_pid
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\n")  # not the whole request
    assert await get(port) == "one"
    await haproxy.reload(body(port, "two"))
    assert await haproxy.old_workers() == (old,)
    second = await reopen()
    await second.adopt()
    assert await second.old_workers() == (old,)
    writer.close()
    await reaped(second, old)
    assert not await second.was_cut(old)
