"""Servers as HAProxy tells them, and the rows that a new worker begins with.

What HAProxy would take otherwise than it is meant is in test_state_file.py.
"""

from dataclasses import dataclass, replace

import pytest

from aqueduct.haproxy.servers import gists, next_states, parse_servers, rest_states
from aqueduct.model.server_states import ServerState
from aqueduct.plan.rows import NO_ROWS, ServerRow, StateRow, StateRows

READY, DRAIN, MAINT = ServerState.READY, ServerState.DRAIN, ServerState.MAINT
HEADER = (
    "# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight"
    " srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state"
    " srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord"
    " srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port"
)
MORE = "0 0 - - 0"
"""The columns behind the 20th."""


@dataclass(frozen=True, slots=True)
class Told:
    """A server as HAProxy tells it; `bits` are those of srv_admin_state."""

    name: str
    backend: str = "app"
    address: str = "10.0.0.1"
    operational: int = 2
    bits: int = 0
    weight: int = 1
    initial: int = 1
    check: str = "6 3 3"
    """srv_check_status, srv_check_result and srv_check_health."""
    port: int = 80

    def __str__(self) -> str:
        return (
            f"3 {self.backend} 1 {self.name} {self.address} {self.operational} {self.bits} {self.weight}"
            f" {self.initial} 9 {self.check} 6 0 0 0 - {self.port} -"
        )


def text(*rows: object) -> str:
    """Return the answer to `show servers state`."""
    return "\n".join(("1", HEADER, *map(str, rows))) + "\n"


def told(*rows: Told) -> str:
    """Return the answer as a worker gives it, in all its columns."""
    return text(*(f"{row} {MORE}" for row in rows))


def after(before: Told, row: StateRow) -> object:
    """Return what becomes of a server over a reload."""
    states = next_states(told(before), {before.backend: {before.name: row}})
    head, _, made = states.removesuffix("\n").rpartition("\n")
    assert head == f"1\n{HEADER}"
    return made


def test_servers_are_told_by_backend_in_their_order() -> None:
    found = parse_servers(told(Told("b"), Told("a"), Told("a", "other")))
    assert {backend: [row.name for row in rows] for backend, rows in found.items()} == {
        "app": ["b", "a"],
        "other": ["a"],
    }


def test_a_server_as_it_is_told() -> None:
    row = Told("a", address="2001:db8::1", operational=0, bits=8, weight=0, initial=5, check="8 2 0", port=81)
    assert parse_servers(told(row)) == {
        "app": [ServerRow("a", "2001:db8::1", 81, up=False, state=DRAIN, weight=0, check_result=2)]
    }


@pytest.mark.parametrize(("operational", "up"), [(0, False), (1, True), (2, True), (3, False)])
def test_a_server_that_stops_softly_is_not_up_and_one_that_starts_slowly_is(
    operational: int, up: bool
) -> None:
    ((row,),) = parse_servers(told(Told("a", operational=operational))).values()
    assert row.up is up


@pytest.mark.parametrize(
    ("bits", "state"),
    [(0, READY), (1, MAINT), (4, READY), (5, MAINT), (8, DRAIN), (9, MAINT), (12, DRAIN), (64, READY)],
)
def test_maintenance_goes_before_drain_and_the_configuration_tells_neither(
    bits: int, state: ServerState
) -> None:
    ((row,),) = parse_servers(told(Told("a", bits=bits))).values()
    assert row.state is state


@pytest.mark.parametrize(
    "answer", ["", "\n", "1\n", text(), "Can't find backend.\n", "3 app 1 a 10.0.0.1 2 0 1 1 9 6 3 3 6 0 0\n"]
)
def test_lines_that_are_no_rows_are_skipped(answer: str) -> None:
    assert parse_servers(answer) == {}


def test_a_row_may_have_20_columns_or_more() -> None:
    assert parse_servers(text(Told("a"))) == parse_servers(told(Told("a")))


