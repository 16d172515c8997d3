"""The planner compares rendered sections and says how to get from one to the other."""

from aqueduct.plan.backoff import STABLE_AFTER, Backoff
from aqueduct.plan.diff import config_diff
from aqueduct.plan.plan import Nothing, Reload, plan

RUNNING = {"global": "global\n", "frontend web": "frontend web\n    mode http\n"}


def test_equal_sections_need_nothing() -> None:
    assert plan(RUNNING, dict(RUNNING)) == Nothing()


def test_a_reload_names_what_was_added_removed_and_changed() -> None:
    desired = {"global": "global\n    maxconn 1\n", "backend live": "backend live\n"}
    assert plan(RUNNING, desired) == Reload("backend live added, frontend web removed, global changed")


def test_a_reload_for_many_sections_names_three_and_counts_the_others() -> None:
    desired = RUNNING | {f"backend b{number}": "" for number in range(5)}
    assert plan(RUNNING, desired) == Reload("backend b0 added, backend b1 added, backend b2 added and 2 more")


def test_only_what_may_have_changed_is_looked_at() -> None:
    desired = RUNNING | {"global": "global\n    maxconn 1\n", "frontend web": "frontend web\n    mode tcp\n"}
    assert plan(RUNNING, desired, ["frontend web"]) == Reload("frontend web changed")
    assert plan(RUNNING, dict(RUNNING), ["frontend web"]) == Nothing()
    assert plan(RUNNING, desired, []) == Nothing()


def test_the_diff_of_equal_sections_is_empty() -> None:
    assert config_diff(RUNNING, dict(RUNNING)) == ""


def test_the_diff_shows_only_sections_that_differ() -> None:
    desired = {
        "global": "global\n",
        "frontend web": "frontend web\n    mode tcp\n",
        "backend live": "backend live\n",
    }
    assert config_diff(RUNNING, desired).splitlines() == [
        "--- running/frontend web",
        "+++ desired/frontend web",
        "@@ -1,2 +1,2 @@",
        " frontend web",
        "-    mode http",
        "+    mode tcp",
        "--- /dev/null",
        "+++ desired/backend live",
        "@@ -0,0 +1 @@",
        "+backend live",
    ]


def test_the_diff_shows_what_goes() -> None:
    diff = config_diff(RUNNING, {"global": "global\n"})
    assert "+++ /dev/null" in diff
    assert "-frontend web" in diff


def test_the_first_death_is_answered_at_once_and_later_ones_with_growing_pauses() -> None:
    backoff, delays = Backoff(), []
    for _ in range(10):
        backoff = backoff.after_failure(served_seconds=0.0)
        delays.append(backoff.delay)
    assert delays[:4] == [0.0, 0.1, 0.2, 0.4]
    assert delays == sorted(delays)
    assert delays[-1] == 10.0


def test_it_has_failed_after_three_failures_in_a_row() -> None:
    once = Backoff().after_failure(0.0)
    assert not once.after_failure(0.0).failed
    assert once.after_failure(0.0).after_failure(0.0).failed


def test_a_time_of_service_makes_earlier_failures_forgotten() -> None:
    assert Backoff(failures=7).after_failure(STABLE_AFTER) == Backoff(failures=1)
