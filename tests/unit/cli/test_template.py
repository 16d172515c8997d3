"""`aqueduct template init`: what it writes is what is built in, and it writes over nothing."""

from pathlib import Path

import pytest

from aqueduct.cli.main import main
from aqueduct.render.templates import builtin_templates
from aqueduct.settings import TemplateSettings
from aqueduct.templates import load_templates


def test_what_is_written_is_what_is_built_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "a" / "templates"
    assert main(["template", "init", str(place)]) == 0
    assert {path.name: path.read_text() for path in place.iterdir()} == builtin_templates()
    assert capsys.readouterr().out.splitlines() == sorted(map(str, place.iterdir()))
    assert load_templates(TemplateSettings(directory=place)).sections == builtin_templates()


def test_nothing_is_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "backend.cfg.j2").write_text("mine")
    assert main(["template", "init", str(tmp_path)]) == 1
    assert "has backend.cfg.j2 already" in capsys.readouterr().err
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert main(["template", "init", str(tmp_path / "file" / "x")]) == 1
    assert "cannot be written: Not a directory" in capsys.readouterr().err
