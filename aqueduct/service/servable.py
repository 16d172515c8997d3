"""What of a configuration can be served, when not all of it can.

What is stored was fine when it was stored. It may no longer be: HAProxy was exchanged for another
version, a certificate is gone, another program has taken an address. Then the parts that load are
served, and the rest is reported.
"""

from collections.abc import Callable, Mapping

from aqueduct.model.resources import Ref
from aqueduct.model.snapshot import Snapshot, without
from aqueduct.ports.haproxy import HAProxy, HAProxyFailed
from aqueduct.render.renderer import Rendered
from aqueduct.service.verdict import Objection, objections, unavailable

Render = Callable[[Snapshot], Rendered]
Servable = tuple[Rendered, dict[Ref, Objection]]
"""What can be served, and what was left out of it, with the reason."""


async def _bindable(
    haproxy: HAProxy, render: Render, snapshot: Snapshot, running: Mapping[str, str]
) -> Servable:
    """Leave out the frontends whose addresses cannot be had, beside the sections `running`."""
    rendered = render(snapshot)
    left_out = _by_resource(await unavailable(haproxy, rendered, running))
    if left_out:
        rendered = render(without(snapshot, left_out))
    return rendered, left_out


async def servable(
    haproxy: HAProxy, render: Render, snapshot: Snapshot, running: Mapping[str, str]
) -> Servable:
    """Leave out what HAProxy objects to as well, until it takes the rest.

    HAProxyFailed where its objections are about no resource (the templates, or the global section).
    """
    rendered, left_out = await _bindable(haproxy, render, snapshot, running)
    while found := await objections(haproxy, rendered.text, rendered):
        at_fault = _by_resource(found)
        if not at_fault.keys() - left_out.keys():
            raise HAProxyFailed("; ".join(objection.message for objection in found))
        left_out |= at_fault
        rendered = render(without(snapshot, left_out))
    return rendered, left_out


async def start_servable(haproxy: HAProxy, render: Render, snapshot: Snapshot) -> Servable:
    """Start HAProxy on what of `snapshot` can be served.

    It is not asked beforehand, since clients are waiting: only when it does not start.
    HAProxyFailed where it does not start on anything.
    """
    rendered, unbound = await _bindable(haproxy, render, snapshot, {})
    try:
        await haproxy.start(rendered.text)
    except HAProxyFailed:
        rendered, left_out = await servable(haproxy, render, snapshot, {})
        if left_out.keys() == unbound.keys():
            raise
        await haproxy.start(rendered.text)
        return rendered, left_out
    return rendered, unbound


def _by_resource(found: list[Objection]) -> dict[Ref, Objection]:
    return {objection.ref: objection for objection in found if objection.ref is not None}
