"""The program's log, each time in a process of its own: it is set up once and for all."""

import json
import os
import pty
import subprocess
import sys

import pytest

_PRELUDE = """
import logging, structlog, warnings
from aqueduct import logs
log = structlog.get_logger("unit")
logs.configure(debug={debug})
"""


def _logged(body: str, *, debug: bool = False) -> list[dict[str, object]]:
    done = _run(body, subprocess.PIPE, debug=debug)
    assert done.returncode == 0
    return [json.loads(line) for line in done.stderr.splitlines()]


def _run(body: str, stderr: int, *, debug: bool = False) -> subprocess.CompletedProcess[str]:
    script = _PRELUDE.format(debug=debug) + body
    return subprocess.run([sys.executable, "-c", script], stderr=stderr, text=True, check=False)


def test_events_are_json_lines_where_no_terminal_reads() -> None:
    (event,) = _logged("log.info('applied', revision=3, kind='reload', reason='a\\nb')")
    timestamp = event.pop("timestamp")
    assert isinstance(timestamp, str)
    assert timestamp.endswith("Z")
    assert event == {
        "level": "info",
        "event": "applied",
        "logger": "unit",
        "revision": 3,
        "kind": "reload",
        "reason": "a\nb",
    }


def test_logging_of_libraries_and_warnings_join() -> None:
    events = _logged("logging.getLogger('grpc').warning('n %d', 1); warnings.warn('old')")
    assert [(event["logger"], event["level"]) for event in events] == [
        ("grpc", "warning"),
        ("py.warnings", "warning"),
    ]
    assert events[0]["event"] == "n 1"


def test_exceptions_stay_in_their_line() -> None:
    (event,) = _logged("try: 1 / 0\nexcept ZeroDivisionError: log.exception('bad')")
    assert event["event"] == "bad"
    assert "ZeroDivisionError" in str(event["exception"])


@pytest.mark.parametrize(("debug", "seen"), [(False, []), (True, ["unit", "asyncio"])])
def test_debug(debug: bool, seen: list[str]) -> None:
    events = _logged("log.debug('x'); logging.getLogger('asyncio').debug('y')", debug=debug)
    assert [event["logger"] for event in events] == seen


def test_a_reader_that_is_gone_is_no_failure() -> None:
    read, write = os.pipe()
    os.close(read)
    done = _run("for n in range(3): log.info('x', n=n)\nprint('x', file=__import__('sys').stderr)", write)
    os.close(write)
    assert done.returncode == 0


def test_stderr_may_be_closed_from_the_start() -> None:
    script = _PRELUDE.format(debug=False) + "log.info('x')"
    done = subprocess.run(["/bin/sh", "-c", 'exec "$0" -c "$1" 2>&-', sys.executable, script], check=False)
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("environ", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_a_terminal_gets_readable_lines(
    environ: dict[str, str], coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in ({"TERM": "xterm"} | environ).items():
        monkeypatch.setenv(name, value)
    ours, theirs = pty.openpty()
    assert _run("log.info('applied', revision=3)", theirs).returncode == 0
    os.close(theirs)
    line = os.read(ours, 4096).decode()
    os.close(ours)
    assert ("\x1b[" in line) is coloured
    assert "applied" in line
    assert not line.startswith("{")


def test_inside_another_program_events_go_to_its_logging() -> None:
    script = """
import logging, structlog
from aqueduct import logs
logging.basicConfig(level=logging.INFO, format="%(name)s %(levelname)s %(message)s")
logs.settle()
log = structlog.get_logger("unit")
log.info("applied", revision=3, reason="a b")
log.debug("not told")
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "unit INFO applied revision=3 reason='a b'\n")


def test_a_program_that_has_configured_structlog_keeps_its_way() -> None:
    script = """
import structlog
from aqueduct import logs
structlog.configure(processors=[lambda logger, name, event: "mine " + event["event"]])
logs.settle()
structlog.get_logger().info("applied")
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "mine applied\n"
