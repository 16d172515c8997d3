"""Files into resources: the forms that they may have, and all that is wrong told at once."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from aqueduct.cli.client.reading import Item, read
from aqueduct.cli.failures import Failed
from aqueduct.v1.frontend_pb2 import Frontend

# As Thalassa Aqueduct's REST API answers.
ORIGINAL = {
    "id": "backend/app",
    "_type": "backend",
    "key": "app",
    "type": "static",
    "balance": "roundrobin",
    "host": None,
    "mode": "http",
    "members": [{"host": "10.0.0.1", "port": 8080, "lastKnown": 1}],
    "natives": [],
}
WEB = {"key": "web", "bind": "*:80", "backend": "app"}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _read(content: object, name: str = "f.yaml") -> list[Item]:
    Path(name).write_text(content if isinstance(content, str) else json.dumps(content))
    return read([name])


def _refused(content: object, name: str = "f.yaml") -> list[str]:
    with pytest.raises(Failed) as raised:
        _read(content, name)
    assert raised.value.exit_code == 2
    return list(raised.value.lines)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (
            {"frontends": [WEB], "backends": [{"key": "app"}]},
            [("frontends/web", "frontends[0]"), ("backends/app", "backends[0]")],
        ),
        ({"version": 1, "frontends": [], "backends": [ORIGINAL]}, [("backends/app", "backends[0]")]),
        ({"kind": "frontend", **WEB}, [("frontends/web", "")]),
        (ORIGINAL, [("backends/app", "")]),
        ([ORIGINAL, {"kind": "frontend", **WEB}], [("backends/app", "[0]"), ("frontends/web", "[1]")]),
        ([], []),
        (
            "kind: backend\nkey: a\n---\nbackends: [{key: b}]",
            [("backends/a", ""), ("backends/b", "backends[0]")],
        ),
    ],
)
def test_all_forms_are_read(content: object, found: list[tuple[str, str]]) -> None:
    assert [(str(item.ref), item.path) for item in _read(content)] == found


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("just text", "f.yaml: must have frontends: or backends:, or kind: frontend or backend"),
        ({}, "f.yaml: must have frontends: or backends:, or kind: frontend or backend"),
        (["x"], "f.yaml: [0]: must have frontends: or backends:, or kind: frontend or backend"),
        ({"backends": {}}, "f.yaml: backends: must be a list"),
        ({"backends": [], "backend": []}, "f.yaml: backend: is no field: there are frontends, backends"),
        ({"backends": [], "version": 2}, 'f.yaml: version: must be a mapping with "version": 1'),
        ({"kind": "server"}, "f.yaml: kind: must be frontend or backend"),
        ([{"key": "x", "type": "static"}], "f.yaml: [0].kind: must be frontend or backend"),
        ({"backends": [3]}, "f.yaml: backends[0]: must be a mapping of fields, not the number 3"),
        (
            {"backends": [{"key": "x", "_type": "frontend"}]},
            "f.yaml: backends[0]._type: must be backend, or left out",
        ),
        ({"kind": "backend", "meta": 1}, "f.yaml: meta: is no field"),
        (
            "kind: backend\nkey: x\nmembers: &m [*m]",
            "f.yaml: members[0]: must be a mapping of fields, not a l",
        ),
    ],
)
def test_what_is_of_no_form_is_told(content: object, line: str) -> None:
    (told,) = _refused(content)
    assert told.startswith(line)


def test_a_struct_within_itself_ends() -> None:
    content = "kind: backend\nkey: x\nmembers: [{host: h, meta: &m {a: *m}}]"
    (told,) = _refused(content)
    assert told.startswith("f.yaml: members[0].meta: must be a mapping")


def test_all_faults_are_told_but_not_thousands() -> None:
    told = _refused({"backends": [{"key": str(number), "nonsense": 1} for number in range(30)]})
    assert len(told) == 21
    assert told[-1] == "... and 10 more"


def test_a_resource_that_stands_twice_is_told_with_both_places() -> None:
    Path("a.yaml").write_text("backends: [{key: x}]")
    Path("b.json").write_text('{"kind": "backend", "key": "x"}')
    with pytest.raises(Failed) as raised:
        read(["a.yaml", "b.json"])
    assert raised.value.lines == ("b.json: backends/x stands in a.yaml: backends[0] already",)


def test_a_directory_is_its_files_by_name(here: Path) -> None:
    for name in ("b.yml", "a.json", "c.yaml", "d.txt", ".git"):
        (here / name).write_text(json.dumps({"kind": "backend", "key": name[0]}))
    (here / "e.yaml").mkdir()
    assert [item.file for item in read(["."])] == ["a.json", "b.yml", "c.yaml"]
    with pytest.raises(Failed, match=r"holds no \.yaml, \.yml, \.json files"):
        read([str(here / "e.yaml")])


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xef\xbb\xbfkind: backend\nkey: x")))
    (item,) = read(["-"])
    assert item.place("natives[0]") == "standard input: natives[0]"
    with pytest.raises(Failed, match="given twice"):
        read(["-", "-"])


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("x.yaml", None, "x.yaml: cannot be read: No such file or directory"),
        ("x.yaml", b"# nothing\n", "x.yaml: is empty"),
        ("x.yaml", b"\xff", "x.yaml: is no UTF-8 at byte 0"),
        ("x.json", b"a: 1", "x.json: is no JSON at line 1, column 1: Expecting value"),
    ],
)
def test_what_cannot_be_read_is_told(name: str, content: Any, line: str) -> None:
    if content is not None:
        Path(name).write_bytes(content)
    with pytest.raises(Failed) as raised:
        read([name])
    assert (raised.value.lines, raised.value.exit_code) == ((line,), 2)


def test_the_file_of_the_original_is_read_as_the_original_did() -> None:
    rule = {"type": "path", "operation": "path_beg", "value": "/a /b", "backend": "app"}
    web = {"id": "frontend/web", "_type": "frontend", **WEB, "rules": [rule]}
    (item,) = _read({"version": 1, "frontends": [web], "backends": []}, "f.json")
    assert isinstance(item.resource, Frontend)
    assert item.resource.rules[0].values == ["/a", "/b"]  # which it wrote into HAProxy's file as it is
    wrong = {"version": 1, "frontends": [web | {"bind": 7}], "backends": [{}]}
    assert _refused(wrong, "f.json")[0].startswith("f.json: frontends[0].bind: must be text")


def test_a_link_that_leads_nowhere_is_told(here: Path) -> None:
    (here / "d").mkdir()
    (here / "d" / "a.YAML").write_text("backends: []")
    (here / "d" / "b.yaml").symlink_to(here / "gone.yaml")
    with pytest.raises(Failed, match=r"d/b\.yaml: cannot be read"):
        read(["d"])


def test_nothing_behind_a_name_is_no_word_for_none() -> None:
    assert _refused("backends:\n") == ["f.yaml: backends: must be a list, [] for none"]
