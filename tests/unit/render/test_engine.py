"""Templates, and how they fail."""

import pytest

from aqueduct.errors import Unmet
from aqueduct.render.engine import Engine
from aqueduct.settings import ProxySettings
from tests.unit.render.build import ANY, backend


def engine(**templates: str) -> Engine:
    return Engine({f"{name}.j2": text for name, text in templates.items()}, ProxySettings(retries=7), ANY)


def test_templates_see_settings_and_capabilities() -> None:
    assert engine(a="{{ settings.retries }} {{ capabilities.version }}").render("a.j2") == "7 any"


def test_templates_can_include_others() -> None:
    assert engine(a="{% include 'b.j2' %}", b="{{ x }}").render("a.j2", x=1) == "1"


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ text | quote }}", "'100% it'\"'\"'s'"),
        ("{{ text | log_format }}", "'100%% it'\"'\"'s'"),
        ("{{ backend | token('type') }}", "static"),
        ("{{ '*:80   name x' | bind }}", "*:80 name x"),
        ("{{ 'hdr(X)  y' | balance }}", "hdr(X) y"),
        ("{{ 'hdr(X)' is hashed }} {{ 'random(2)' is hashed }}", "True False"),
        ("{{ backend.members[0] | server_name(backend) }}", "app_127.0.0.1:80"),
        ("{{ backend.members[0] | server_address }}", "127.0.0.1:80"),
        ("{{ backend.members[0] is host_name }}", "False"),
        ("{{ ['a b'] is having('a') }}", "True"),
    ],
)
def test_filters(template: str, text: str) -> None:
    assert engine(a=template).render("a.j2", text="100% it's", backend=backend("app", 80)) == text


@pytest.mark.parametrize(
    ("templates", "subject", "reason"),
    [
        ({"a": "\n{% if %}"}, "templates/a.j2:2", "Expected an expression"),
        ({"a": "\n\n{{ nothing }}"}, "templates/a.j2:3", "UndefinedError: 'nothing' is undefined"),
        ({"a": "{{ settings.nothing }}"}, "templates/a.j2:1", "has no attribute 'nothing'"),
        ({"a": "{% include 'b.j2' %}", "b": "\n{{ 1 / 0 }}"}, "templates/b.j2:2", "ZeroDivisionError"),
        ({"a": "\n{% include 'gone.j2' %}"}, "templates/a.j2:2", "TemplateNotFound: gone.j2"),
        ({"a": "{{ 'a\\nb' | quote }}"}, "templates/a.j2:1", "control characters cannot be written"),
        ({"a": "{{ 1 | nofilter }}"}, "templates/a.j2:1", "No filter named 'nofilter'"),
    ],
)
def test_a_template_that_fails_is_told_with_its_place(
    templates: dict[str, str], subject: str, reason: str
) -> None:
    with pytest.raises(Unmet) as caught:
        engine(**templates).render("a.j2")
    assert (caught.value.kind, caught.value.subject) == ("TEMPLATE", subject)
    assert reason in caught.value.description


def test_a_template_that_cannot_be_compiled_is_told_without_a_line() -> None:
    with pytest.raises(Unmet) as caught:
        engine(a="{{ " + "(" * 5_000 + "1" + ")" * 5_000 + " }}")
    assert caught.value.subject == "templates/a.j2"
