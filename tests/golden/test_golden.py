"""Snapshots become exactly what is on file, and every HAProxy loads that without a warning."""

import subprocess
from pathlib import Path

import pytest

from aqueduct.render.excerpt import excerpt
from aqueduct.render.sections import join, split_sections
from aqueduct.render.templates import builtin_templates
from tests.golden.cases import DIRECTORY, NAMES, golden_file, load, rendered, renderer_of, snapshot_of

PRELUDE = """global
    stats socket unix@./worker.sock mode 600 level admin
    server-state-file ./server-state

"""
"""Like what the adapter puts before a body. With a socket, a body without listeners loads."""


@pytest.mark.parametrize("name", NAMES)
def test_a_snapshot_becomes_its_golden_file(name: str, rewrite: bool) -> None:
    text = rendered(name).text
    if rewrite:
        golden_file(name).write_text(text)
    assert text == golden_file(name).read_text()


def test_every_golden_file_has_its_case() -> None:
    assert sorted(path.stem for path in DIRECTORY.glob("*.cfg")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_haproxy_loads_it_without_a_warning(name: str, haproxy_binary: Path, tmp_path: Path) -> None:
    assert complaints(haproxy_binary, golden_file(name).read_text(), tmp_path) == []


@pytest.mark.parametrize("name", NAMES)
def test_haproxy_loads_each_section_by_itself(name: str, haproxy_binary: Path, tmp_path: Path) -> None:
    whole = rendered(name)
    for header in whole.sections:
        assert complaints(haproxy_binary, excerpt(whole, [header]), tmp_path) == [], header


@pytest.mark.parametrize("name", NAMES)
def test_the_file_falls_apart_into_the_sections_it_was_made_of(name: str) -> None:
    whole = rendered(name)
    assert list(split_sections(whole.text).items()) == list(whole.sections.items())
    assert join(split_sections(whole.text)) == whole.text


@pytest.mark.parametrize("name", [name for name in NAMES if not load(name).keys() & {"whole", "templates"}])
def test_the_template_of_the_whole_file_says_the_same(name: str) -> None:
    case = load(name)
    single, whole = (
        renderer_of(case, template).render(snapshot_of(case))
        for template in (None, builtin_templates()["haproxy.cfg.j2"])
    )
    assert whole.sections == single.sections
    assert (whole.owners, whole.missing) == (single.owners, single.missing)


def complaints(binary: Path, body: str, directory: Path) -> list[str]:
    """Return the lines in which HAProxy complains about a configuration."""
    (directory / "server-state").write_text("1\n")
    (directory / "haproxy.cfg").write_text(PRELUDE + body)
    told = subprocess.run(
        [binary, "-c", "-f", "haproxy.cfg"], cwd=directory, capture_output=True, text=True, check=False
    )
    lines = [line for line in told.stderr.splitlines() if line.startswith(("[WARNING]", "[ALERT]"))]
    return lines or ([f"exit code {told.returncode}"] if told.returncode else [])
