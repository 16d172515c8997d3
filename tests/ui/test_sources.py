"""The page's modules by themselves: their types, their pure part, and the versions of what is vendored."""

import json
import re
import subprocess
from pathlib import Path

from tests.ui.browsing import node_modules

HERE = Path(__file__).parent
UI = HERE.parents[1] / "aqueduct" / "ui"


def _run(*command: str | Path) -> None:
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False, cwd=HERE)
    assert done.returncode == 0, done.stdout + done.stderr


def test_types_hold() -> None:
    _run("node", node_modules() / "typescript" / "bin" / "tsc", "-p", HERE)


def test_states_follow_from_messages() -> None:
    node_modules()
    _run("node", "--test", *sorted((HERE / "state").glob("*.test.js")))


def test_what_is_vendored_is_what_types_are_checked_by() -> None:
    packages = json.loads((HERE / "package.json").read_text())["devDependencies"]
    licences = (UI / "vendor" / "LICENSES.txt").read_text()
    for name in ("preact", "htm", "uplot"):
        assert f"{name} {packages[name]}\n" in licences


def test_modules_are_small_and_say_what_they_are() -> None:
    for path in UI.glob("js/**/*.js"):
        text = path.read_text()
        assert text.startswith("/**"), path
        assert text.count("\n") <= 180, path


def test_nothing_is_styled_or_scripted_within_the_document() -> None:
    document = (UI / "index.html").read_text()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", document)
