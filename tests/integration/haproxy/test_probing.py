"""What is found out about real HAProxys, and about programs that are none or will not do."""

import asyncio
import os
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from aqueduct.haproxy import capabilities, probing, runtime
from aqueduct.haproxy.adapter import MasterWorker
from aqueduct.haproxy.check import Checker
from aqueduct.haproxy.probing import Dynamic, probe
from tests.integration.haproxy.support import DEFAULTS

_HELD = frozenset(
    {"check", "inter", "weight", "rise", "fall", "port", "maxconn", "backup", "id", "ssl", "sni"}
)
"""What `add server` takes on every HAProxy."""


async def probed(binary: Path, directory: Path) -> Dynamic:
    return await probe(await capabilities.checker(binary, directory))


def program(path: Path, *lines: str) -> Checker:
    """Return the checker of a shell script."""
    path.write_text("\n".join(("#!/bin/sh", *lines, "")))
    path.chmod(0o700)
    return Checker(path, path.parent, skip_ca_bundle=False)


def names(directory: Path, pattern: str = "*") -> list[str]:
    return sorted(path.name for path in directory.glob(pattern))


async def test_keywords_that_every_haproxy_takes_and_that_none_does(
    haproxy_binary: Path, tmp_path: Path
) -> None:
    found = (await probed(haproxy_binary, tmp_path)).keywords
    assert found > _HELD
    assert found.isdisjoint({"disabled", "resolvers", "track", "redir", "bogus"})


async def test_algorithms_that_take_servers_live_and_that_do_not(
    haproxy_binary: Path, tmp_path: Path
) -> None:
    found = (await probed(haproxy_binary, tmp_path)).balance
    assert found > {"roundrobin", "leastconn", "first", "random", "source/consistent", "uri/consistent"}
    assert found.isdisjoint({"static-rr", "static-rr/consistent", "source", "uri", "url_param", "hdr"})


async def test_what_differs_between_versions(haproxy_binary: Path, tmp_path: Path) -> None:
    version = await capabilities.version(haproxy_binary, tmp_path)
    found = (await probed(haproxy_binary, tmp_path)).keywords
    if version.startswith("2.6."):
        assert found.isdisjoint({"cookie", "init-state", "guid", "hash-key"})
    elif version.startswith("2.8."):
        assert "cookie" in found
        assert found.isdisjoint({"init-state", "guid", "hash-key"})
    else:
        pytest.skip(f"nothing is said of {version}")


async def test_what_is_found_is_what_a_worker_does(haproxy: MasterWorker) -> None:
    backends = {
        "roundrobin": "map-based",
        "static-rr": "map-based",
        "source": "map-based",
        "uri": "consistent",
    }
    sections = [
        f"backend {name}\n    balance {name}\n    hash-type {kind}\n    server a 127.0.0.1:9\n"
        for name, kind in backends.items()
    ]
    await haproxy.start(DEFAULTS + "".join(sections))
    answers = await haproxy.runtime.send([f"add server {name}/b 127.0.0.1:10" for name in backends])
    taken = {name for name, answer in zip(backends, answers, strict=True) if answer == probing._ADDED}
    found = haproxy.capabilities.dynamic_balance
    assert taken == {"roundrobin", "uri"}
    assert found & backends.keys() == {"roundrobin"}
    assert "uri/consistent" in found


async def test_probes_at_the_same_time_find_the_same_and_leave_nothing(
    haproxy_binary: Path, tmp_path: Path
) -> None:
    found = await asyncio.gather(*(probed(haproxy_binary, tmp_path) for _ in range(3)))
    assert found[0].keywords
    assert found == [found[0]] * 3
    assert names(tmp_path) == []


async def test_an_algorithm_that_haproxy_does_not_know_is_left_out(
    haproxy_binary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {"roundrobin": "roundrobin", "first": "first"}
    monkeypatch.setattr(probing, "_BALANCE", {"bogus": "bogus", **known, "odd": "odd value"})
    found = await probed(haproxy_binary, tmp_path)
    assert found.balance == {"roundrobin", "roundrobin/consistent", "first", "first/consistent"}
    assert found.keywords > _HELD


async def test_without_any_algorithm_nothing_can_be_added(
    haproxy_binary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probing, "_BALANCE", {"bogus": "bogus"})
    assert await probed(haproxy_binary, tmp_path) == Dynamic()


async def test_a_program_that_ends_at_once_can_do_nothing_and_is_warned_of(tmp_path: Path) -> None:
    checker = program(tmp_path / "ends", "echo '[ALERT]    (7) : config : not today.'", "exit 3")
    with capture_logs() as logs:
        assert await probe(checker) == Dynamic()
    assert logs == [
        {
            "event": "what can be added live is not known: all reloads",
            "log_level": "warning",
            "error": "not today.",
        }
    ]
    assert names(tmp_path, "probe-*") == []


@pytest.mark.parametrize("is_there", [False, True])
async def test_a_program_that_cannot_be_run_can_do_nothing_and_is_warned_of(
    tmp_path: Path, is_there: bool
) -> None:
    binary = tmp_path / "binary"
    if is_there:
        binary.touch(0o600)
    with capture_logs() as logs:
        assert await probe(Checker(binary, tmp_path, skip_ca_bundle=False)) == Dynamic()
    assert [each["log_level"] for each in logs] == ["warning"]
    assert names(tmp_path, "probe-*") == []


async def test_a_program_that_does_not_answer_can_do_nothing_and_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checker = program(tmp_path / "hangs", "echo $$ > ../pid", "exec sleep 600")
    monkeypatch.setattr(probing, "_TIMEOUT", 0.5)
    with capture_logs() as logs:
        assert await probe(checker) == Dynamic()
    assert "not within 0.5 s" in logs[0]["error"]
    assert names(tmp_path, "probe-*") == []
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


async def test_a_probe_that_is_cancelled_leaves_nothing(tmp_path: Path) -> None:
    checker = program(tmp_path / "hangs", "echo $$ > ../new", "mv ../new ../pid", "exec sleep 600")
    task = asyncio.create_task(probe(checker))
    while not (tmp_path / "pid").exists():
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    assert names(tmp_path, "probe-*") == []
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


async def test_a_haproxy_that_takes_long_to_start_is_waited_for(
    haproxy_binary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "_PATIENCE", 0.0)  # with a worker that is there already
    checker = program(tmp_path / "slow", "sleep 0.05", f'exec "{haproxy_binary}" "$@"')
    assert (await probe(checker)).keywords > _HELD


async def test_what_killed_probes_left_is_removed(haproxy_binary: Path, tmp_path: Path) -> None:
    # In a container every Aqueduct may have the same process id.
    for name in ("probe-1-abc", f"probe-{os.getpid()}-abc", "probe-abc"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "probe.cfg").touch()
    (tmp_path / "others").mkdir()
    assert (await probed(haproxy_binary, tmp_path)).balance
    assert names(tmp_path) == ["others"]
