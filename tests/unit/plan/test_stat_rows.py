"""Rows of statistics: read, hidden, refused, and known again."""

import pytest

from aqueduct.model.stats.lines import LineKind, LineName
from aqueduct.plan.stat_rows import NOTHING, Row, is_idle, layout_of
from aqueduct.plan.verify import PROBE
from tests.unit.plan.telling import HEADER, backend, counted, frontend, gauge, server

NOW = 1_000_000


def parse(text: bytes, now: int = NOW) -> Row:
    return layout_of(HEADER).parse(text, now)


def test_a_row_is_read() -> None:
    text = server(
        stot=5, bin=10**12, scur=2, hrsp_2xx=4, lastchg=60, check_status="* L7OK", status="UP 1/3", iid=12
    )
    row = parse(text)
    assert row.name == LineName(LineKind.SERVER, "app", "a")
    assert row.number == "12"
    assert (counted(row.counters, "stot"), counted(row.counters, "bin")) == (5, 10**12)
    assert (counted(row.counters, "hrsp_2xx"), counted(row.counters, "req_tot")) == (4, 0)
    assert gauge(row.gauges, "scur") == 2
    assert (row.status, row.check, row.changed) == ("UP 1/3", "L7OK", 999_940)
    assert not row.is_hidden


def test_what_is_not_told_is_none() -> None:
    row = parse(frontend(qcur="", hrsp_2xx="", check_code=""))
    assert row.name == LineName(LineKind.FRONTEND, "web", "")
    assert (gauge(row.gauges, "qcur"), gauge(row.gauges, "check_code"), row.changed) == (-1, -1, 0)
    assert row.counters is NOTHING
    assert row.check == row.check_text == ""


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        ({"check_desc": "Layer4 check passed"}, "Layer4 check passed"),
        ({"check_desc": "Layer7 wrong status", "last_chk": '"a,""b"""'}, 'Layer7 wrong status: a,"b"'),
        ({"check_desc": "Layer7 wrong status", "last_chk": "\udcff"}, "Layer7 wrong status: \ufffd"),
    ],
)
def test_the_last_check_is_told_in_words(cells: dict[str, str], text: str) -> None:
    raw = server(**{name: cell.replace("\udcff", "?") for name, cell in cells.items()})
    if "\udcff" in cells.get("last_chk", ""):
        raw = raw.replace(b"?", b"\xff")
    assert parse(raw).check_text == text


@pytest.mark.parametrize(
    ("text", "is_hidden"),
    [
        (frontend("_aqueduct_stats"), True),
        (server(f"{PROBE}-7"), True),
        (server("b"), False),
        (backend("aqueduct"), False),
    ],
)
def test_what_is_aqueducts_own_is_hidden(text: bytes, is_hidden: bool) -> None:
    assert parse(text).is_hidden is is_hidden


@pytest.mark.parametrize("text", [b"", b"a,b,c", server()[:-30], server(scur="x"), server(type=3)])
def test_what_is_no_row_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(text)


def test_a_header_that_lacks_something_is_refused() -> None:
    with pytest.raises(ValueError, match="do not tell lastsess, req_tot"):
        layout_of(HEADER.replace(b"req_tot", b"x").replace(b"lastsess", b"y"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (frontend(qcur="", qmax="", econ="", eresp="", wretr="", wredis="", chkfail="", chkdown=""), True),
        (backend(dreq=0, ereq="", chkfail=""), True),
        (server(slim="", dreq="", ereq="", status="no check", chkfail="", chkdown=""), True),
        (server(scur=1, smax=2), True),
        *(
            (server("a", "app", **{name: 1}), False)
            for name in ("stot", "bin", "bout", "econ", "wredis", "chkfail", "chkdown")
        ),
        (HEADER, False),
        (b"", False),
    ],
)
def test_what_has_counted_nothing_is_idle(text: bytes, expected: bool) -> None:
    assert is_idle(text) is expected


def test_gauges_are_shared_among_rows() -> None:
    layout = layout_of(HEADER)
    first = layout.parse(server(), NOW)
    assert layout.parse(backend(), NOW).gauges is first.gauges
    for number in range(5_000):
        layout.parse(server(scur=number), NOW)
    assert layout.parse(server(), NOW).gauges == first.gauges


def test_a_quoted_row_may_go_on() -> None:
    layout = layout_of(HEADER)
    assert layout.is_open(b'a,"b')
    assert not layout.is_open(b'a,"b"')
    assert not layout.is_open(b"a,b")


@pytest.mark.parametrize(
    ("then", "seconds", "is_same"),
    [
        (server(), 0, True),
        (server(lastchg=103, lastsess=3), 3, True),
        (server(lastchg=101), 3, True),
        (server(lastchg=1), 3, False),
        (server(lastchg=104, downtime=4), 4, True),
        (server(stot=1), 0, False),
        (server("b"), 0, False),
        (server("aa"), 0, False),
        (server(hrsp_2xx=1), 0, False),
        (server(check_desc="x"), 0, False),
        (server() + b"x,", 0, False),
        (server(status="DOWN"), 0, False),
        (b"", 0, False),
    ],
)
def test_a_row_knows_itself_again(then: bytes, seconds: int, is_same: bool) -> None:
    assert parse(server()).says(then, NOW + seconds) is is_same


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        (server(lastchg=1, lastsess=9), NOW - 1),
        (server(lastchg=""), None),
        (server(stot=1), None),
        (server(lastchg=1, hrsp_2xx=1), None),
        (frontend(), None),
    ],
)
def test_a_row_is_made_anew_where_only_its_time_differs(text: bytes, changed: int | None) -> None:
    again = parse(server()).again(text, NOW)
    assert (None if again is None else again.changed) == changed
    assert parse(frontend()).again(text, NOW) is None


def test_a_frontend_knows_itself_again() -> None:
    row = parse(frontend(stot=3))
    assert row.says(frontend(stot=3), NOW + 1_000)
    assert not row.says(frontend(stot=4), NOW)
