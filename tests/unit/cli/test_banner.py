"""What the program says once it serves."""

import os
import subprocess
import sys

import pytest

from aqueduct.cli.banner import announce, banner


@pytest.mark.parametrize(
    ("host", "listens", "target"),
    [
        ("127.0.0.1", "127.0.0.1:10001", "127.0.0.1:10001"),
        ("0.0.0.0", "0.0.0.0:10001", "127.0.0.1:10001"),
        ("::", "[::]:10001", "[::1]:10001"),
        ("localhost", "localhost:10001", "localhost:10001"),
    ],
)
def test_it_tells_where_and_what_to_try(host: str, listens: str, target: str) -> None:
    lines = banner(host, 10_001, 10_000).splitlines()
    rest = target.replace("10001", "10000")
    assert lines[0].endswith(f"gRPC listens on {listens}, REST on {listens.replace('10001', '10000')}")
    assert f"  curl http://{rest}/backends" in lines
    assert f"  grpcurl -plaintext {target} list" in lines
    status = "  aqueduct status" + ("" if target == "127.0.0.1:10001" else f" --server {target}")
    assert lines[2] == status
    assert lines[-1] == "  aqueduct demo"


def test_nobody_reading_it_is_no_failure() -> None:
    script = "from aqueduct.cli.banner import announce; announce('127.0.0.1', 1, 2); raise SystemExit(3)"
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([sys.executable, "-c", script], stdout=write, check=False)
    os.close(write)
    assert done.returncode == 3


@pytest.mark.parametrize(
    ("found", "called", "program"),
    [
        ("/usr/bin/aqueduct", "/usr/bin/aqueduct", "aqueduct"),
        (None, ".venv/bin/aqueduct", ".venv/bin/aqueduct"),
        (None, "/lib/aqueduct/__main__.py", "python -m aqueduct"),
    ],
)
def test_it_says_how_to_call_it(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    found: str | None,
    called: str,
    program: str,
) -> None:
    monkeypatch.setattr("aqueduct.cli.banner.which", lambda _: found)
    monkeypatch.setattr(sys, "argv", [called, "serve"])
    announce("127.0.0.1", 1, 2)
    assert capsys.readouterr().out.splitlines()[-1] == f"  {program} demo"
