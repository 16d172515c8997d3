"""The trial of a candidate by HAProxy, before it is stored.

HAProxy itself reads the sections that would change and those whose raw lines mention them, with the
real global and defaults sections and empty backends for every name that they refer to: that costs
the same at any size. Only where it objects, or where a raw line claims what must be unique, it reads
the whole configuration, which alone can tell. Then new bind addresses are tried, since HAProxy's own
check does not.
"""

from collections.abc import Collection, Mapping, Sequence

from aqueduct.errors import Unavailable, Unmet
from aqueduct.model.members import only_members_differ
from aqueduct.model.resources import Ref, Resource, ref_of, resource_of
from aqueduct.model.snapshot import Snapshot, settled
from aqueduct.plan.diff import config_diff
from aqueduct.plan.plan import Live, Reload, plan
from aqueduct.ports.haproxy import HAProxy, HAProxyFailed
from aqueduct.render.excerpt import excerpt
from aqueduct.render.mentions import mentioning, mentioning_any, needs_whole_check
from aqueduct.render.renderer import Rendered, Renderer
from aqueduct.service.mentioned import Mentioned
from aqueduct.service.reconciler import Reconciler
from aqueduct.service.verdict import objections, rejection, unavailable
from aqueduct.v1.apply_pb2 import (
    APPLY_KIND_NOTHING,
    APPLY_KIND_RELOAD,
    APPLY_KIND_RUNTIME,
    APPLY_KIND_START,
    Plan,
)
from aqueduct.v1.backend_pb2 import Backend
from aqueduct.v1.config_pb2 import Change

Places = Mapping[Ref, str]
"""Where the callers' requests hold which resource."""


class Trial:
    """Tries candidates. Changes nothing that runs."""

    def __init__(
        self, haproxy: HAProxy, renderer: Renderer, reconciler: Reconciler, mentioned: Mentioned
    ) -> None:
        self._mentioned = mentioned
        self._haproxy = haproxy
        self._renderer = renderer
        self._reconciler = reconciler
        self._last_rendered: Rendered | None = None

    def is_needed(self, change: Change, previous: Resource | None) -> bool:
        """Tell whether HAProxy has to be asked about `change` to what was there before.

        What makes only other members is typed and quoted: HAProxy takes it, unless raw lines mention them.
        """
        backend = change.put_backend
        if change.WhichOneof("change") != "put_backend" or not isinstance(previous, Backend):
            return True
        return (
            not self._renderer.design.has_own_members
            or self._mentioned.has(backend.key)
            or not only_members_differ(previous, backend)
        )

    def note(self, changes: Sequence[Change]) -> None:
        """Note that `changes` were stored."""
        self._mentioned.note(changes)

    async def run(
        self, base: Snapshot, candidate: Snapshot, changes: Sequence[Change], places: Places
    ) -> None:
        """Try `candidate`, which `changes` lead to from the stored `base`, once their switches are over.

        Errors: RejectedByHAProxy with its words, Unmet for an address that cannot be had or a
        template that fails, Unavailable where HAProxy could not be asked.
        """
        try:
            await self._run(base, candidate, changes, places)
        except HAProxyFailed as error:
            raise Unavailable("HAPROXY_CHECK", f"HAProxy could not check the change: {error}") from error

    async def _run(
        self, base: Snapshot, candidate: Snapshot, changes: Sequence[Change], places: Places
    ) -> None:
        stored = self._render(base, ())
        rendered = self._render(settled(candidate, [ref_of(change).key for change in changes]), changes)
        await self._check(stored, rendered, changes, places)
        for objection in await unavailable(self._haproxy, rendered, self._reconciler.running.sections):
            field = f"{objection.field}: " if objection.field else ""
            raise Unmet("BIND_ADDRESS", str(objection.ref or objection.header), field + objection.message)

    def plan(self, candidate: Snapshot, changes: Sequence[Change]) -> Plan:
        """Return what an apply of `candidate` would do to what runs now."""
        running, desired = self._reconciler.running, self._render(candidate, changes).image
        diff = config_diff(running.sections, desired.sections)
        if not running:
            return Plan(kind=APPLY_KIND_START, reason="HAProxy is not running", config_diff=diff)
        step = plan(running, desired, self._haproxy.capabilities)
        match step:
            case Reload():
                return Plan(kind=APPLY_KIND_RELOAD, reason=step.reason, config_diff=diff)
            case Live():
                commands = [command for of_section in step.commands.values() for command in of_section]
                kind = APPLY_KIND_RUNTIME if commands else APPLY_KIND_NOTHING
                return Plan(kind=kind, commands=commands, config_diff=diff)
            case _:
                return Plan(kind=APPLY_KIND_NOTHING)

    def _render(self, snapshot: Snapshot, changes: Sequence[Change]) -> Rendered:
        """Render what of `snapshot` can be served; what `changes` put is given a new chance."""
        excluded = self._reconciler.account.excluded.less({ref_of(change) for change in changes})
        return excluded.render(self._render_all, snapshot)

    def _render_all(self, snapshot: Snapshot) -> Rendered:
        self._last_rendered = self._renderer.render(snapshot, self._last_rendered)
        return self._last_rendered

    async def _part_is_refused(
        self, rendered: Rendered, headers: Collection[str], changes: Sequence[Change]
    ) -> bool:
        """Tell whether HAProxy objects to a part, or whether a part cannot tell."""
        resources = [resource for change in changes if (resource := resource_of(change)) is not None]
        if any(needs_whole_check(resource) for resource in resources):
            return True
        return bool(await objections(self._haproxy, excerpt(rendered, headers), rendered))

    async def _check(
        self, stored: Rendered, rendered: Rendered, changes: Sequence[Change], places: Places
    ) -> None:
        known = rendered.changed_since(stored.image)
        headers = rendered.sections if known is None else known
        changed = {header for header in headers if stored.sections.get(header) != rendered.sections[header]}
        names = {ref_of(change).key for change in changes}
        changed |= mentioning_any(rendered, names, owned=any(map(self._mentioned.has, names)))
        for change in changes:
            if change.WhichOneof("change") == "delete_backend":
                changed |= mentioning(rendered, change.delete_backend)
        if not changed or not await self._part_is_refused(rendered, changed, changes):
            return
        found = await objections(self._haproxy, rendered.text, rendered)
        if found:
            # What is stored may have ceased to load, for a file that is gone: others do not answer for it.
            before = await objections(self._haproxy, stored.text, stored)
            found = [objection for objection in found if objection not in before or objection.ref in places]
        if found:
            raise rejection(found, places)
