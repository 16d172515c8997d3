"""`status`, `reload` and `completion`."""

import asyncio

import pytest

from aqueduct.demo.processes import Aqueduct
from aqueduct.v1.frontend_pb2 import Frontend, PutFrontendRequest
from tests.integration.command import Cli
from tests.integration.numbered import Numbered

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_status(cli: Cli, shared: Aqueduct) -> None:
    frontend = Frontend(key="web", bind=f"127.0.0.1:{Numbered.on(shared).port}", backend="nowhere")
    await shared.frontends.PutFrontend(PutFrontendRequest(frontend=frontend))
    table, document = await asyncio.gather(cli.ok("status"), cli.ok("status", "--output", "json"))
    assert table.lines[0].split() == ["HAProxy", "running"]
    assert table.lines[1].split() == ["revision", "1", "stored,", "1", "served"]
    assert "applied by one reload in" in table.lines[2]
    assert "source registry   answers" in table.lines
    assert table.lines[-2:] == ["Routed to, and not there (503):", "  backends/nowhere"]
    assert document.document["haproxyState"] == "running"
    assert document.document["missingBackends"] == ["nowhere"]


async def test_reload(cli: Cli, shared: Aqueduct) -> None:
    workers = set(await shared.serving_pids())
    dry = await cli.ok("reload", "--dry-run")
    assert dry.lines[0].startswith("HAProxy: one reload")
    assert set(shared.haproxy_pids()) == workers
    done = await cli.ok("reload", "--message", "a new certificate")
    assert done.out.startswith("applied by one reload in")
    assert "a new certificate" in done.out
    document = await cli.ok("reload", "-m", "again", "-o", "json")
    assert document.document["apply"]["kind"] == "reload"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
async def test_a_shell_is_told_how_to_complete(cli: Cli, shell: str) -> None:
    done = await cli.ok("completion", shell)
    assert "_AQUEDUCT_COMPLETE" in done.out


async def test_words_are_completed(cli: Cli, shared: Aqueduct) -> None:
    numbered = Numbered.on(shared, "completes")
    await numbered.put(1)

    async def completed(*words: str, server: str = shared.target) -> list[str]:
        line = " ".join(("aqueduct", *words))
        shell = cli.having(
            _AQUEDUCT_COMPLETE="bash_complete",
            COMP_WORDS=line,
            COMP_CWORD=str(len(words)),
            AQUEDUCT_SERVER=server,
        )
        done = await shell.ok()
        return [each.partition(",")[2] for each in done.lines if each]

    commands, options, resources, kinds, nobody = await asyncio.gather(
        completed("his"),
        completed("apply", "--pr"),
        completed("delete", "frontends/c"),
        completed("get", "mem"),
        completed("delete", "f", server="127.0.0.1:1"),
    )
    assert commands == ["history"]
    assert options == ["--prune"]
    assert resources == ["frontends/completes"]
    assert kinds == ["members"]
    assert nobody == []
