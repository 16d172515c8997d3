"""What is stored and cannot be served is reported, and holds up nobody and nothing else."""

import os
import resource
import signal
import socket
from pathlib import Path

from aqueduct.demo.processes import Aqueduct
from aqueduct.v1.apply_pb2 import APPLY_KIND_RELOAD, WAIT_FOR_COMMIT
from aqueduct.v1.backend_pb2 import BACKEND_TYPE_STATIC, Backend, Member, PutBackendRequest
from aqueduct.v1.frontend_pb2 import Frontend, PutFrontendRequest
from aqueduct.v1.haproxy_pb2 import GetHAProxyInfoRequest
from tests.integration.asking import status_of
from tests.integration.numbered import Numbered
from tests.load import Load
from tests.refusals import refused


async def test_a_resource_whose_file_is_gone_does_not_hold_up_others(
    aqueduct: Aqueduct, free_port: int, tmp_path: Path
) -> None:
    numbered = Numbered.on(aqueduct)
    await numbered.put(1)
    patterns = tmp_path / "patterns"
    patterns.write_text("192.0.2.1\n")
    native = f"http-request deny if {{ src -f {patterns} }}"
    other = Frontend(key="other", bind=f"127.0.0.1:{free_port}", backend="none", natives=[native])
    await aqueduct.frontends.PutFrontend(PutFrontendRequest(frontend=other))
    patterns.unlink()

    response = await numbered.put(2)
    assert response.apply.kind == APPLY_KIND_RELOAD
    assert await numbered.served() == 2
    status = await status_of(aqueduct)
    assert [(refusal.resource, refusal.field) for refusal in status.refusals] == [
        ("frontends/other", "natives[0]")
    ]
    patterns.write_text("192.0.2.1\n")
    await status_of(aqueduct, lambda status: not status.refusals)
    with socket.create_connection(("127.0.0.1", free_port)):
        pass


async def test_what_only_a_load_refuses_is_found_at_an_adoption_and_others_go_on(aqueduct: Aqueduct) -> None:
    numbered = Numbered.on(aqueduct)
    await numbered.put(1)
    info = (await aqueduct.haproxy.GetHAProxyInfo(GetHAProxyInfoRequest())).info
    limit = int(info.fields["Ulimit-n"]) + 20
    members = [Member(host="127.0.0.1", port=number) for number in range(1, 101)]
    large = Backend(key="large", type=BACKEND_TYPE_STATIC, members=members)
    small = Backend(key="small", type=BACKEND_TYPE_STATIC)
    # Stored, but not loaded: HAProxy's reload hangs until Aqueduct is killed.
    os.kill(info.master_pid, signal.SIGSTOP)
    for backend in (large, small):
        await aqueduct.backends.PutBackend(PutBackendRequest(backend=backend, wait_for=WAIT_FOR_COMMIT))
    await aqueduct.end(signal.SIGKILL)
    resource.prlimit(info.master_pid, resource.RLIMIT_NOFILE, (limit, limit))
    os.kill(info.master_pid, signal.SIGCONT)

    await aqueduct.start()
    status = await status_of(aqueduct)
    assert [refusal.resource for refusal in status.refusals] == ["backends/large"]
    assert "limit" in status.refusals[0].message
    assert (await numbered.put(2)).apply.kind == APPLY_KIND_RELOAD
    assert await numbered.served() == 2
    assert (await aqueduct.haproxy.GetHAProxyInfo(GetHAProxyInfoRequest())).info.master_pid == info.master_pid
    # Put again as it is stored, it is tried again; it is never told to serve.
    error = await refused(aqueduct.backends.PutBackend(PutBackendRequest(backend=large)))
    assert "limit" in error.message


async def test_a_stats_page_that_cannot_bind_is_left_out(haproxy_binary: Path, tmp_path: Path) -> None:
    async with Aqueduct(tmp_path / "data", haproxy_binary, ["--on-exit=keep"]) as aqueduct:
        numbered = Numbered.on(aqueduct)
        await numbered.put(1)
        before = (await aqueduct.haproxy.GetHAProxyInfo(GetHAProxyInfoRequest())).info
        await aqueduct.end()
        with socket.create_server(("127.0.0.1", 0)) as taken:
            page = f"127.0.0.1:{taken.getsockname()[1]}"
            aqueduct.options = ["--on-exit=keep", f"--stats-page={page}"]
            async with Load(numbered.port, connections=4, keep_alive=False) as load:
                await aqueduct.start()
            status = await status_of(aqueduct)
            assert [refusal.resource for refusal in status.refusals] == ["listen _aqueduct_stats"]
            assert (await numbered.put(2)).apply.kind == APPLY_KIND_RELOAD
            after = (await aqueduct.haproxy.GetHAProxyInfo(GetHAProxyInfoRequest())).info
            assert after.master_pid == before.master_pid
            os.kill(after.master_pid, signal.SIGKILL)
            await status_of(aqueduct, lambda status: "HAProxy ended" in status.last_apply.reason)
            assert await numbered.served() == 2
        assert load.failures == []
        await status_of(aqueduct, lambda status: not status.refusals)
        host, _, port = page.rpartition(":")
        with socket.create_connection((host, int(port))):
            pass


async def test_a_template_that_haproxy_refuses_takes_nothing_off_that_serves(
    haproxy_binary: Path, tmp_path: Path
) -> None:
    templates = tmp_path / "templates"
    templates.mkdir()
    async with Aqueduct(tmp_path / "data", haproxy_binary, ["--on-exit=keep"]) as aqueduct:
        numbered = Numbered.on(aqueduct)
        await numbered.put(1)
        await aqueduct.end()
        (templates / "frontend.cfg.j2").write_text("frontend {{ name }}\n    rubbish\n")
        aqueduct.options = ["--on-exit=keep", f"--template-dir={templates}"]
        await aqueduct.start()
        status = await status_of(aqueduct)
        assert [refusal.resource for refusal in status.refusals] == ["frontends/numbered"]
        assert "rubbish" in status.refusals[0].message
        assert await numbered.served() == 1
