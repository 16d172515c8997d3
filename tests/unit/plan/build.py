"""What the tests of the planner are made of."""

from aqueduct.model.capabilities import Capabilities
from aqueduct.model.server_states import ServerState
from aqueduct.plan.rows import ServerRow, StateRow
from aqueduct.render.image import Image
from aqueduct.render.sections import split_sections

ABLE = Capabilities(
    "any",
    shares_names=True,
    dynamic_keywords=frozenset({"check", "inter", "weight"}),
    dynamic_balance=frozenset({"roundrobin"}),
)


def image(text: str, **states: ServerState) -> Image:
    """Return the image of a configuration; `states` are those of the servers of backend `app`."""
    return Image(split_sections(text), {"backend app": states} if states else {})


def backend(*servers: str, lines: tuple[str, ...] = ()) -> str:
    """Return backend `app` with `servers`, such as `a 10.0.0.1:80 check`."""
    body = ("balance roundrobin", *lines, *(f"server {server}" for server in servers))
    return "backend app\n" + "".join(f"    {line}\n" for line in body)


def row(
    name: str,
    address: str = "10.0.0.1",
    port: int = 80,
    *,
    state: ServerState = ServerState.READY,
    weight: int = 1,
) -> ServerRow:
    """Return a server as HAProxy tells it."""
    return ServerRow(
        name=name, address=address, port=port, up=True, state=state, weight=weight, check_result=0
    )


def told(rows: dict[str, StateRow]) -> dict[str, tuple[ServerState, int, int | None, bool]]:
    """Return what a new worker is told: state, weight, port, and whether it begins as down."""
    return {name: (each.state, each.weight, each.port, each.begins_down) for name, each in rows.items()}
