"""Fixtures that tests share: each HAProxy to be tested, an Aqueduct process, a web service, a port.

With AQUEDUCT_TEST_REQUIRE_ALL=1 in the environment, as in CI, a skipped test is a failed one.
"""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Generator
from functools import cache
from pathlib import Path
from typing import TextIO

import pytest

from aqueduct.demo import ports
from aqueduct.demo.processes import Aqueduct
from tests.stuck import bounded
from tests.web import Web

_STDERR = pytest.StashKey[TextIO]()
"""Where stderr went before tests captured it."""
_REQUIRE_ALL = os.environ.get("AQUEDUCT_TEST_REQUIRE_ALL") == "1"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the flag by which golden files are written anew."""
    parser.addoption("--rewrite-golden", action="store_true", help="write the golden files anew")


def pytest_configure(config: pytest.Config) -> None:
    """Give each process of pytest-xdist ports of its own, and keep stderr for last words."""
    config.stash[_STDERR] = os.fdopen(os.dup((sys.__stderr__ or sys.stderr).fileno()), "w")
    worker = getattr(config, "workerinput", None)
    if worker is not None:
        ports.share(int(worker["workerid"].removeprefix("gw")), worker["workercount"])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test that asks for a `haproxy_binary`, or for what needs one, on every HAProxy there is."""
    if "haproxy_binary" in metafunc.fixturenames:
        from tests.haproxies import binaries  # noqa: PLC0415 # tests of pure layers need no HAProxy

        metafunc.parametrize("haproxy_binary", binaries(), ids=_version, scope="session")


@cache
def _version(binary: Path) -> str:
    told = subprocess.run([binary, "-v"], capture_output=True, text=True, check=True).stdout
    return told.split()[2].partition("-")[0]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, bool | None, bool | None]:
    """Bound what a test's own limit did not end by twice that limit."""
    mark = item.get_closest_marker("timeout")
    limit = float(mark.args[0] if mark else item.config.getini("timeout"))
    with bounded(2 * limit, item.config.stash[_STDERR]):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if _REQUIRE_ALL and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and all are required: {call.excinfo}"
    return report


@pytest.fixture
def free_port() -> int:
    """Return a port on loopback that nothing listens on."""
    return ports.free_port()


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    """Run a web service in this process, which answers its `name` and counts `requests`."""
    async with Web("web") as service:
        yield service


@pytest.fixture
async def aqueduct(haproxy_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Aqueduct]:
    """Run `aqueduct serve` as a process, until the test is over; nothing of it may be left then.

    A test may end it and start it again. Where it has ended it for good, its HAProxy is killed.
    """
    directory = tmp_path_factory.mktemp("aq")  # short: names of sockets have 107 bytes
    async with Aqueduct(directory / "data", haproxy_binary) as process:
        yield process
        if process.running:
            assert await process.end() == 0, process.log.read_text()
            assert process.haproxy_pids() == []
