"""What a new worker is told of its servers, which the configuration file cannot say."""

import pytest

from aqueduct.model.server_states import ServerState
from aqueduct.plan.states import at_rest, over_reload
from aqueduct.render.image import Image
from tests.unit.plan.build import backend, image, told

READY, DRAIN, MAINT, UNPROVEN = (
    ServerState.READY,
    ServerState.DRAIN,
    ServerState.MAINT,
    ServerState.UNPROVEN,
)


def rest_of(*servers: str, **states: ServerState) -> object:
    return {name: told(dict(rows)) for name, rows in at_rest(image(backend(*servers), **states)).items()}


def reload_of(running: Image, desired: Image) -> object:
    return {name: told(dict(rows)) for name, rows in over_reload(running, desired).items()}


def test_servers_that_are_simply_ready_need_no_rows_at_rest() -> None:
    assert rest_of("a 10.0.0.1:80 check", "b 10.0.0.1:81 weight 5") == {}


def test_stopped_servers_are_told_at_rest() -> None:
    assert rest_of("a 10.0.0.1:80", "b 10.0.0.1:81 weight 5", "c 10.0.0.1:82", b=DRAIN, c=MAINT) == {
        "app": {"b": (DRAIN, 5, 81, False), "c": (MAINT, 1, 82, False)}
    }


def test_a_server_that_is_to_be_proven_begins_as_down_where_it_has_a_check() -> None:
    assert rest_of("a 10.0.0.1:80 check", a=UNPROVEN) == {"app": {"a": (READY, 1, 80, True)}}
    assert rest_of("a 10.0.0.1:80", a=UNPROVEN) == {}
    assert rest_of("a 10.0.0.1:80 check no-check", a=UNPROVEN) == {}


def test_states_of_servers_and_sections_that_a_template_did_not_make_are_passed_over() -> None:
    assert rest_of("a 10.0.0.1:80", b=DRAIN) == {}
    assert at_rest(Image({}, {"backend app": {"a": DRAIN}})) == {}


@pytest.mark.parametrize(
    ("address", "port"),
    [
        ("10.0.0.1:80", 80),
        ("[::1]:81", 81),
        ("web.example:82", 82),
        ("unix@/run/a.sock", 0),
        ("10.0.0.1", 0),
    ],
)
def test_the_port_is_the_one_that_is_configured(address: str, port: int) -> None:
    assert rest_of(f"a {address}", a=DRAIN) == {"app": {"a": (DRAIN, 1, port, False)}}


def test_sections_that_stay_as_they_are_need_no_rows_over_a_reload() -> None:
    text = backend("a 10.0.0.1:80 check")
    assert reload_of(image("global\n" + text), image("global\n    maxconn 1\n" + text)) == {}
    assert reload_of(image(text, a=DRAIN), image(text, a=DRAIN)) == {}


def test_servers_that_are_new_and_have_a_check_begin_as_down() -> None:
    running = image(backend("a 10.0.0.1:80 check"))
    desired = image(backend("a 10.0.0.1:80 check", "b 10.0.0.1:81 check", "c 10.0.0.1:82"), b=UNPROVEN)
    assert reload_of(running, desired) == {
        "app": {"a": (READY, 1, 80, False), "b": (READY, 1, 81, True), "c": (READY, 1, 82, False)}
    }


def test_a_new_server_in_maintenance_need_not_begin_as_down() -> None:
    made = reload_of(
        image(backend()), image(backend("a 10.0.0.1:80 check", "b 10.0.0.1:81 check"), a=MAINT, b=DRAIN)
    )
    assert made == {"app": {"a": (MAINT, 1, 80, False), "b": (DRAIN, 1, 81, True)}}


@pytest.mark.parametrize("was", [DRAIN, MAINT])
def test_a_server_that_comes_back_is_proven_again_where_it_has_to_be(was: ServerState) -> None:
    text = backend("a 10.0.0.1:80 check")
    unproven, ready = image(text, a=UNPROVEN), image(text)
    assert reload_of(image(text, a=was), unproven) == {"app": {"a": (READY, 1, 80, True)}}
    assert reload_of(image(text, a=was), ready) == {"app": {"a": (READY, 1, 80, False)}}


def test_a_server_whose_proof_is_under_way_stays_as_the_old_worker_tells_it() -> None:
    text = backend("a 10.0.0.1:80 check")
    heavier = backend("a 10.0.0.1:80 check weight 3")
    made = reload_of(image(text, a=UNPROVEN), image(heavier, a=UNPROVEN))
    assert made == {"app": {"a": (READY, 3, 80, False)}}


def test_weights_and_states_that_change_along_with_a_reload_are_told() -> None:
    running = image(backend("a 10.0.0.1:80 weight 2", "b 10.0.0.1:81"), a=DRAIN)
    desired = image(backend("a 10.0.0.1:80 weight 3", "b 10.0.0.1:81", lines=("option x",)), b=DRAIN)
    assert reload_of(running, desired) == {"app": {"a": (READY, 3, 80, False), "b": (DRAIN, 1, 81, False)}}


def test_a_section_that_is_new_has_new_servers() -> None:
    desired = image("listen app\n    server a 10.0.0.1:80 check\nbackend empty\n")
    assert reload_of(image("global\n"), desired) == {"app": {"a": (READY, 1, 80, True)}}


def test_servers_of_sections_that_are_no_proxies_have_no_states() -> None:
    assert reload_of(image("global\n"), image("peers all\n    server a 10.0.0.1:80\n")) == {}


def test_where_it_is_not_known_what_runs_all_are_told_and_those_to_be_proven_begin_as_down() -> None:
    servers = ("a 10.0.0.1:80 check", "b 10.0.0.1:81 check", "c 10.0.0.1:82 check")
    desired = image(backend(*servers), b=UNPROVEN, c=MAINT)
    assert reload_of(Image(), desired) == {
        "app": {"a": (READY, 1, 80, False), "b": (READY, 1, 81, True), "c": (MAINT, 1, 82, False)}
    }


def test_server_lines_that_cannot_be_read_are_passed_over() -> None:
    assert reload_of(image("global\n"), image(backend("a"))) == {}
