"""What a new worker is told of servers in unusual places, and of those that lose their check."""

import pytest

from aqueduct.model.server_states import ServerState
from aqueduct.plan.rows import StateRow
from aqueduct.plan.states import over_reload
from aqueduct.render.image import Image
from tests.unit.plan.build import backend, image


def rows_of(running: Image, desired: Image) -> dict[str, StateRow]:
    return dict(over_reload(running, desired)["app"])


@pytest.mark.parametrize(
    ("address", "port"),
    [
        ("10.0.0.1:+80", 80),
        ("10.0.0.1:-80", 2**32 - 80),
        ("[::1]", 0),
        ("abns@web:80", 0),
        ("unix@/run/a:80", 0),
        ("10.0.0.1:$PORT", None),
        ("$PLACE", None),
    ],
)
def test_a_port_is_told_as_haproxy_tells_it_and_not_guessed(address: str, port: int | None) -> None:
    rows = rows_of(image(backend()), image(backend(f"a {address}")))
    assert rows["a"].port == port


@pytest.mark.parametrize("arguments", ["check", "agent-check agent-port 81", "track other/a"])
def test_what_takes_a_server_down_also_takes_it_up(arguments: str) -> None:
    rows = rows_of(image(backend()), image(backend(f"a 10.0.0.1:80 {arguments}")))
    assert rows["a"].is_checked


def test_a_server_that_loses_its_check_is_up() -> None:
    checked = image(backend("a 10.0.0.1:80 check"))
    assert not rows_of(checked, image(backend("a 10.0.0.1:80")))["a"].is_checked
    assert not rows_of(checked, image(backend("a 10.0.0.1:80 check no-check")))["a"].is_checked


def test_a_default_server_may_check() -> None:
    desired = image(backend("a 10.0.0.1:80", lines=("default-server check",)))
    assert rows_of(image(backend("a 10.0.0.1:80")), desired)["a"].is_checked
    other = image(backend("a 10.0.0.1:80", lines=("default-server weight 7",)))
    assert not rows_of(desired, other)["a"].is_checked


def test_of_a_section_that_is_not_known_only_what_is_to_be_proven_begins_as_down() -> None:
    unknown = Image({"global": "global\n", "backend app": ""})
    desired = image(backend("a 10.0.0.1:80 check", "b 10.0.0.1:81 check"), b=ServerState.UNPROVEN)
    rows = rows_of(unknown, desired)
    assert (rows["a"].begins_down, rows["b"].begins_down) == (False, True)
