"""Whatever is changed live: who obeys the commands has what was desired, and nobody serves unproven."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from aqueduct.model.server_states import ServerState
from aqueduct.plan.live import has_check
from aqueduct.plan.plan import Live, plan
from aqueduct.plan.states import at_rest
from aqueduct.plan.verify import corrections, disagreements
from aqueduct.render.image import Image
from tests.unit.plan.build import ABLE, backend, image
from tests.unit.plan.simulated import Simulated

STOPPED = (ServerState.DRAIN, ServerState.MAINT)
PORTS, WEIGHTS = st.integers(1, 3), st.sampled_from(["", " weight 0", " weight 7"])
CHECKS = ("", " check")


@st.composite
def images(draw: st.DrawFn, checks: Sequence[str] = CHECKS) -> Image:
    """Draw a backend of up to four servers in any states."""
    names = draw(st.lists(st.sampled_from("abcd"), unique=True))
    states = {name: draw(st.sampled_from(ServerState)) for name in names}
    stopped = {name: state for name, state in states.items() if state is not ServerState.READY}
    parts = st.tuples(PORTS, st.sampled_from(checks), WEIGHTS)
    servers = [f"{name} 10.0.0.1:{''.join(map(str, draw(parts)))}" for name in names]
    return image(backend(*servers), **stopped)


@given(images(), images())
def test_the_commands_lead_to_what_is_desired(running: Image, desired: Image) -> None:
    step = plan(running, desired, ABLE)
    haproxy = Simulated(running)
    before = dict(haproxy.servers)
    if isinstance(step, Live):
        for command in step.commands["backend app"]:
            haproxy.obey(command)
            for name, server in haproxy.servers.items():
                if name not in before and has_check(server.line):
                    assert not server.serves
        assert disagreements("backend app", desired, haproxy.rows()) == []
        states = desired.states_of("backend app")
        for name, was in before.items():
            if was.state in STOPPED and states.get(name) is ServerState.UNPROVEN and has_check(was.line):
                assert not haproxy.servers[name].serves


@given(st.sampled_from(CHECKS).flatmap(lambda check: st.tuples(images([check]), images([check]))))
def test_corrections_lead_back_to_what_is_desired(images: tuple[Image, Image]) -> None:
    drifted, desired = images
    haproxy = Simulated(drifted)
    commands = corrections("backend app", desired, haproxy.rows())
    if commands is not None:
        for command in commands:
            haproxy.obey(command)
        assert disagreements("backend app", desired, haproxy.rows()) == []


@given(images())
def test_what_runs_agrees_with_itself(running: Image) -> None:
    assert disagreements("backend app", running, Simulated(running).rows()) == []
    assert corrections("backend app", running, Simulated(running).rows()) == []


@given(images())
def test_at_rest_exactly_those_are_told_that_do_not_simply_serve(running: Image) -> None:
    told = at_rest(running).get("app", {})
    servers = Simulated(running).servers
    assert told.keys() == {name for name, server in servers.items() if not server.serves}
    for name, server in servers.items():
        if name in told:
            assert (told[name].state, told[name].weight) == (server.state, server.weight)
