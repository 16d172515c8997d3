"""What of a configuration can be served, when not all of it can.

What is stored was fine when it was stored. It may no longer be: HAProxy was exchanged for another
version, a certificate is gone, another program has taken an address, file descriptors do not suffice
any more. Then the parts that load are served, and the rest is reported.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from aqueduct.model.resources import Ref
from aqueduct.model.snapshot import Snapshot
from aqueduct.ports.haproxy import HAProxy, HAProxyEnded, HAProxyFailed
from aqueduct.render.rendered import Rendered
from aqueduct.service.excluded import Excluded, Render
from aqueduct.service.verdict import Objection, objections, unavailable

Load = Callable[[Rendered], Awaitable[None]]
Servable = tuple[Rendered, Excluded]
"""What can be served, and what is excluded from it."""


async def bindable(
    haproxy: HAProxy, render: Render, snapshot: Snapshot, running: Mapping[str, str], excluded: Excluded
) -> Servable:
    """Exclude what listens on addresses that cannot be had, beside the sections `running`."""
    rendered = excluded.render(render, snapshot)
    for objection in await unavailable(haproxy, rendered, running):
        excluded = excluded.plus(objection, rendered, running)
    return excluded.render(render, snapshot), excluded


async def servable(
    haproxy: HAProxy, render: Render, snapshot: Snapshot, running: Mapping[str, str], excluded: Excluded
) -> Servable:
    """Exclude what HAProxy objects to as well, until it takes the rest.

    HAProxyFailed where its objections are about no resource (the templates, or the global section).
    """
    rendered, excluded = await bindable(haproxy, render, snapshot, running, excluded)
    while found := await objections(haproxy, rendered.text, rendered):
        before = excluded
        for objection in found:
            excluded = excluded.plus(objection, rendered, running)
        if excluded == before:
            raise HAProxyFailed("; ".join(objection.message for objection in found))
        rendered = excluded.render(render, snapshot)
    return rendered, excluded


async def load_in_parts(
    load: Load, render: Render, snapshot: Snapshot, running: Mapping[str, str], excluded: Excluded
) -> Excluded:
    """Load as much of `snapshot` as can be, where the whole fails for what HAProxy's check does not see.

    What differs from the sections `running` is excluded first, and taken in again by halves; what then
    fails alone is at fault, and is excluded in the end. HAProxyFailed where not even the rest loads.
    """
    whole = excluded.render(render, snapshot)
    groups = [_differing(whole, running)]
    for ref in groups[0]:
        excluded = excluded.plus(_by_load(ref, whole, "not tried"), whole, running)
    await load(excluded.render(render, snapshot))
    while groups:
        group = groups.pop()
        candidate = excluded.less(group)
        try:
            await load(candidate.render(render, snapshot))
        except HAProxyEnded:
            raise
        except HAProxyFailed as error:
            half = len(group) // 2
            if half:
                groups += [group[half:], group[:half]]
            else:
                excluded = excluded.plus(_by_load(group[0], whole, str(error)), whole, running)
        else:
            excluded = candidate
    return excluded


def _differing(rendered: Rendered, running: Mapping[str, str]) -> Sequence[Ref]:
    return [
        ref for header, ref in rendered.owners.items() if running.get(header) != rendered.sections.get(header)
    ]


def _by_load(ref: Ref, rendered: Rendered, message: str) -> Objection:
    header = next(header for header, owner in rendered.owners.items() if owner == ref)
    return Objection(ref, "", message, header, by_load=True)