@pytest.mark.parametrize("size", [1, 90, 300, 2**16])
def test_gists_are_the_same_however_many_are_told_at_a_time(size: int) -> None:
    rows = [Told(f"s{number}", f"b{number // 3}", bits=8, weight=number, port=number) for number in range(12)]
    for answer in (told(*rows), told(*rows).removesuffix("\n"), text(*rows)):
        found = list(gists(answer, size))
        assert [server for some in found for server in some] == [
            (row.backend, (f"{row.name} 10.0.0.1", f"8 {row.weight}", "6", str(row.port))) for row in rows
        ]
    assert [server for some in gists("Can't find backend.\n", size) for server in some] == []
    assert list(gists("", size)) == []


def test_servers_that_nothing_is_said_of_are_told_as_they_were() -> None:
    rows = [Told("a", operational=0, bits=1), Told("b", check="0 0 0"), Told("a", "other", weight=3)]
    answer = told(*rows)
    assert next_states(answer, NO_ROWS) == answer
    assert next_states(answer.rstrip("\n"), NO_ROWS) == answer
    others: StateRows = {"app": {"a": StateRow(MAINT, 1, 80)}}
    kept = next_states(answer, others).splitlines()
    assert kept[3:] == answer.splitlines()[3:]


@pytest.mark.parametrize("nothing", ["", "\n", "1\n"])
def test_there_is_a_state_file_where_nothing_is_told(nothing: str) -> None:
    assert next_states(nothing, NO_ROWS) == "1\n"
    rows: StateRows = {"app": {"a": StateRow(DRAIN, 5, 80)}}
    assert next_states(nothing, rows) == rest_states(rows)


def test_what_is_said_replaces_state_weight_and_port_and_the_columns_behind_the_20th_go() -> None:
    before = Told("a", weight=2, initial=7, port=80)
    assert after(before, StateRow(DRAIN, 5, 81)) == str(replace(before, bits=8, weight=5, initial=5, port=81))


def test_an_offset_of_a_port_is_told_as_it_is() -> None:
    offset = -80 % 2**32
    assert after(Told("a", port=offset), StateRow(READY, 1, offset)) == str(Told("a", port=offset))


@pytest.mark.parametrize(
    ("bits", "state", "becomes"),
    [
        (0, READY, 0),
        (0, DRAIN, 8),
        (0, MAINT, 1),
        (1, READY, 0),
        (1, DRAIN, 8),
        (8, READY, 0),
        (8, MAINT, 1),
        (9, DRAIN, 8),
        (4, DRAIN, 12),
        (5, DRAIN, 12),
        (5, READY, 5),
        (12, READY, 4),
        (64, DRAIN, 72),
    ],
)
def test_a_state_that_is_said_replaces_the_one_that_was_forced(
    bits: int, state: ServerState, becomes: int
) -> None:
    assert after(Told("a", bits=bits), StateRow(state, 1, 80)) == str(Told("a", bits=becomes))


@pytest.mark.parametrize(("bits", "operational"), [(1, 0), (8, 2)])
def test_a_server_that_comes_back_to_be_proven_begins_down(bits: int, operational: int) -> None:
    before = Told("a", bits=bits, operational=operational)
    row = StateRow(READY, 1, 80, begins_down=True)
    assert after(before, row) == str(Told("a", operational=0, check="6 3 0"))


def test_a_server_that_serves_is_not_taken_down_to_be_proven() -> None:
    assert after(Told("a"), StateRow(READY, 1, 80, begins_down=True)) == str(Told("a"))


def test_a_server_that_its_check_took_down_stays_down() -> None:
    down = Told("a", operational=0, check="8 2 0")
    assert after(down, StateRow(READY, 3, 80)) == str(replace(down, weight=3, initial=3))
    assert after(down, StateRow(MAINT, 1, 80)) == str(replace(down, bits=1))


def test_a_server_that_leaves_maintenance_is_not_down_for_it() -> None:
    in_maintenance = Told("a", operational=0, bits=1)
    assert after(in_maintenance, StateRow(READY, 1, 80)) == str(Told("a"))
    assert after(in_maintenance, StateRow(DRAIN, 1, 80)) == str(Told("a", bits=8))
    assert after(in_maintenance, StateRow(MAINT, 1, 80)) == str(in_maintenance)


def test_a_server_that_was_added_live_without_a_check_heeds_the_check_that_it_gets() -> None:
    assert after(Told("a", check="0 0 0"), StateRow(READY, 1, 80)) == str(Told("a", check="1 0 0"))


