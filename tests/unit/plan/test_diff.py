"""What a change does to the configuration, for people to read."""

from aqueduct.plan.diff import config_diff

RUNNING = {"global": "global\n", "frontend web": "frontend web\n    mode http\n"}


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
