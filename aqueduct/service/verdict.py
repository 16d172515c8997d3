"""HAProxy's verdict on a configuration, told in terms of resources and fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aqueduct.errors import RejectedByHAProxy, Violation
from aqueduct.model.resources import Ref
from aqueduct.ports.haproxy import Alert, HAProxy
from aqueduct.render.listeners import addresses, listeners
from aqueduct.render.locate import locate
from aqueduct.render.renderer import Rendered
from aqueduct.v1.haproxy_pb2 import Refusal


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a configuration cannot be served. `ref` is None where no resource is at fault."""

    ref: Ref | None
    field: str
    message: str
    header: str = ""
    """Of the section that it is about, empty where that is not known."""
    by_load: bool = False
    """Whether only loading it told, which HAProxy's check does not see."""

    def refusal(self) -> Refusal:
        """Return the objection as the status reports it."""
        return Refusal(resource=str(self.ref or self.header), field=self.field, message=self.message)


async def objections(haproxy: HAProxy, body: str, rendered: Rendered) -> list[Objection]:
    """Have HAProxy read `body`, a part or the whole of `rendered`, and return what it objects to."""
    return [_located(alert, body, rendered) for alert in await haproxy.check(body)]


def _located(alert: Alert, body: str, rendered: Rendered) -> Objection:
    place = locate(body, alert.line, rendered.owners, rendered.snapshot, alert.message)
    if place is None:
        return Objection(None, "", alert.message)
    ref, field = place
    header = next((header for header, owner in rendered.owners.items() if owner == ref), "")
    return Objection(ref, field, alert.message, header)


async def unavailable(haproxy: HAProxy, rendered: Rendered, running: Mapping[str, str]) -> list[Objection]:
    """Try the addresses that `rendered` listens on and the sections `running` do not.

    Returns those that cannot be had. It has to be found out before a reload: one that cannot bind
    stalls the listeners that work for seconds.
    """
    held = addresses(running)
    wanted = {
        address: header
        for header, group in listeners(rendered.sections).items()
        for address in group
        if address not in held
    }
    if not wanted:
        return []
    refused = await haproxy.try_bind(list(wanted), list(held))
    return [
        Objection(rendered.owners.get(wanted[address]), "bind", reason, wanted[address])
        for address, reason in refused.items()
    ]


def rejection(found: Sequence[Objection], places: Mapping[Ref, str]) -> RejectedByHAProxy:
    """Return the error that tells callers of `found`; `places` is where requests hold which resource."""
    return RejectedByHAProxy(
        (_violation(objection, places) for objection in found), [objection.refusal() for objection in found]
    )


def _violation(objection: Objection, places: Mapping[Ref, str]) -> Violation:
    if objection.ref and objection.ref in places:
        return Violation(objection.field, objection.message).within(places[objection.ref])
    return Violation(str(objection.ref or ""), objection.message)