def test_servers_are_found_by_backend_and_name_alone() -> None:
    rows: StateRows = {"app": {"a": StateRow(DRAIN, 1, 80)}}
    others = [Told("a", "apps"), Told("a", "my.app"), Told("aa"), Told("app", "a"), Told("A")]
    states = next_states(told(*others, Told("a")), rows)
    assert states == text(*(f"{row} {MORE}" for row in others), Told("a", bits=8))


def test_what_a_name_holds_means_nothing_else() -> None:
    rows: StateRows = {"a.p": {"s.1": StateRow(DRAIN, 1, 80)}, "a|b": {"s": StateRow(DRAIN, 1, 80)}}
    near = [Told("s.1", "app"), Told("sx1", "a.p"), Told("s", "a"), Told("s", "b")]
    states = next_states(told(*near), rows)
    assert states.startswith(told(*near))
    assert states.count("\n") == told(*near).count("\n") + 2


def test_servers_that_are_not_told_are_added() -> None:
    rows: StateRows = {
        "app": {"a": StateRow(MAINT, 1, 80), "new": StateRow(READY, 3, 81, begins_down=True)},
        "none": {"b": StateRow(DRAIN, 0, 0)},
    }
    states = next_states(told(Told("a")), rows)
    assert states == text(
        Told("a", bits=1),
        "0 app 0 new - 0 0 3 3 0 1 0 0 0 0 0 0 - 81 -",
        "0 none 0 b - 2 8 0 0 0 1 0 0 0 0 0 0 - 0 -",
    )


def test_every_row_that_is_written_has_20_columns_and_is_read_back() -> None:
    rows: StateRows = {
        "app": {
            f"s{number}": StateRow(state, number, 80 + number, begins_down=begins_down)
            for number, (state, begins_down) in enumerate(
                (state, begins_down) for state in (READY, DRAIN, MAINT) for begins_down in (False, True)
            )
        }
    }
    for states in (rest_states(rows), next_states(told(Told("s0"), Told("s1")), rows)):
        lines = [line for line in states.splitlines() if line[0] not in "1#"]
        assert {len(line.split(" ")) for line in lines} == {20}
        found = {row.name: row for row in parse_servers(states)["app"]}
        assert {name: StateRow(row.state, row.weight, row.port) for name, row in found.items()} == {
            name: replace(row, begins_down=False) for name, row in rows["app"].items()
        }


def test_bytes_that_are_no_text_pass_unchanged() -> None:
    odd = Told("caf\udcc3\udca9", "b\udcff")
    other = Told("a\x85\u2028", "b\udcff")
    rows: StateRows = {odd.backend: {odd.name: StateRow(DRAIN, 1, 80)}}
    states = next_states(text(odd, other), rows)
    assert states == text(replace(odd, bits=8), other)
    assert states.encode(errors="surrogateescape")
    assert rest_states(rows) == f"1\n0 {odd.backend} 0 {odd.name} - 2 8 1 1 0 1 0 0 0 0 0 0 - 80 -\n"


@pytest.mark.parametrize("count", [1, 16, 17, 40])
def test_few_backends_and_many_are_treated_alike(count: int) -> None:
    servers = [Told(name, f"b{number}") for number in range(count + 2) for name in ("a", "b")]
    rows: StateRows = {f"b{number}": {"a": StateRow(DRAIN, 1, 80)} for number in range(count)}
    made = [
        str(replace(row, bits=8)) if row.name == "a" and row.backend in rows else f"{row} {MORE}"
        for row in servers
    ]
    assert next_states(told(*servers), rows) == text(*made)


def test_a_fresh_start_is_told_of_the_servers_that_are_said_alone() -> None:
    assert rest_states(NO_ROWS) == "1\n"
    rows: StateRows = {"app": {"a": StateRow(MAINT, 5, 80), "b": StateRow(READY, 1, 0, begins_down=True)}}
    assert rest_states(rows) == (
        "1\n0 app 0 a - 2 1 5 5 0 1 0 0 0 0 0 0 - 80 -\n0 app 0 b - 0 0 1 1 0 1 0 0 0 0 0 0 - 0 -\n"
    )
