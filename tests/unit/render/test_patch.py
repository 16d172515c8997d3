"""The short way from one rendering to the next leads to the same place as the long way."""

from hypothesis import given
from hypothesis import strategies as st

from aqueduct.model.resources import Kind, Ref, delete, put, ref_of
from aqueduct.model.server_states import ServerState
from aqueduct.model.snapshot import Snapshot, after
from aqueduct.model.validate import validated
from aqueduct.render.image import Image
from aqueduct.render.rendered import Rendered
from aqueduct.v1.config_pb2 import Change
from tests.unit.render.build import (
    SEPARATE,
    WHOLE,
    backend,
    frontend,
    membership,
    renderer,
    snapshot,
    tcp_frontend,
)

KEYS = st.sampled_from("abc")
PORTS = st.sets(st.integers(1, 3))


def _change(change: Change) -> Change:
    """Return `change` as it comes from the store."""
    is_of_members = ref_of(change).kind is Kind.MEMBERSHIP
    return change if is_of_members else validated(change)


CHANGES = st.one_of(
    st.builds(lambda key, to, rules: put(frontend(key, to, *rules)), KEYS, KEYS, st.lists(KEYS, max_size=2)),
    st.builds(lambda key, to: put(tcp_frontend(key, to)), KEYS, KEYS),
    st.builds(lambda key, ports: put(backend(key, *ports)), KEYS, PORTS),
    st.builds(lambda key, ports, old: put(membership(key, *ports, draining=old - ports)), KEYS, PORTS, PORTS),
    st.builds(lambda kind, key: delete(Ref(kind, key)), st.sampled_from(Kind), KEYS),
).map(_change)
OWN = """backend {{ backend.key }}
{% for member in backend.members %}
userlist u{{ member.port }}
{% endfor %}
"""
RENDERERS = [renderer(), renderer(capabilities=SEPARATE), renderer(backend=OWN)]


def facts(rendered: Rendered) -> tuple[object, ...]:
    order = list(rendered.sections.items())
    return order, rendered.owners, rendered.missing, rendered.states, rendered.text, rendered.image


@given(st.lists(CHANGES, max_size=8), st.sampled_from(RENDERERS))
def test_step_by_step_is_the_same_as_at_once(changes: list[Change], one: object) -> None:
    assert isinstance(one, type(RENDERERS[0]))
    current, rendered = Snapshot(), None
    for change in changes:
        current = after(current, [change], current.revision + 1)
        rendered = one.render(current, rendered)
        assert facts(rendered) == facts(one.render(current))


@given(st.lists(CHANGES, max_size=8), st.sampled_from(RENDERERS))
def test_what_was_touched_is_enough_to_know(changes: list[Change], one: object) -> None:
    assert isinstance(one, type(RENDERERS[0]))
    current = Snapshot()
    rendered = one.render(current)
    for change in changes:
        before = rendered
        current = after(current, [change], current.revision + 1)
        rendered = one.render(current, before, [ref_of(change)])
        assert facts(rendered) == facts(one.render(current))
        changed, was, now = rendered.changed_since(before.image), before.image, rendered.image
        assert changed is None or was.sections.keys() == now.sections.keys()
        for header, text in now.sections.items():
            same = (text, now.states_of(header)) == (was.sections.get(header), was.states_of(header))
            assert changed is None or header in changed or same


def test_what_differs_is_known_only_from_the_rendering_before() -> None:
    one = renderer()
    first = one.render(snapshot(backend("app"), frontend("web", "app")))
    second = one.render(
        snapshot(backend("app", 80), frontend("web", "app", bind="*:81"), base=first.snapshot), first
    )
    assert second.changed_since(first.image) == frozenset({"frontend web", "backend app"})
    assert second.changed_since(Image(dict(first.sections))) is None
    assert first.changed_since(Image()) is None


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


def test_a_change_of_members_changes_the_section_of_their_backend() -> None:
    one = renderer()
    first = one.render(snapshot(backend("app", 80), backend("b")))
    members = membership("app", 81, draining=[80])
    second = one.render(snapshot(members, base=first.snapshot), first, [Ref(Kind.MEMBERSHIP, "app")])
    assert second.changed_since(first.image) == frozenset({"backend app"})
    assert second.states == {"backend app": {"app_127.0.0.1:80": ServerState.DRAIN}}
    assert (
        facts(second)
        == facts(one.render(second.snapshot))
        == facts(renderer(whole=WHOLE).render(second.snapshot))
    )
    third = one.render(snapshot(membership("app", 81), base=second.snapshot), second)
    assert (third.states, facts(third)) == ({}, facts(one.render(third.snapshot)))


def test_the_defaults_are_looked_for_once() -> None:
    one = renderer()
    first = one.render(snapshot(backend("app")))
    second = one.render(snapshot(backend("app", 80), base=first.snapshot), first)
    assert second.image.defaults is first.image.defaults
    assert second.image.defaults == (first.sections["defaults"],)
