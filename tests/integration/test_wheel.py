"""The wheel holds all that is needed: installed alone, beside what it depends on, it shows the demo."""

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[2]


def _run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run([*map(str, command)], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the programs of an environment with the wheel in it; its dependencies are those of the tests."""
    place = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", place, cwd=SOURCES)
    (wheel,) = place.glob("*.whl")
    _run(sys.executable, "-m", "venv", place / "env", cwd=place)
    programs = place / "env" / "bin"
    _run(programs / "pip", "install", "-q", "--no-index", "--no-deps", wheel, cwd=place)
    (packages,) = place.glob("env/lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return programs


def test_the_wheel_is_what_runs(installed: Path, tmp_path: Path) -> None:
    where = _run(installed / "python", "-c", "import aqueduct; print(aqueduct.__file__)", cwd=tmp_path)
    assert where.startswith(str(installed.parent))
    version = _run(installed / "aqueduct", "--version", cwd=tmp_path)
    assert version == _run(installed / "python", "-m", "aqueduct", "--version", cwd=tmp_path)


def test_it_shows_the_demo(installed: Path, tmp_path: Path) -> None:
    said = _run(installed / "aqueduct", "demo", "--seconds", "2", cwd=tmp_path)
    assert any(line.split() == ["failed", "0"] for line in said.splitlines())


def test_it_has_its_templates_and_its_types(installed: Path, tmp_path: Path) -> None:
    assert "backend.cfg.j2" in _run(installed / "aqueduct", "template", "init", tmp_path / "t", cwd=tmp_path)
    (package,) = installed.parent.glob("lib/python*/site-packages/aqueduct")
    assert (package / "py.typed").exists()
    assert (package / "v1" / "config_pb2.pyi").exists()
