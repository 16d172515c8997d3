"""A rule's values are literals to HAProxy itself: requests with odd headers find their backends."""

import http.client
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from aqueduct.v1.backend_pb2 import BACKEND_TYPE_STATIC, Backend
from aqueduct.v1.frontend_pb2 import RULE_OPERATION_HDR, Frontend, Rule
from tests.golden.test_golden import PRELUDE
from tests.unit.render.build import renderer, snapshot

VALUES = [
    "-i",
    "--",
    "-f",
    "it's",
    '"#a $HOME ${HOME} \\n \\',
    "{ path / } or TRUE",
    "%[path]",
    "a b",
    "if",
    "||",
    "!",
]
HEADER = "X!#$%&*+-.^_`|~0"


@pytest.fixture
def served(haproxy_binary: Path, tmp_path: Path, free_port: int) -> Iterator[int]:
    """Run HAProxy with a backend for each value, which answers with its number; yield its port."""
    rules = [
        Rule(operation=RULE_OPERATION_HDR, header=HEADER, value=value, backend=f"b{number}")
        for number, value in enumerate(VALUES)
    ]
    answers = [
        Backend(
            key=f"b{number}",
            type=BACKEND_TYPE_STATIC,
            natives=[f"http-request return status 200 content-type text/plain string {number}"],
        )
        for number in range(len(VALUES))
    ]
    web = Frontend(key="web", bind=f"127.0.0.1:{free_port}", backend="none", rules=rules)
    (tmp_path / "server-state").write_text("1\n")
    (tmp_path / "haproxy.cfg").write_text(PRELUDE + renderer().render(snapshot(web, *answers)).text)
    # As a daemon it returns when it listens.
    command = [str(haproxy_binary), "-D", "-p", "pid", "-f", "haproxy.cfg"]
    subprocess.run(command, cwd=tmp_path, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield free_port
    for pid in (tmp_path / "pid").read_text().split():
        os.kill(int(pid), signal.SIGKILL)


def answer(port: int, value: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    try:
        connection.request("GET", "/", headers={HEADER: value})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def test_each_value_finds_its_backend(served: int) -> None:
    assert [answer(served, value) for value in VALUES] == [
        (200, str(number)) for number in range(len(VALUES))
    ]


def test_what_no_rule_takes_gets_503_of_the_missing_backend(served: int) -> None:
    assert answer(served, "-I")[0] == 503
