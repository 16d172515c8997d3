"""Dynamic backends: members of discovery, switched by version, without a reload."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest

from aqueduct.demo.processes import Aqueduct
from aqueduct.v1.apply_pb2 import APPLY_KIND_NOTHING, APPLY_KIND_RUNTIME
from aqueduct.v1.backend_pb2 import CHECK_NONE, MEMBER_PHASE_SERVING
from aqueduct.v1.registry_pb2 import KeepAliveRequest, RegisterRequest, Registration
from tests.integration.asking import status_of
from tests.integration.members import KEY, Live, policy, services, worker_pid
from tests.integration.registering import SERVICE, deregister, put_dynamic, register, set_version
from tests.load import Load, fetch
from tests.refusals import refused


async def _until(live: Live, ports: set[int]) -> None:
    while set(await live.phases()) != ports or (await live.stored()).HasField("transition"):
        await asyncio.sleep(0.01)


async def test_members_follow_the_registry_without_a_reload(aqueduct: Aqueduct, free_port: int) -> None:
    async with services("1", 3) as found:
        live = Live(aqueduct, free_port)
        await put_dynamic(aqueduct, "1.0.0", free_port)
        assert (await fetch(free_port)).status == 503
        worker = await worker_pid(aqueduct)
        ids = await register(aqueduct, found, "1.0.0")
        await _until(live, {each.port for each in found})
        async with Load(free_port, connections=4) as load:
            await deregister(aqueduct, ids[:1])
            await _until(live, {each.port for each in found[1:]})
            await load.further(20)
        assert load.failures == []
        member = (await live.listed())[0]
        assert (member.name, member.version, member.id in ids[1:]) == (SERVICE, "1.0.0", True)
        assert member.last_known > 0
        assert await worker_pid(aqueduct) == worker


async def test_a_version_is_switched_without_a_failed_request(aqueduct: Aqueduct, free_port: int) -> None:
    async with services("1", 2) as old, services("2", 2) as new:
        live = Live(aqueduct, free_port)
        await register(aqueduct, old, "1.0.0")
        await register(aqueduct, new, "2.0.0")
        await put_dynamic(aqueduct, "1.0.0", free_port)
        worker = await worker_pid(aqueduct)
        async with Load(free_port, connections=8) as load:
            for version, found in (("2.0.0", new), ("1.0.0", old), ("2.0.0", new)):
                response = await set_version(aqueduct, version)
                assert response.apply.kind == APPLY_KIND_RUNTIME
                assert response.backend.version == version
                assert {(await fetch(free_port)).body for _ in range(8)} == {version[0].encode()}
                assert {member.port for member in response.backend.members} == {each.port for each in found}
                await load.further(20)
        assert load.failures == []
        await live.settled()
        assert await worker_pid(aqueduct) == worker


async def test_a_version_without_members_is_refused_unless_that_is_allowed(
    aqueduct: Aqueduct, free_port: int
) -> None:
    async with services("1", 1) as old:
        live = Live(aqueduct, free_port)
        await register(aqueduct, old, "1.0.0")
        await put_dynamic(aqueduct, "1.0.0", free_port)
        error = await refused(set_version(aqueduct, "9.9.9"))
        assert (error.code, error.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "NO_MEMBERS")
        assert "myapp 9.9.9 has no members" in error.message
        assert (await live.stored()).version == "1.0.0"
        assert (await fetch(free_port)).body == b"1"
        response = await set_version(aqueduct, "9.9.9", allow_empty=True)
        assert response.backend.version == "9.9.9"
        await _until(live, set())
        assert (await fetch(free_port)).status == 503


async def test_a_version_whose_members_do_not_come_up_is_undone(aqueduct: Aqueduct, free_port: int) -> None:
    async with services("1", 2) as old, services("2", 1) as new:
        live = Live(aqueduct, free_port)
        await register(aqueduct, old, "1.0.0")
        await put_dynamic(aqueduct, "1.0.0", free_port)
        await register(aqueduct, new, "2.0.0")
        await new[0].__aexit__()  # registered, and gone
        error = await refused(set_version(aqueduct, "2.0.0", switch_policy=policy(switch=1.0)))
        assert error.reason == "SWITCH_FAILED"
        assert "Connection refused" in error.message
        assert (await live.settled()) == {each.port: MEMBER_PHASE_SERVING for each in old}
        assert (await live.stored()).version == "1.0.0"
        status = await status_of(aqueduct)
        assert status.applied_revision == status.stored_revision
        await new[0].__aenter__()


async def test_registrations_outlive_aqueduct_and_a_silent_source_takes_nothing_off(
    aqueduct: Aqueduct, free_port: int
) -> None:
    async with services("1", 2) as found:
        live = Live(aqueduct, free_port)
        await register(aqueduct, found, "1.0.0")
        await put_dynamic(aqueduct, "1.0.0", free_port)
        await _until(live, {each.port for each in found})
        async with Load(free_port, connections=4) as load:
            await aqueduct.end(signal.SIGKILL)
            await aqueduct.start()
            await status_of(aqueduct, lambda status: bool(status.sources))
            await load.further(20)
        assert load.failures == []
        assert (await status_of(aqueduct)).last_apply.kind == APPLY_KIND_NOTHING
        assert set(await live.phases()) == {each.port for each in found}


async def test_a_stream_keeps_a_registration_alive(aqueduct: Aqueduct, free_port: int) -> None:
    async with services("1", 2) as found:
        live = Live(aqueduct, free_port)
        registrations = [
            Registration(name=SERVICE, version="1.0.0", host="127.0.0.1", port=each.port) for each in found
        ]
        for registration, ttl in zip(registrations, (1, 3_600), strict=True):
            registration.ttl.FromSeconds(ttl)
            response = await aqueduct.registry.Register(RegisterRequest(registration=registration))
            registration.id = response.registration.id
        stream = aqueduct.registry.KeepAlive()
        await stream.write(KeepAliveRequest(id=registrations[0].id))
        await stream.read()
        await put_dynamic(aqueduct, "1.0.0", free_port, check=CHECK_NONE)
        await _until(live, {each.port for each in found})
        stream.cancel()
        await _until(live, {found[1].port})


@pytest.fixture
def listing(tmp_path: Path) -> Path:
    file = tmp_path / "members.json"
    file.write_text("[]")
    return file


@pytest.fixture
async def filed(haproxy_binary: Path, tmp_path: Path, listing: Path) -> AsyncIterator[Aqueduct]:
    options = ["--discovery=file,registry", f"--discovery-file={listing}"]
    async with Aqueduct(tmp_path / "data", haproxy_binary, options) as process:
        yield process


async def test_a_file_that_breaks_keeps_the_last_known_members_and_is_told(
    filed: Aqueduct, free_port: int, listing: Path
) -> None:
    async with services("1", 2) as found:
        live = Live(filed, free_port)
        members = [
            {"name": SERVICE, "version": "1", "host": "127.0.0.1", "port": each.port} for each in found
        ]
        _write(listing, json.dumps(members[:1]))
        await put_dynamic(filed, "1", free_port)
        await _until(live, {found[0].port})
        _write(listing, json.dumps(members))
        await _until(live, {each.port for each in found})
        _write(listing, "[{")
        status = await status_of(filed, lambda status: bool(status.sources[0].error))
        assert (status.sources[0].name, status.sources[1].name) == ("file", "registry")
        assert str(listing) in status.sources[0].error
        assert (await fetch(free_port)).body == b"1"
        assert set(await live.phases()) == {each.port for each in found}
        _write(listing, json.dumps(members[1:]))
        await _until(live, {found[1].port})
        assert not (await status_of(filed)).sources[0].error


def _write(path: Path, text: str) -> None:
    path.write_text(text)


async def test_a_source_that_is_not_configured_is_refused_by_name(filed: Aqueduct) -> None:
    error = await refused(put_dynamic(filed, "1", discovery="dns"))
    assert error.code is grpc.StatusCode.INVALID_ARGUMENT
    assert "file, registry" in error.fields["backend.discovery"]
    assert KEY not in error.fields


async def test_a_move_to_the_registry_takes_nobody_off_before_he_could_register(
    filed: Aqueduct, free_port: int, listing: Path
) -> None:
    async with services("1", 3) as found:
        live = Live(filed, free_port)
        ports = {each.port for each in found}
        places = [{"name": SERVICE, "version": "1", "host": "127.0.0.1", "port": port} for port in ports]
        _write(listing, json.dumps(places))
        await put_dynamic(filed, "1", free_port)
        await _until(live, ports)
        await filed.end(signal.SIGTERM)
        filed.options = ["--empty-grace=3"]
        await filed.start()
        async with Load(free_port, connections=4) as load:
            await register(filed, found[:1], "1")
            await status_of(filed, lambda status: bool(status.sources[0].held_services))
            assert set(await live.phases()) == ports
            await register(filed, found[1:2], "1")
            await _until(live, {each.port for each in found[:2]})
        assert load.failures == []
        assert not (await status_of(filed)).sources[0].held_services
