"""The lines by which HAProxy tells states of servers, as 2.6 and 2.8 log them: state_lines/VERSION.txt."""

from pathlib import Path

import pytest

from aqueduct.haproxy.state_lines import parse
from aqueduct.ports.states import Told
from aqueduct.v1.backend_pb2 import ADMIN_STATE_DRAIN, ADMIN_STATE_MAINT, ADMIN_STATE_READY
from aqueduct.v1.stats_pb2 import OPERATIONAL_STATE_DOWN, OPERATIONAL_STATE_DRAIN, OPERATIONAL_STATE_UP

RECORDED = sorted(Path(__file__).with_name("state_lines").glob("*.txt"))
READY, DRAIN, MAINT = ADMIN_STATE_READY, ADMIN_STATE_DRAIN, ADMIN_STATE_MAINT
UP, DOWN, STOPPING = OPERATIONAL_STATE_UP, OPERATIONAL_STATE_DOWN, OPERATIONAL_STATE_DRAIN
REFUSED = 'Layer4 connection problem, info: "Connection refused"'
LEFT = " 1 active and 1 backup servers left. 3 sessions active, 0 requeued, 0 remaining in queue."
ONLINE = " 2 active and 0 backup servers online. 0 sessions requeued, 0 total in queue."


def line(message: str, head: str = "<185>1 2026-11-25T18:49:55.089928+00:00 - haproxy 31137") -> bytes:
    return f"{head} - - {message}\n".encode()


def told(text: str) -> tuple[int | None, int | None, str, int | None, int | None]:
    found = parse(line(text))
    assert found is not None
    assert (found.worker, found.backend, found.server) == (31137, "web", "web_127.0.0.1:80")
    return found.admin, found.health, found.reason, found.sessions, found.left


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"is DOWN, reason: {REFUSED}, check duration: 0ms.{LEFT}", (None, DOWN, REFUSED, 3, 2)),
        (f"is DOWN, changed from CLI.{LEFT}", (None, DOWN, "changed from CLI", 3, 2)),
        (f"is DOWN via db/one.{LEFT}", (None, DOWN, "via db/one", 3, 2)),
        (f"is DOWN.{LEFT}", (None, DOWN, "", 3, 2)),
        (
            f"is UP, reason: Layer4 check passed, check duration: 12ms.{ONLINE}",
            (None, UP, "Layer4 check passed", None, 2),
        ),
        (f"is UP via db/one.{ONLINE}", (None, UP, "via db/one", None, 2)),
        (f"is stopping, changed from CLI.{ONLINE}", (None, STOPPING, "changed from CLI", None, 2)),
        (f"is going DOWN for maintenance.{LEFT}", (MAINT, DOWN, "", 3, 2)),
        (f"is going DOWN for maintenance (DNS NX status).{LEFT}", (MAINT, DOWN, "DNS NX status", 3, 2)),
        ("was DOWN and now enters maintenance.", (MAINT, DOWN, "", None, None)),
        ("remains in forced maintenance.", (MAINT, DOWN, "", None, None)),
        ("is UP/READY (leaving forced maintenance).", (READY, UP, "leaving forced maintenance", None, None)),
        ("is DOWN/DRAIN (leaving maintenance).", (DRAIN, DOWN, "leaving maintenance", None, None)),
        ("('app.test') is UP/READY (resolves again).", (READY, UP, "resolves again", None, None)),
        (f"enters drain state.{ONLINE}", (DRAIN, None, "", None, 2)),
        ("remains in forced drain mode.", (DRAIN, None, "", None, None)),
        ("is UP (leaving forced drain).", (READY, UP, "leaving forced drain", None, None)),
        ("is DOWN (leaving forced drain).", (READY, DOWN, "leaving forced drain", None, None)),
        (
            f'is DOWN, reason: Layer7 wrong status, info: "x. 9 active and 9 backup servers left.".{LEFT}',
            (None, DOWN, 'Layer7 wrong status, info: "x. 9 active and 9 backup servers left."', 3, 2),
        ),
        ("is DOWN, reason: Layer7 timeo", (None, DOWN, "Layer7 timeo", None, None)),
    ],
)
def test_what_a_line_tells(text: str, expected: object) -> None:
    assert told(f"Server web/web_127.0.0.1:80 {text}") == expected
    assert told(f"Backup Server web/web_127.0.0.1:80 {text}") == expected


def test_the_tag_of_a_log_may_hold_anything() -> None:
    text = f"Server web/a is DOWN.{LEFT}"
    assert parse(line(text, "<185>1 1970-01-01T01:00:05+01:00 host my - tag 7")) == Told(
        7, "web", "a", None, DOWN, "", 3, 2, 5.0
    )


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("2026-11-25T18:49:55.089928+00:00", 1795632595.089928),
        ("2026-11-25T19:49:55.089928+01:00", 1795632595.089928),
        ("0001-01-01T00:00:00+12:00", None),
        ("2026-11-25T18:49:55", None),
        ("yesterday", None),
    ],
)
def test_when_it_was_said(time: str, expected: float | None) -> None:
    found = parse(line("Server web/a is DOWN.", f"<185>1 {time} - haproxy 7"))
    assert found is not None
    assert found.time == expected


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"garbage \xff\xfe",
        b" - - Server web/a is DOWN.",
        line("Proxy web stopped (cumulated conns: FE: 0, BE: 0)."),
        line("backend web has no server available!"),
        line("Server web/a is ASLEEP."),
        line("Server web is DOWN."),
        line("127.0.0.1:1 [x] web web/a 0/0 - - Server web/a is DOWN."),
        line("Health check for server web/a failed, reason: Layer4 timeout"),
    ],
)
def test_other_lines_tell_nothing(text: bytes) -> None:
    assert parse(text) is None


@pytest.mark.parametrize("recorded", RECORDED, ids=[path.stem for path in RECORDED])
def test_recorded_lines(recorded: Path) -> None:
    states: dict[str, tuple[int, int]] = {}
    for text in recorded.read_bytes().splitlines():
        found = parse(text)
        assert (found is not None) == (b" - - Server " in text or b" - - Backup Server " in text), text
        if found is not None:
            before = states.get(found.server, (READY, UP))
            states[found.server] = (found.admin or before[0], found.health or before[1])
    assert states["h"] == (READY, DOWN)
    assert states["off"] == (MAINT, DOWN)
    assert states["n"] == (READY, UP)
