"""The services on a real store and a real HAProxy, with failures injected where only they can be."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from aqueduct.clock import SystemClock
from aqueduct.errors import AqueductError, Exhausted, Invalid, RejectedByHAProxy, Unavailable
from aqueduct.haproxy.adapter import MasterWorker
from aqueduct.model.resources import Kind, Ref, put
from aqueduct.model.server_states import NO_STATES, SectionStates
from aqueduct.plan.rows import NO_ROWS, StateRows
from aqueduct.ports.haproxy import HAProxyFailed
from aqueduct.ports.store import NOTHING_KNOWN, Committed
from aqueduct.render.renderer import Renderer
from aqueduct.render.templates import builtin_templates
from aqueduct.service.configuration import WriteOptions, Written
from aqueduct.service.control import Adapters, ControlPlane
from aqueduct.service.discoveries import Discoveries
from aqueduct.service.reconciler import Reconciler
from aqueduct.settings import ProxySettings
from aqueduct.store.lmdb import LmdbStore
from aqueduct.v1.apply_pb2 import APPLY_KIND_NOTHING, APPLY_KIND_RELOAD, WAIT_FOR_COMMIT
from aqueduct.v1.backend_pb2 import BACKEND_TYPE_STATIC, Backend
from aqueduct.v1.common_pb2 import Annotation
from aqueduct.v1.config_pb2 import Change
from aqueduct.v1.haproxy_pb2 import Refusal, RefusedWrite
from aqueduct.v1.history_pb2 import Revision


class FaultyHAProxy(MasterWorker):
    """A real HAProxy whose next reloads fail as told."""

    before: list[Exception | None]
    """Raised one by one instead of a reload; None lets one through."""
    behind: list[Exception]
    """Raised one by one after a reload that went well."""
    reloads: int
    gate: asyncio.Event
    """Reloads wait until it is set."""

    async def reload(
        self,
        config: str,
        servers: StateRows = NO_ROWS,
        rest: StateRows = NO_ROWS,
        states: SectionStates = NO_STATES,
    ) -> None:
        self.reloads += 1
        await self.gate.wait()
        if self.before and (fault := self.before.pop(0)) is not None:
            raise fault
        await super().reload(config, servers, rest, states)
        if self.behind:
            raise self.behind.pop(0)


class FaultyStore(LmdbStore):
    """A real store whose next commits fail as told."""

    faults: list[AqueductError | None]

    async def commit(self, changes: Sequence[Change], about: Revision = NOTHING_KNOWN) -> Committed:
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None:
            raise fault
        return await super().commit(changes, about)


@dataclass
class Services:
    store: FaultyStore
    haproxy: FaultyHAProxy
    control: ControlPlane
    options: WriteOptions = field(default_factory=WriteOptions)

    async def put(self, key: str, balance: str = "roundrobin", expected: int | None = None) -> Written:
        change = put(Backend(key=key, type=BACKEND_TYPE_STATIC, balance=balance), expected)
        return await self.control.configuration.write([change], paths=["backend"], options=self.options)

    @property
    def reconciler(self) -> Reconciler:
        return self.control.reconciler

    def config(self) -> str:
        return self.control.status.config()[0]

    def stored(self, key: str) -> str | None:
        backend = self.store.snapshot().get(Ref(Kind.BACKEND, key))
        assert backend is None or isinstance(backend, Backend)
        return backend.balance if backend is not None else None

    def agree(self) -> bool:
        """Tell whether store, reconciler and file are at one."""
        status = self.reconciler.status()
        served = {
            header.removeprefix("backend ")
            for header in self.reconciler.running.sections
            if header.startswith("backend ") and header in self.config()
        }
        return (
            status.applied_revision == status.stored_revision
            and set(self.store.snapshot().backends) == served
        )


@pytest.fixture
async def services(haproxy_binary: Path, tmp_path: Path) -> AsyncIterator[Services]:
    store = await FaultyStore.open(tmp_path / "store")
    store.faults = []
    haproxy = await FaultyHAProxy.open(tmp_path / "haproxy", haproxy_binary)
    haproxy.before, haproxy.behind, haproxy.reloads = [], [], 0
    haproxy.gate = asyncio.Event()
    haproxy.gate.set()
    renderer = Renderer(builtin_templates(), ProxySettings(), haproxy.capabilities)
    clock = SystemClock()
    control = ControlPlane(
        Adapters(
            store,
            haproxy,
            haproxy.runtime,
            haproxy.states,
            renderer,
            lambda: renderer,
            Discoveries((), clock),
            clock,
        ),
        {},
    )
    await control.reconciler.start()
    try:
        async with asyncio.TaskGroup() as tasks:
            running = [(work, tasks.create_task(work.run())) for work in control.works()]
            yield Services(store, haproxy, control)
            for work, task in reversed(running):
                (work.stop or task.cancel)()
    finally:
        await control.reconciler.life.close()
        await haproxy.stop()
        await haproxy.close()
        await store.close()


async def test_a_change_whose_reload_fails_is_taken_back_by_a_further_revision(services: Services) -> None:
    await services.put("a")
    told: list[Refusal] = []
    services.reconciler.on_refused.append(told.append)
    services.haproxy.before = [HAProxyFailed("out of luck")]
    services.options = WriteOptions(about=Revision(annotation=Annotation(author="ann")))
    with pytest.raises(RejectedByHAProxy, match="backend: out of luck"):
        await services.put("a", "leastconn")
    assert services.stored("a") == "roundrobin"
    write = RefusedWrite(
        annotation=Annotation(author="ann"), resources=["backends/a"], resource_count=1, revision=2
    )
    assert told == [Refusal(message="out of luck", write=write)]
    await services.put("b")
    assert services.store.snapshot().revision == 4
    assert services.agree()


async def test_of_changes_that_share_a_failed_apply_only_those_at_fault_are_refused(
    services: Services,
) -> None:
    services.haproxy.gate.clear()
    first = asyncio.create_task(services.put("first"))
    while services.haproxy.reloads == 0:
        await asyncio.sleep(0)
    writes = [asyncio.create_task(services.put(key)) for key in ("x", "y", "z")]
    while services.stored("z") is None:
        await asyncio.sleep(0)
    # After the first's reload: that of all three, then of x alone, y alone, z alone.
    services.haproxy.before = [None, HAProxyFailed("all"), None, HAProxyFailed("y"), None]
    services.haproxy.gate.set()
    await first
    x, y, z = await asyncio.gather(*writes, return_exceptions=True)
    assert isinstance(x, Written)
    assert isinstance(y, RejectedByHAProxy)
    assert isinstance(z, Written)
    assert (services.stored("x"), services.stored("y"), services.stored("z")) == (
        "roundrobin",
        None,
        "roundrobin",
    )
    await services.put("last")
    assert services.agree()


async def test_a_reload_that_did_not_tell_its_outcome_is_settled_by_another(services: Services) -> None:
    await services.put("a")
    services.haproxy.behind = [Unavailable("HAPROXY_SILENT", "no answer")]
    with pytest.raises(Unavailable):
        await services.put("b")
    assert services.stored("b") is None
    written = await services.put("c")
    assert written.apply is not None
    assert written.apply.kind == APPLY_KIND_RELOAD
    assert services.agree()
    assert "backend b" not in services.config()


async def test_a_refused_change_that_the_store_cannot_undo_is_undone_later(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aqueduct.service.reconciler.RETRY", 0.05)
    await services.put("a")
    services.haproxy.before = [HAProxyFailed("out of luck")]
    services.store.faults = [None, Exhausted("DISK_FULL", "no room")]
    with pytest.raises(RejectedByHAProxy):
        await services.put("a", "leastconn")
    while services.stored("a") != "roundrobin":
        await asyncio.sleep(0.01)
    await services.put("b")
    assert services.agree()


async def test_a_put_of_what_is_stored_makes_no_revision_and_no_reload(services: Services) -> None:
    first = await services.put("a")
    reloads = services.haproxy.reloads
    second = await services.put("a")
    assert second.apply is not None
    assert (second.apply.kind, second.revision) == (APPLY_KIND_NOTHING, first.revision)
    assert second.changes == first.changes
    assert services.haproxy.reloads == reloads


async def test_a_put_that_changes_nothing_is_in_nobodys_way(services: Services) -> None:
    first = await services.put("b")
    writes = (
        services.put("new"),
        services.put("b"),
        services.put("b", "leastconn", expected=first.revision),
        services.put("new"),
    )
    new, same, changed, again = await asyncio.gather(*writes)
    assert same.changes[0].put_backend.revision in {first.revision, changed.revision}
    assert changed.changes[0].put_backend.balance == "leastconn"
    assert again.changes == new.changes
    assert services.stored("b") == "leastconn"
    assert services.agree()


async def test_no_revision_counts_as_applied_that_is_not_served(services: Services) -> None:
    services.haproxy.gate.clear()
    first = asyncio.create_task(services.put("first"))
    while services.haproxy.reloads == 0:
        await asyncio.sleep(0)
    second = asyncio.create_task(services.put("second"))
    while services.stored("second") is None:
        await asyncio.sleep(0)
    services.haproxy.before = [HAProxyFailed("out of luck")]
    services.haproxy.gate.set()
    with pytest.raises(RejectedByHAProxy):
        await first
    # Taken back by revision 3, while the second's revision 2 still waits for its reload.
    status = services.reconciler.status()
    seen = (status.applied_revision, "backend second" in services.reconciler.running.sections)
    await second
    assert seen in {(0, False), (3, True)}
    assert services.agree()


async def test_changes_that_arrive_together_share_reloads(services: Services) -> None:
    before = services.haproxy.reloads
    await asyncio.gather(*(services.put(f"b{number}") for number in range(50)))
    assert services.haproxy.reloads - before <= 3
    assert services.agree()


async def test_an_answer_at_the_commit_does_not_wait_for_haproxy(services: Services) -> None:
    services.options = WriteOptions(wait_for=WAIT_FOR_COMMIT)
    written = await services.put("a")
    assert written.apply is None
    assert services.stored("a") == "roundrobin"
    services.options = WriteOptions()
    await services.put("b")
    assert services.agree()


async def test_a_resource_is_named_once_in_a_request(services: Services) -> None:
    change = put(Backend(key="a", type=BACKEND_TYPE_STATIC))
    with pytest.raises(Invalid, match=r"changes\[1\]"):
        await services.control.configuration.write(
            [change, change], paths=["changes[0]", "changes[1]"], options=WriteOptions()
        )
    with pytest.raises(Invalid, match="at least one"):
        await services.control.configuration.write([], paths=[], options=WriteOptions())
