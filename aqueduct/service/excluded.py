"""What is stored but not served, and how the rest is rendered without it.

A resource that cannot be served stays as it runs, where it runs: somebody may depend on it. Where it
does not run, or would not load again as it runs, it is left out, and routes to it answer 503.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from aqueduct.model.resources import Ref
from aqueduct.model.snapshot import Snapshot, without
from aqueduct.render.rendered import Rendered
from aqueduct.render.routing import routes_of
from aqueduct.service.verdict import Objection
from aqueduct.v1.haproxy_pb2 import Refusal

Render = Callable[[Snapshot], Rendered]


@dataclass(frozen=True, slots=True)
class Excluded:
    """Resources that are not served as stored, and listening sections of nobody's that cannot bind."""

    resources: Mapping[Ref, Objection] = field(default_factory=dict)
    held: Mapping[Ref, Mapping[str, str]] = field(default_factory=dict)
    """Of those resources the ones that stay as they run: their sections, and those they route to."""
    sections: Mapping[str, Objection] = field(default_factory=dict)
    """Sections without a resource (the statistics page), by header."""

    def __bool__(self) -> bool:
        return bool(self.resources or self.sections)

    @property
    def is_retried(self) -> bool:
        """Whether some of it may be had later without a change: a free address, a file that is back."""
        objections = (*self.resources.values(), *self.sections.values())
        return any(not objection.by_load for objection in objections)

    def less(self, refs: Collection[Ref]) -> "Excluded":
        """Return the same without `refs`: they have changed, and get a new chance."""
        if not refs or self.resources.keys().isdisjoint(refs):
            return self
        return replace(
            self,
            resources={ref: objection for ref, objection in self.resources.items() if ref not in refs},
            held={ref: kept for ref, kept in self.held.items() if ref not in refs},
        )

    def only_by_load(self) -> "Excluded":
        """Return what only a load can tell, which is not tried again and again: a failed load is not free."""
        by_load = {ref: objection for ref, objection in self.resources.items() if objection.by_load}
        return Excluded(by_load, {ref: kept for ref, kept in self.held.items() if ref in by_load})

    def plus(self, objection: Objection, rendered: Rendered, running: Mapping[str, str]) -> "Excluded":
        """Return the same with what `objection` to `rendered` is about, beside the sections `running`."""
        ref, header = objection.ref, objection.header
        if ref is None:
            return replace(self, sections={**self.sections, header: objection}) if header else self
        held = dict(self.held)
        if header in running and running[header] != rendered.sections.get(header):
            held[ref] = _as_it_runs(header, running)
        else:
            held.pop(ref, None)
        return replace(self, resources={**self.resources, ref: objection}, held=held)

    def render(self, render: Render, snapshot: Snapshot) -> Rendered:
        """Render `snapshot` so: less what is left out, and with what stays as it runs."""
        if not self:
            return render(snapshot)
        rendered = render(without(snapshot, self.resources.keys() - self.held.keys()))
        sections = {header: text for header, text in rendered.sections.items() if header not in self.sections}
        for kept in self.held.values():
            (header, text), *routed = kept.items()
            sections[header] = text
            for routed_header, routed_text in routed:
                sections.setdefault(routed_header, routed_text)
        return replace(rendered, sections=sections, base=None)

    def refusals(self) -> list[Refusal]:
        """Return all of it as the status reports it, ordered by resource."""
        found = [*self.resources.values(), *self.sections.values()]
        return sorted((objection.refusal() for objection in found), key=lambda refusal: refusal.resource)


def _as_it_runs(header: str, running: Mapping[str, str]) -> Mapping[str, str]:
    """Return a running section, first, and the backends that it routes to."""
    backends = (f"backend {name}" for name in sorted(routes_of(running[header])))
    return {name: running[name] for name in (header, *backends) if name in running}
