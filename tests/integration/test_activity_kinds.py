"""What else the activity of a running Aqueduct tells: revisions, applies, drift, switches and sources.

Members, registrations and processes are in test_activity.py, refused writes in test_activity_refused.py.
"""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from aqueduct.demo.processes import Aqueduct
from aqueduct.model.times import seconds
from aqueduct.v1.activity_pb2 import (
    VERB_CONFIG_CHANGED,
    VERB_DRIFT_FOUND,
    VERB_HA_PROXY_CONFIG_CHANGED,
    VERB_HA_PROXY_RESTARTED,
    VERB_SOURCE_FOUND,
    VERB_SOURCE_LOST,
    VERB_SWITCH_COMPLETED,
    VERB_SWITCH_FAILED,
    VERB_SWITCH_STARTED,
)
from aqueduct.v1.config_pb2 import DiffRevisionsRequest
from aqueduct.v1.haproxy_pb2 import ReloadRequest
from tests.integration.asking import master_pid
from tests.integration.follower import Follower
from tests.integration.members import KEY, Live, dead_member, members, policy, services
from tests.integration.numbered import Numbered
from tests.integration.registering import SERVICE, put_dynamic, set_version
from tests.refusals import refused

BACKEND = f"backends/{KEY}"


@pytest.fixture
def listing(tmp_path: Path) -> Path:
    file = tmp_path / "members.json"
    file.write_text("[]")
    return file


@pytest.fixture
async def aqueduct(haproxy_binary: Path, tmp_path: Path, listing: Path) -> AsyncIterator[Aqueduct]:
    options = ["--verify-interval=0.2", "--discovery=file", f"--discovery-file={listing}"]
    async with Aqueduct(tmp_path / "data", haproxy_binary, options) as process:
        yield process


async def test_a_revision_whose_difference_can_be_asked_for(aqueduct: Aqueduct) -> None:
    numbered = Numbered.on(aqueduct)
    before = (await numbered.put(1)).revision
    written = await numbered.put(2)
    told = Follower(aqueduct)
    await told.until(VERB_CONFIG_CHANGED)
    changed = (await told.until(VERB_CONFIG_CHANGED)).config.revision
    assert changed.revision == written.revision
    request = DiffRevisionsRequest(from_revision=before, to_revision=changed.revision)
    diff = await aqueduct.config.DiffRevisions(request)
    assert [change.resource for change in diff.changes] == ["frontends/numbered"]
    assert "string 2" in diff.config_diff


async def test_applies_by_a_reload_and_without(aqueduct: Aqueduct, free_port: int) -> None:
    told = Follower(aqueduct)
    async with services("1", 2) as found:
        live = await Live.on(aqueduct, members(found[:1]), free_port)
        reloaded = await told.until(VERB_HA_PROXY_RESTARTED, "haproxy")
        assert reloaded.message.endswith(f" ms: {reloaded.apply.reason}")
        assert reloaded.apply.reason
        assert seconds(reloaded.apply.duration) > 0
        await told.until(VERB_HA_PROXY_RESTARTED)
        changed = (await live.put(members(found))).apply
        event = await told.until(VERB_HA_PROXY_CONFIG_CHANGED)
        while event.apply.revision != changed.revision:  # those before are of how the first ones came
            event = await told.until(VERB_HA_PROXY_CONFIG_CHANGED)
        assert event.apply == changed
        assert "changed without a reload in " in event.message
        assert event.message.endswith(f": backend {KEY}: 1 server added")
        await aqueduct.haproxy.Reload(ReloadRequest(reason="a new certificate"))
        assert "a new certificate" in (await told.until(VERB_HA_PROXY_RESTARTED)).message


async def test_drift(aqueduct: Aqueduct) -> None:
    told = Follower(aqueduct)
    await Numbered.on(aqueduct).put(1)
    os.kill(await master_pid(aqueduct), signal.SIGUSR2)
    found = await told.until(VERB_DRIFT_FOUND)
    assert found.message == f"{found.resource} was put right: {found.drift.message}"
    assert "reloaded by somebody else" in found.drift.message
    assert "reloaded by somebody" in (await told.until(VERB_HA_PROXY_RESTARTED)).apply.reason


async def test_switches(aqueduct: Aqueduct, free_port: int) -> None:
    told = Follower(aqueduct)
    async with services("1", 1) as old, services("2", 1) as new:
        live = await Live.on(aqueduct, members(old), free_port)
        await live.put(members(new))
        started = await told.until(VERB_SWITCH_STARTED, BACKEND)
        assert started.transition.min_healthy == 1
        completed = await told.until(VERB_SWITCH_COMPLETED, BACKEND)
        assert completed.transition.revision == started.transition.revision
        error = await refused(live.put([dead_member()], policy(switch=1.0)))
        failed = await told.until(VERB_SWITCH_FAILED, BACKEND)
        assert failed.message.removeprefix(f"{BACKEND}: the switch failed: ") == error.message.removeprefix(
            f"{BACKEND}: "
        )


async def test_a_switch_that_another_write_takes_the_place_of_is_not_complete(
    aqueduct: Aqueduct, free_port: int
) -> None:
    told = Follower(aqueduct)
    async with services("1", 1) as old:
        live = await Live.on(aqueduct, members(old), free_port)
        switch = asyncio.create_task(live.put([dead_member()]))
        await told.until(VERB_SWITCH_STARTED, BACKEND)
        await live.put(members(old))
        assert (await refused(switch)).reason == "SWITCH_SUPERSEDED"
        last = (await Numbered.on(aqueduct).put(1)).revision
        while (await told.until(VERB_CONFIG_CHANGED)).config.revision.revision != last:
            pass
    ends = {VERB_SWITCH_COMPLETED, VERB_SWITCH_FAILED}
    assert not ends & {event.verb for event in told.events}


async def test_a_switch_of_versions(aqueduct: Aqueduct, free_port: int, listing: Path) -> None:
    told = Follower(aqueduct)
    async with services("1", 1) as old, services("2", 1) as new:
        found = [("1", old[0].port), ("2", new[0].port)]
        places = [
            {"name": SERVICE, "version": version, "host": "127.0.0.1", "port": port}
            for version, port in found
        ]
        _write(listing, json.dumps(places))
        await put_dynamic(aqueduct, "1", free_port)
        await set_version(aqueduct, "2")
        completed = await told.until(VERB_SWITCH_COMPLETED, BACKEND)
    assert completed.message == f"{BACKEND}: the switch is complete, 1 to 2"


async def test_a_source_that_is_lost_and_found(aqueduct: Aqueduct, listing: Path) -> None:
    told = Follower(aqueduct)
    _write(listing, "[{")
    lost = await told.until(VERB_SOURCE_LOST, "sources/file")
    assert str(listing) in lost.source.error
    assert lost.message == f"file does not answer: {lost.source.error}; what it last told stays"
    _write(listing, "[]")
    found = await told.until(VERB_SOURCE_FOUND, "sources/file")
    assert (found.message, found.source.error) == ("file answers again", "")


def _write(path: Path, text: str) -> None:
    path.write_text(text)
