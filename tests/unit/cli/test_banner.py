"""What the program says once it serves."""

import os
import subprocess
import sys

import pytest

from aqueduct.cli.banner import banner


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
    lines = banner(host, 10_001).splitlines()
    assert lines[0].endswith(f"gRPC listens on {listens}")
    assert f"  grpcurl -plaintext {target} list" in lines
    assert lines[-1] == "  aqueduct demo"


def test_nobody_reading_it_is_no_failure() -> None:
    script = "from aqueduct.cli.banner import announce; announce('127.0.0.1', 1); raise SystemExit(3)"
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([sys.executable, "-c", script], stdout=write, check=False)
    os.close(write)
    assert done.returncode == 3
