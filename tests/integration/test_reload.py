"""Reloads that somebody asks for, and templates and settings that change under a running Aqueduct."""

import json
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import grpc.aio
import pytest

from aqueduct.demo.processes import Aqueduct
from aqueduct.render.templates import builtin_templates
from aqueduct.v1.apply_pb2 import APPLY_KIND_RELOAD
from aqueduct.v1.frontend_pb2 import Frontend, PutFrontendRequest
from aqueduct.v1.haproxy_pb2 import GetHAProxyConfigRequest, GetStatusRequest, ReloadRequest
from tests.integration.numbered import Numbered
from tests.load import Load
from tests.refusals import refused


class Changing:
    """An Aqueduct whose templates and file of options change."""

    def __init__(self, aqueduct: Aqueduct, directory: Path) -> None:
        self.aqueduct = aqueduct
        self.templates = directory / "templates"
        self.options = directory / "aqueduct.toml"

    def write(self, name: str, more: str) -> None:
        """Have the template `name` be the built-in one with `more` at its end."""
        (self.templates / name).write_text(builtin_templates()[name] + more)

    async def config(self) -> str:
        return (await self.aqueduct.haproxy.GetHAProxyConfig(GetHAProxyConfigRequest())).config

    def told(self, event: str) -> list[dict[str, object]]:
        lines = self.aqueduct.log.read_text().splitlines()
        events = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
        return [each for each in events if each["event"] == event]

    async def hang_up(self, event: str) -> dict[str, object]:
        """Send SIGHUP; return the next `event` of the log."""
        before = len(self.told(event))
        os.kill(self.aqueduct.pid, signal.SIGHUP)
        while len(self.told(event)) == before:
            await self.aqueduct.haproxy.GetStatus(GetStatusRequest())
        return self.told(event)[-1]


AGAIN = "settings and templates were read again"
AS_THEY_WERE = "settings and templates stay as they were"


@pytest.fixture
async def changing(haproxy_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Changing]:
    directory = tmp_path_factory.mktemp("aq")
    (directory / "templates").mkdir()
    options = directory / "aqueduct.toml"
    options.write_text("")
    given = (f"--template-dir={directory / 'templates'}", f"--config={options}")
    async with Aqueduct(directory / "data", haproxy_binary, given) as aqueduct:
        yield Changing(aqueduct, directory)


async def test_a_reload_that_was_asked_for(aqueduct: Aqueduct) -> None:
    numbered = Numbered.on(aqueduct)
    await numbered.put(1)
    async with Load(numbered.port) as load:
        planned = await aqueduct.haproxy.Reload(ReloadRequest(validate_only=True, reason="a certificate"))
        before = await aqueduct.serving_pids()
        done = await aqueduct.haproxy.Reload(ReloadRequest(reason="a certificate"))
    assert planned.plan.kind == done.apply.kind == APPLY_KIND_RELOAD
    assert planned.plan.reason == done.apply.reason == "asked for: a certificate"
    assert planned.plan.config_diff == ""
    assert load.failures == []
    assert aqueduct.haproxy_pids() != before
    status = (await aqueduct.haproxy.GetStatus(GetStatusRequest())).status
    assert status.last_apply == done.apply
    assert status.applied_revision == status.stored_revision


async def test_a_reload_of_what_does_not_load_any_more(
    aqueduct: Aqueduct, tmp_path: Path, free_port: int
) -> None:
    lists = tmp_path / "paths.lst"
    lists.write_text("/a\n")
    web = Frontend(key="web", bind=f"127.0.0.1:{free_port}", backend="app")
    web.natives.append(f"acl listed path -f {lists}")
    await aqueduct.frontends.PutFrontend(PutFrontendRequest(frontend=web))
    lists.unlink()
    serving = await aqueduct.serving_pids()
    error = await refused(aqueduct.haproxy.Reload(ReloadRequest()))
    assert error.code == grpc.StatusCode.INVALID_ARGUMENT
    assert str(lists) in error.fields["frontends/web"]
    assert aqueduct.haproxy_pids() == serving
    lists.write_text("/b\n")
    assert (await aqueduct.haproxy.Reload(ReloadRequest())).apply.reason == "asked for"


async def test_a_changed_template_is_taken_up_at_sighup(changing: Changing) -> None:
    numbered = Numbered.on(changing.aqueduct)
    await numbered.put(1)
    changing.write("defaults.cfg.j2", "    timeout tunnel 4711s\n")
    assert "4711s" not in await changing.config()
    async with Load(numbered.port) as load:
        again = await changing.hang_up(AGAIN)
    assert load.failures == []
    assert again["apply"] == "APPLY_KIND_RELOAD"
    assert "timeout tunnel 4711s" in await changing.config()
    planned = changing.told("reload planned")[-1]
    assert "+    timeout tunnel 4711s" in str(planned["diff"])
    await numbered.put(2)  # and is used from then on, not only once
    assert "timeout tunnel 4711s" in await changing.config()
    assert (await changing.hang_up(AGAIN))["apply"] == "APPLY_KIND_NOTHING"


@pytest.mark.parametrize(
    ("name", "more", "told"),
    [
        ("backend.cfg.j2", "{% if %}", ["backend.cfg.j2:", "Expected an expression"]),
        ("frontend.cfg.j2", "{{ frontend.nonsense }}", ["frontend.cfg.j2:", "nonsense"]),
        ("defaults.cfg.j2", "    timeout nonsense 1s\n", ["'timeout'", "got 'nonsense'"]),
        ("nonsense.cfg.j2", "", ["nonsense.cfg.j2 has no use"]),
    ],
)
async def test_a_template_that_will_not_do_changes_nothing(
    changing: Changing, name: str, more: str, told: list[str]
) -> None:
    numbered = Numbered.on(changing.aqueduct)
    await numbered.put(1)
    before, serving = await changing.config(), await changing.aqueduct.serving_pids()
    (changing.templates / name).write_text(builtin_templates().get(name, "") + more)
    error = await changing.hang_up(AS_THEY_WERE)
    assert all(words in str(error["error"]) for words in told), error
    assert await changing.config() == before
    refusal = await refused(changing.aqueduct.haproxy.Reload(ReloadRequest(validate_only=True)))
    assert all(words in refusal.message for words in told), refusal
    assert changing.aqueduct.haproxy_pids() == serving
    await numbered.put(2)  # by the templates that were good
    assert await numbered.served() == 2


async def test_settings_are_read_again_at_sighup(changing: Changing) -> None:
    changing.options.write_text(
        'hard-stop-after = "7s"\nhistory-count = 1\ndebug = true\nstats-page = ":1"\n'
    )
    assert (await changing.hang_up(AGAIN))["apply"] == "APPLY_KIND_RELOAD"
    assert "hard-stop-after 7000ms" in await changing.config()
    assert changing.told("settings that take a restart")[-1]["settings"] == ["proxy.stats_page"]
    numbered = Numbered.on(changing.aqueduct)
    await numbered.put(1)
    await numbered.put(1)  # changes nothing, which only debug tells
    assert any(each["level"] == "debug" for each in changing.told("applied"))
    changing.options.write_text("debug = false\nport = 'x'\n")
    error = await changing.hang_up(AS_THEY_WERE)
    assert f"{changing.options}:2: port: 'x' is not a valid integer" in str(error["error"])
    assert "hard-stop-after 7000ms" in await changing.config()
