"""The short way from one rendering to the next leads to the same place as the long way."""

from hypothesis import given
from hypothesis import strategies as st

from aqueduct.model.resources import Kind, Ref, delete, put, ref_of
from aqueduct.model.snapshot import Snapshot, after
from aqueduct.model.validate import validated
from aqueduct.render.rendered import Rendered
from aqueduct.v1.config_pb2 import Change
from tests.unit.render.build import SEPARATE, backend, frontend, renderer, snapshot, tcp_frontend

KEYS = st.sampled_from("abc")
CHANGES = st.one_of(
    st.builds(lambda key, to, rules: put(frontend(key, to, *rules)), KEYS, KEYS, st.lists(KEYS, max_size=2)),
    st.builds(lambda key, to: put(tcp_frontend(key, to)), KEYS, KEYS),
    st.builds(lambda key, ports: put(backend(key, *ports)), KEYS, st.sets(st.integers(1, 3))),
    st.builds(lambda kind, key: delete(Ref(kind, key)), st.sampled_from(Kind), KEYS),
)
OWN = """backend {{ backend.key }}
{% for member in backend.members %}
userlist u{{ member.port }}
{% endfor %}
"""
RENDERERS = [renderer(), renderer(capabilities=SEPARATE), renderer(backend=OWN)]


def facts(rendered: Rendered) -> tuple[object, ...]:
    return list(rendered.sections.items()), rendered.owners, rendered.missing, rendered.text


@given(st.lists(CHANGES, max_size=8), st.sampled_from(RENDERERS))
def test_step_by_step_is_the_same_as_at_once(changes: list[Change], one: object) -> None:
    assert isinstance(one, type(RENDERERS[0]))
    current, rendered = Snapshot(), None
    for change in map(validated, changes):
        current = after(current, [change], current.revision + 1)
        rendered = one.render(current, rendered)
        assert facts(rendered) == facts(one.render(current))


@given(st.lists(CHANGES, max_size=8), st.sampled_from(RENDERERS))
def test_what_was_touched_is_enough_to_know(changes: list[Change], one: object) -> None:
    assert isinstance(one, type(RENDERERS[0]))
    current = Snapshot()
    rendered = one.render(current)
    for change in map(validated, changes):
        before = rendered
        current = after(current, [change], current.revision + 1)
        rendered = one.render(current, before, [ref_of(change)])
        assert facts(rendered) == facts(one.render(current))
        changed = rendered.changed_since(before.sections)
        assert changed is None or before.sections.keys() == rendered.sections.keys()
        for header, text in rendered.sections.items():
            assert changed is None or header in changed or text == before.sections[header]


def test_what_differs_is_known_only_from_the_rendering_before() -> None:
    one = renderer()
    first = one.render(snapshot(backend("app"), frontend("web", "app")))
    second = one.render(
        snapshot(backend("app", 80), frontend("web", "app", bind="*:81"), base=first.snapshot), first
    )
    assert second.changed_since(first.sections) == ["frontend web", "backend app"]
    assert second.changed_since(dict(first.sections)) is None
    assert first.changed_since({}) is None


def test_the_short_way_keeps_what_nobody_depends_on() -> None:
    one = renderer()
    first = one.render(snapshot(frontend("web", "app", "gone"), backend("app"), backend("b")))
    second = one.render(
        snapshot(backend("app", 80), frontend("web", "app", "gone", bind="*:81"), base=first.snapshot), first
    )
    assert second.owners is first.owners
    assert facts(second) == facts(one.render(second.snapshot))


def test_a_section_that_is_not_the_first_of_its_name_takes_the_long_way() -> None:
    one = renderer(backend="backend same\n    # {{ backend.members | length }}\n")
    first = one.render(snapshot(backend("a"), backend("b")))
    second = one.render(snapshot(backend("b", 80), base=first.snapshot), first)
    assert facts(second) == facts(one.render(second.snapshot))
