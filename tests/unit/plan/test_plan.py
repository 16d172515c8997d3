"""The planner says by which means HAProxy gets from what runs to what is desired."""

from aqueduct.model.server_states import ServerState
from aqueduct.plan.plan import Live, Nothing, Reload, plan
from aqueduct.render.image import Image
from tests.unit.plan.build import ABLE, backend, image

RUNNING = image("global\nfrontend web\n    mode http\n")


def test_equal_images_need_nothing() -> None:
    assert plan(RUNNING, Image(dict(RUNNING.sections)), ABLE) == Nothing()


def test_a_reload_names_what_was_added_removed_and_changed() -> None:
    desired = image("global\n    maxconn 1\nbackend live\n")
    told = Reload("backend live added, frontend web removed, global changed")
    assert plan(RUNNING, desired, ABLE) == told


def test_a_reload_for_many_sections_names_three_and_counts_the_others() -> None:
    desired = Image({**RUNNING.sections, **{f"backend b{number}": "" for number in range(5)}})
    told = Reload("backend b0 added, backend b1 added, backend b2 added and 2 more")
    assert plan(RUNNING, desired, ABLE) == told


def test_from_nothing_that_runs_all_is_added() -> None:
    assert plan(Image(), RUNNING, ABLE) == Reload("global added, frontend web added")


def test_only_what_may_have_changed_is_looked_at() -> None:
    desired = image("global\n    maxconn 1\nfrontend web\n    mode tcp\n")
    assert plan(RUNNING, desired, ABLE, {"frontend web"}) == Reload("frontend web changed")
    assert plan(RUNNING, Image(dict(RUNNING.sections)), ABLE, {"frontend web"}) == Nothing()
    assert plan(RUNNING, desired, ABLE, set()) == Nothing()


def test_what_may_have_changed_is_looked_at_in_an_order_that_never_varies() -> None:
    desired = image("global\n    maxconn 1\nfrontend web\n    mode tcp\n")
    told = Reload("frontend web changed, global changed")
    assert plan(RUNNING, desired, ABLE, {"global", "frontend web"}) == told


def test_servers_are_changed_live_section_by_section() -> None:
    other = "backend other\n    server x 10.0.0.2:80"
    running = image(backend("a 10.0.0.1:80") + f"{other} weight 1\n")
    desired = image(backend("a 10.0.0.1:80 weight 2") + f"{other} weight 3\n")
    assert plan(running, desired, ABLE) == Live(
        {
            "backend app": ("set server app/a weight 2",),
            "backend other": ("set server other/x weight 3",),
        }
    )


def test_states_alone_are_changed_live() -> None:
    text = backend("a 10.0.0.1:80")
    step = plan(image(text), image(text, a=ServerState.MAINT), ABLE)
    assert step == Live({"backend app": ("set server app/a state maint",)})


def test_what_needs_no_command_is_live_all_the_same_so_that_it_is_written_down() -> None:
    running = image(backend("a 10.0.0.1:80", "b 10.0.0.2:80"))
    desired = image(backend("b 10.0.0.2:80", "a 10.0.0.1:80"))
    assert plan(running, desired, ABLE) == Live({"backend app": ()})


def test_one_section_that_has_to_reload_reloads_them_all() -> None:
    running = image(backend("a 10.0.0.1:80") + "backend other\n    server x 10.0.0.2:80\n")
    desired = image(backend("a 10.0.0.1:80 weight 2") + "backend other\n    server x 10.0.0.2:80 check\n")
    assert plan(running, desired, ABLE) == Reload("backend other: server other/x changed")


def test_a_reload_is_quicker_than_very_many_commands() -> None:
    servers = [f"s{number} 10.0.0.1:{number}" for number in range(5_001)]
    heavier = [f"{server} weight 2" for server in servers]
    told = Reload("more than 5,000 commands would be needed")
    assert plan(image(backend(*servers)), image(backend(*heavier)), ABLE) == told
    assert isinstance(plan(image(backend(*servers[:5_000])), image(backend(*heavier[:5_000])), ABLE), Live)
