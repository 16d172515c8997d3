"""The wheel names all that is needed: in an empty environment it serves, and shows the demo."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[2]


def _run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run([*map(str, command)], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the programs of an environment that was empty before; dependencies come from the index."""
    place = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", place, cwd=SOURCES)
    (wheel,) = place.glob("*.whl")
    uv = Path(sys.executable).with_name("uv")
    environment = place / "env"
    _run(uv, "venv", "-q", "--python", sys.executable, environment, cwd=place)
    versions = SOURCES / "requirements" / "dev.txt"
    _run(
        *(uv, "pip", "install", "-q", "--python", environment / "bin" / "python"),
        *("--constraints", versions, wheel),
        cwd=place,
    )
    return environment / "bin"


def test_the_wheel_is_what_runs(installed: Path, tmp_path: Path) -> None:
    where = _run(installed / "python", "-c", "import aqueduct; print(aqueduct.__file__)", cwd=tmp_path)
    assert where.startswith(str(installed.parent))
    version = _run(installed / "aqueduct", "--version", cwd=tmp_path)
    assert version == _run(installed / "python", "-m", "aqueduct", "--version", cwd=tmp_path)


def test_it_shows_the_demo(installed: Path, tmp_path: Path) -> None:
    said = _run(installed / "aqueduct", "demo", "--seconds", "2", cwd=tmp_path)
    assert any(line.split() == ["failed", "0"] for line in said.splitlines())


def test_it_serves(installed: Path, tmp_path: Path) -> None:
    command = [str(installed / "aqueduct"), "serve", "--port=0", "--grpc-port=0", f"--data-dir={tmp_path}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as serving:
        assert serving.stdout is not None
        assert "gRPC listens on 127.0.0.1:" in serving.stdout.readline()
        os.kill(serving.pid, signal.SIGINT)
    assert serving.returncode == 0


def test_it_has_its_templates_its_types_and_its_page(installed: Path, tmp_path: Path) -> None:
    assert "backend.cfg.j2" in _run(installed / "aqueduct", "template", "init", tmp_path / "t", cwd=tmp_path)
    (package,) = installed.parent.glob("lib/python*/site-packages/aqueduct")
    assert (package / "py.typed").exists()
    assert (package / "ui" / "index.html").exists()
    assert list(package.parent.glob("aqueduct-*.dist-info/licenses/aqueduct/ui/vendor/LICENSES.txt"))
    assert (package / "v1" / "config_pb2.pyi").exists()
