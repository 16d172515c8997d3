"""What the tests of the renderer are made of."""

from collections.abc import Collection

from aqueduct.model.capabilities import Capabilities
from aqueduct.model.resources import Resource, put
from aqueduct.model.snapshot import Snapshot, after
from aqueduct.model.validate import validated
from aqueduct.render.renderer import Renderer
from aqueduct.render.templates import builtin_templates
from aqueduct.settings import ProxySettings
from aqueduct.v1.backend_pb2 import (
    BACKEND_TYPE_STATIC,
    MEMBER_PHASE_DRAINING,
    MEMBER_PHASE_SERVING,
    Backend,
    Member,
    Membership,
)
from aqueduct.v1.common_pb2 import MODE_TCP
from aqueduct.v1.frontend_pb2 import RULE_OPERATION_PATH, Frontend, Rule

ANY = Capabilities("any", shares_names=True)
SEPARATE = Capabilities("3.4", shares_names=False)
WHOLE = builtin_templates()["haproxy.cfg.j2"]


def snapshot(*resources: Resource, base: Snapshot | None = None) -> Snapshot:
    """Return the snapshot after `resources` were put."""
    before = base or Snapshot()
    changes = [
        put(resource) if isinstance(resource, Membership) else validated(put(resource))
        for resource in resources
    ]
    return after(before, changes, before.revision + 1)


def renderer(
    *,
    whole: str | None = None,
    capabilities: Capabilities = ANY,
    stats_page: str | None = None,
    **templates: str,
) -> Renderer:
    """Return a renderer; `templates` are given by the names of their sections."""
    own = {f"{name}.cfg.j2": text for name, text in templates.items()}
    return Renderer(builtin_templates() | own, ProxySettings(stats_page=stats_page), capabilities, whole)


def frontend(
    key: str, backend: str, *rules: str, bind: str = "*:80", natives: tuple[str, ...] = ()
) -> Frontend:
    """Return an http frontend; `rules` are keys of backends."""
    made = [
        Rule(operation=RULE_OPERATION_PATH, value=f"/{number}", backend=name)
        for number, name in enumerate(rules)
    ]
    return Frontend(key=key, bind=bind, backend=backend, rules=made, natives=natives)


def tcp_frontend(key: str, backend: str) -> Frontend:
    """Return a tcp frontend."""
    return Frontend(key=key, bind="*:90", backend=backend, mode=MODE_TCP)


def backend(key: str, *ports: int, natives: tuple[str, ...] = ()) -> Backend:
    """Return a static backend with members on loopback."""
    members = [Member(host="127.0.0.1", port=port) for port in ports]
    return Backend(key=key, type=BACKEND_TYPE_STATIC, members=members, natives=natives)


def membership(key: str, *ports: int, draining: Collection[int] = ()) -> Membership:
    """Return who serves for a backend: members on loopback, those that are `draining` behind them."""
    members = [
        Member(host="127.0.0.1", port=port, phase=phase)
        for of_phase, phase in ((ports, MEMBER_PHASE_SERVING), (draining, MEMBER_PHASE_DRAINING))
        for port in of_phase
    ]
    return Membership(key=key, members=members)
