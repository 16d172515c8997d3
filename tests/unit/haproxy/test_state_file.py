"""The state file for a reload: what HAProxy would take otherwise than it is meant."""

from aqueduct.haproxy.servers import next_states, rest_states
from aqueduct.model.server_states import ServerState
from aqueduct.plan.rows import StateRow

_HEADER = "1\n# be_id be_name srv_id srv_name"
READY = StateRow(ServerState.READY, 1, 80)


def row(
    name: str, *, operational: int = 2, admin: int = 0, weight: int = 1, initial: int = 1, port: int = 80
) -> str:
    """Return a server of backend `app` as HAProxy tells it, in 20 columns."""
    told = f"{operational} {admin} {weight} {initial}"
    return f"3 app 1 {name} 10.0.0.1 {told} 9 1 0 3 6 0 0 0 - {port} -"


def text(*rows: str) -> str:
    return "\n".join((_HEADER, *rows)) + "\n"


def test_a_server_that_was_loaded_with_weight_0_keeps_its_drain_with_another() -> None:
    told = text(row("a", admin=8, weight=5, initial=0), row("b", weight=7, initial=0), row("c", weight=0))
    assert next_states(told, {}) == text(
        row("a", admin=8, weight=5, initial=5), row("b", weight=7, initial=7), row("c", weight=0)
    )


def test_a_server_that_began_disabled_stays_what_it_became_of_it() -> None:
    told = text(row("a", operational=0, admin=5), row("b", admin=4), row("c", operational=0, admin=5))
    rows = {"app": {"a": READY, "b": READY, "c": StateRow(ServerState.DRAIN, 1, 80)}}
    assert next_states(told, rows) == text(row("a", admin=5), row("b", admin=4), row("c", admin=12))


def test_a_server_that_lost_its_check_is_up() -> None:
    down = text(row("a", operational=0))
    unchecked = StateRow(ServerState.READY, 1, 80, is_checked=False)
    assert next_states(down, {"app": {"a": READY}}) == down
    assert next_states(down, {"app": {"a": unchecked}}) == text(row("a"))


def test_nothing_is_told_of_a_server_whose_port_is_not_known() -> None:
    rows = {"app": {"a": StateRow(ServerState.DRAIN, 1, None)}}
    assert next_states(text(row("a"), row("b")), rows) == text(row("b"))
    assert rest_states(rows) == "1\n"
