"""Reloads that somebody asks for, and the change to other templates.

Both begin with a fresh design: templates and settings are read, and what is served is rendered by
them, read by HAProxy, and its new addresses are tried. Only then does the design take the place of the
one in use, and HAProxy runs by it; where it does not after all, the former is in use again.
"""

import asyncio
from collections.abc import Callable
from functools import partial

import structlog

from aqueduct import stages
from aqueduct.errors import AqueductError, RejectedByHAProxy, Unavailable, Unmet, Violation
from aqueduct.plan.diff import config_diff
from aqueduct.plan.plan import Reload, plan
from aqueduct.ports.clock import Clock
from aqueduct.ports.haproxy import HAProxy, HAProxyEnded, HAProxyFailed
from aqueduct.render.renderer import Rendered, Renderer
from aqueduct.service.applier import Applier
from aqueduct.service.outcome import Stopwatch, stage_of
from aqueduct.service.reconciler import Reconciler
from aqueduct.service.verdict import objections, unavailable
from aqueduct.v1.apply_pb2 import APPLY_KIND_NOTHING, APPLY_KIND_RELOAD, ApplyKind, ApplyOutcome, Plan

log = structlog.get_logger()

ASKED = "asked for"
"""The reason of a reload that nothing else has one for."""


class Reloading:
    """Reloads HAProxy. `fresh` reads templates and settings, and may block; its errors are AqueductErrors."""

    def __init__(
        self,
        reconciler: Reconciler,
        applier: Applier,
        haproxy: HAProxy,
        renderer: Renderer,
        *,
        clock: Clock,
        fresh: Callable[[], Renderer],
    ) -> None:
        self._reconciler = reconciler
        self._applier = applier
        self._haproxy = haproxy
        self._renderer = renderer
        self._clock = clock
        self._fresh = fresh

    async def plan(self, reason: str = "") -> Plan:
        """Return what `reload` would do. Errors: as of `reload`."""
        _, rendered = await self._tried()
        return self._plan(rendered, reason)

    async def reload(self, reason: str = "") -> ApplyOutcome:
        """Have HAProxy read its configuration and the files that it names anew, by fresh templates.

        Errors: RejectedByHAProxy; Unmet for a template that fails, and for an address that cannot be had;
        Exhausted, Unavailable. What served before serves on then.
        """
        outcome = await self._reconciler.exclusive.run(partial(self._reload, reason, only_changed=False))
        stages.tell(stage_of(outcome))
        return outcome

    async def take_up(self) -> ApplyOutcome:
        """Reload only where fresh templates and settings change anything. Errors: as of `reload`."""
        return await self._reconciler.exclusive.run(partial(self._reload, "", only_changed=True))

    async def _reload(self, reason: str, *, only_changed: bool) -> ApplyOutcome:
        watch = Stopwatch.started(self._clock)
        renderer, rendered = await self._tried()
        planned = self._plan(rendered, reason)
        is_changed = self._applier.reloads(rendered)
        if is_changed or not only_changed:
            log.info("reload planned", reason=planned.reason, diff=planned.config_diff)
        former, self._renderer.design = self._renderer.design, renderer.design
        try:
            if only_changed and not is_changed:
                kind, planned.reason = await self._applier.apply(rendered)
            else:
                await self._applier.reload(rendered)
                kind = APPLY_KIND_RELOAD
        except HAProxyFailed as error:
            self._renderer.design = former
            if isinstance(error, HAProxyEnded):
                raise
            raise RejectedByHAProxy([Violation("templates", str(error))]) from error
        except AqueductError:
            self._renderer.design = former
            raise
        return self._noted(watch, kind, planned.reason)

    def _noted(self, watch: Stopwatch, kind: ApplyKind, reason: str) -> ApplyOutcome:
        outcome = watch.applied(kind, self._reconciler.served.revision, reason)
        if kind != APPLY_KIND_NOTHING:
            self._reconciler.note(outcome)
        return outcome

    async def _tried(self) -> tuple[Renderer, Rendered]:
        """Return a fresh renderer, and what is served as rendered by it, which HAProxy takes."""
        renderer = await asyncio.to_thread(self._fresh)
        rendered = self._reconciler.account.excluded.render(renderer.render, self._reconciler.served)
        try:
            found = await objections(self._haproxy, rendered.text, rendered)
            if found:
                raise RejectedByHAProxy(
                    Violation(str(objection.ref or objection.header or "templates"), objection.message)
                    for objection in found
                )
            for objection in await unavailable(self._haproxy, rendered, self._reconciler.running.sections):
                raise Unmet("BIND_ADDRESS", str(objection.ref or objection.header), objection.message)
        except HAProxyFailed as error:
            raise Unavailable("HAPROXY_CHECK", f"HAProxy could not check the change: {error}") from error
        return renderer, rendered

    def _plan(self, rendered: Rendered, reason: str) -> Plan:
        running, desired = self._reconciler.running, rendered.image
        step = plan(running, desired, self._haproxy.capabilities)
        why = step.reason if isinstance(step, Reload) else ASKED
        told = f"{ASKED}: {reason}" if reason else why
        diff = config_diff(running.sections, desired.sections)
        return Plan(kind=APPLY_KIND_RELOAD, reason=told, config_diff=diff)
