"""Names of resources on the command line."""

import click
import pytest

from aqueduct.cli.client import names
from aqueduct.cli.client.names import Selection


@pytest.mark.parametrize(
    ("words", "refs"),
    [
        ([], []),
        (["backends/app"], ["backends/app"]),
        (["backend/app", "frontend/web"], ["backends/app", "frontends/web"]),
        (["backend", "app", "api"], ["backends/app", "backends/api"]),
        (["frontends", "web"], ["frontends/web"]),
    ],
)
def test_resources_are_named(words: list[str], refs: list[str]) -> None:
    assert [*map(str, names.refs(words))] == refs


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["app"], "'app' is no kind of resource"),
        (["backends"], "Which of the backends? Name it: backends/KEY."),
        (["backends/"], "'backends/' is no name of a resource, such as backends/app."),
        (["backends/a", "b"], "'b' is no name of a resource"),
        (["members", "app"], "'members' is no kind of resource"),
        (["members/app"], "'members' is no kind of resource"),
    ],
)
def test_what_names_none_is_told(words: list[str], told: str) -> None:
    with pytest.raises(click.UsageError) as raised:
        names.refs(words)
    assert raised.value.message.startswith(told)


@pytest.mark.parametrize(
    ("words", "selected"),
    [
        ([], [Selection("frontends"), Selection("backends")]),
        (["backend"], [Selection("backends")]),
        (["member", "a", "b"], [Selection("members", ("a", "b"))]),
        (["members/a", "members/b"], [Selection("members", ("a",)), Selection("members", ("b",))]),
        (["config"], [Selection("config")]),
    ],
)
def test_what_get_shows_is_selected(words: list[str], selected: list[Selection]) -> None:
    assert names.selections(words) == selected


def test_a_backend_needs_no_kind() -> None:
    assert names.backend("app") == names.backend("backend/app") == names.backend("backends/app") == "app"
    with pytest.raises(click.UsageError):
        names.backend("frontends/web")
