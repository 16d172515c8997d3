"""Texts of YAML and JSON: what they say, and what is refused."""

import pytest

from aqueduct.cli.client import texts


@pytest.mark.parametrize(
    ("text", "is_json", "documents"),
    [
        ('{"a": [1, "x"]}', True, [{"a": [1, "x"]}]),
        ("a: 1\n---\n---\nb: 2\n", False, [{"a": 1}, {"b": 2}]),
        ("", False, []),
        ('{\n\t"a": 1}', False, [{"a": 1}]),
        ("{a: 1}", False, [{"a": 1}]),
        ("when: 2026-01-31", False, [{"when": "2026-01-31"}]),
        ("a: &x {b: 1}\nc: {<<: *x, b: 2}", False, [{"a": {"b": 1}, "c": {"b": 2}}]),
        ("port: 0x10", False, [{"port": 16}]),
    ],
)
def test_documents_are_read(text: str, is_json: bool, documents: list[object]) -> None:
    assert texts.load(text, is_json=is_json) == documents


@pytest.mark.parametrize(
    ("text", "is_json", "words"),
    [
        ("a: 1\nb: 2\na: 3", False, "is no YAML at line 3, column 1: a is given twice"),
        ('{"a": 1, "a": 2}', True, "a is given twice"),
        ('{"a": 1, "a": 2}', False, "a is given twice"),
        ("a: [", False, "is no YAML at line 2"),
        ("? [1, 2]\n: 3", False, "is no YAML at line 1, column 3: found unhashable key"),
        ("a: 1", True, "is no JSON at line 1, column 1"),
        ("a: !!python/object:os.system x", False, "could not determine a constructor"),
        ("a: *b", False, "undefined alias"),
        ("a\0: 1", False, "is no YAML"),
        ("[" * 100_000, True, "is nested too deeply"),
        ("a: 1__:", False, "is no YAML"),
    ],
)
def test_what_is_none_is_refused(text: str, is_json: bool, words: str) -> None:
    with pytest.raises(ValueError, match="is n") as raised:
        texts.load(text, is_json=is_json)
    assert words in str(raised.value)


@pytest.mark.parametrize("written", ["1.10", "010", "1e3", "1_000"])
def test_numbers_are_told_as_they_were_written(written: str) -> None:
    ((number,),) = (document.values() for document in texts.load(f"a: {written}", is_json=False))  # type: ignore[attr-defined] # a mapping
    assert f"{number}" == written or isinstance(number, str)


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_what_is_written_is_read(form: str) -> None:
    value = {
        "version": "1.10",
        "text": "two\nlines",
        "long": "word " * 100,
        "umlaut": "ü",
        "none": [],
        "no": "no",
    }
    written = texts.dump(value, form)
    assert texts.load(written, is_json=form == "json") == [value]
    assert "ü" in written
    assert written.endswith("\n")
