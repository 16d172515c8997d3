"""Whether what HAProxy tells is what was wanted."""

import pytest

from aqueduct.model.server_states import ServerState
from aqueduct.plan.rows import ServerRow
from aqueduct.plan.verify import PROBE, corrections, disagreements, is_accepted
from aqueduct.render.image import Image
from tests.unit.plan.build import backend, image, row

DRAIN, MAINT, READY, UNPROVEN = (
    ServerState.DRAIN,
    ServerState.MAINT,
    ServerState.READY,
    ServerState.UNPROVEN,
)


def faults(desired: Image, *rows: ServerRow) -> list[str]:
    return disagreements("backend app", desired, rows)


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (
            "add server app/a 10.0.0.1:80 cookie a",
            "Ignoring cookie as HTTP mode is disabled.\nNew server registered.\n",
        ),
        ("add server app/a 10.0.0.1:80", "New server registered.\n"),
        ("del server app/a", "Server deleted.\n"),
        ("set server app/a state ready", "\n"),
        ("set server app/a weight 3", ""),
        ("set server app/a addr ::2 port 80", "IP changed from '::1' to '::2', no need to change the port\n"),
        ("set server app/a addr ::1 port 81", "no need to change the addr, port changed from '80' to '81'\n"),
        ("set server app/a addr ::1 port 81", "port changed from '80' to '81' by 'stats socket command'\n"),
        ("enable health app/a", "\n"),
        ("set maxconn server app/a 20", ""),
    ],
)
def test_an_answer_that_says_yes(command: str, answer: str) -> None:
    assert is_accepted(command, answer)


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("add server app/a 10.0.0.1:80", "Already exists a server with the same name in backend.\n"),
        ("add server app/a 10.0.0.1:80", ""),
        ("del server app/a", "Server still has connections attached to it, cannot remove it.\n"),
        ("set server app/a weight 3", "Backend is using a static LB algorithm\n"),
        ("enable health app/a", "No such server.\n"),
        ("set maxconn server app/a 20", "Require 'maxconn <maxconn>'\n"),
        ("bogus", "Unknown command\n"),
    ],
)
def test_an_answer_that_says_no(command: str, answer: str) -> None:
    assert not is_accepted(command, answer)


def test_servers_that_are_as_wanted() -> None:
    desired = image(
        backend("a 10.0.0.1:80 check weight 5", "b [::1]:81", "c unix@/run/c.sock", "d web.example:82"),
        a=UNPROVEN,
        b=DRAIN,
    )
    rows = (
        row("a", weight=5),
        row("b", "0:0:0:0:0:0:0:1", 81, state=DRAIN),
        row("c", "-", 0),
        row("d", "192.0.2.7", 82),
        row(f"{PROBE}_1", "10.0.0.1", 80, state=DRAIN),
    )
    assert faults(desired, *rows) == []
    assert corrections("backend app", desired, rows) == []


def test_servers_that_are_missing_or_should_not_be_there_need_a_reload() -> None:
    desired, rows = image(backend("a 10.0.0.1:80", "b 10.0.0.1:81")), [row("a"), row("c")]
    assert faults(desired, *rows) == ["server b is missing", "server c should not be there"]
    assert corrections("backend app", desired, rows) is None


def test_what_differs_of_a_server_is_set_back() -> None:
    desired = image(backend("a 10.0.0.1:80 weight 5"), a=MAINT)
    rows = [row("a", "10.0.0.2", 81, weight=6)]
    assert faults(desired, *rows) == [
        "server a: state is ready, not maint",
        "server a: weight is 6, not 5",
        "server a: address is 10.0.0.2:81, not 10.0.0.1:80",
    ]
    assert corrections("backend app", desired, rows) == [
        "set server app/a state maint",
        "set server app/a weight 5",
        "set server app/a addr 10.0.0.1 port 80",
    ]


def test_one_that_is_to_be_proven_is_ready() -> None:
    desired, plain = (image(backend(f"a 10.0.0.1:80{check}"), a=UNPROVEN) for check in (" check", ""))
    assert faults(desired, row("a")) == []
    assert corrections("backend app", desired, [row("a", state=MAINT)]) == [
        "set server app/a state drain",
        "set server app/a health down",
        "set server app/a state ready",
    ]
    assert corrections("backend app", plain, [row("a", state=MAINT)]) == ["set server app/a state ready"]


def test_what_becomes_of_a_server_that_began_disabled_is_nobodys_to_say() -> None:
    text = backend("a 10.0.0.1:80 disabled")
    assert faults(image(text), row("a", state=MAINT)) == faults(image(text), row("a")) == []
    assert faults(image(text, a=DRAIN), row("a", state=MAINT)) == ["server a: state is maint, not drain"]


def test_agents_set_states_and_weights() -> None:
    desired = image(backend("a 10.0.0.1:80 agent-check agent-port 81"))
    assert faults(desired, row("a", state=DRAIN, weight=50)) == []
    assert faults(desired, row("a", port=82)) == ["server a: address is 10.0.0.1:82, not 10.0.0.1:80"]


@pytest.mark.parametrize("of_section", [True, False])
def test_beside_a_default_server_lines_do_not_tell_weights_and_whether_servers_begin_disabled(
    of_section: bool,
) -> None:
    line = "default-server weight 7 disabled"
    text = (
        backend("a 10.0.0.1:80", lines=(line,))
        if of_section
        else f"defaults\n    {line}\n{backend('a 10.0.0.1:80')}"
    )
    assert faults(image(text), row("a", state=MAINT, weight=7)) == []
    assert faults(image(text, a=DRAIN), row("a", state=MAINT, weight=7)) == [
        "server a: state is maint, not drain"
    ]
    assert faults(image(text), row("b")) == ["server a is missing", "server b should not be there"]


def test_a_template_of_servers_does_not_tell_which_there_are() -> None:
    desired = image(backend("a 10.0.0.1:80", lines=("server-template web 3 web.example:80",)))
    assert faults(desired, row("a"), row("web1")) == []


def test_the_servers_of_a_listen_section_are_compared_too() -> None:
    desired = image("listen web:1\n    server a 10.0.0.1:80 weight 2\n    server odd\n")
    assert corrections("listen web:1", desired, [row("a")]) == ["set server web:1/a weight 2"]


@pytest.mark.parametrize("address", ["10.0.0.1", "*:80", "localhost:80", "10.0.0.1:+5", "ipv4@10.0.0.1:80"])
def test_addresses_of_other_kinds_are_not_compared(address: str) -> None:
    assert faults(image(backend(f"a {address}")), row("a", "10.9.9.9", 1)) == []
