"""Texts of YAML and JSON, to the plain values that documents are made of, and back.

Nothing is taken that two readers could read otherwise: a key given twice is refused, no tag makes an object.
"""

import json
from collections.abc import Hashable, Sequence
from typing import Any, Final

import yaml

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNBROKEN: Final = 2**31 - 1
"""Columns of a line of YAML: words of a line stay on it."""
_MERGE: Final = "tag:yaml.org,2002:merge"


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc] # whichever there is
    """Writes text of several lines as lines."""

    def represent_lines(self, text: str) -> yaml.ScalarNode:
        style = "|" if "\n" in text else None
        node: yaml.ScalarNode = self.represent_scalar("tag:yaml.org,2002:str", text, style=style)
        return node


_Dumper.add_representer(str, _Dumper.represent_lines)


class _Integer(int):
    """A number that is told as its author wrote it: `010`, not `8`."""

    text: str

    def __format__(self, _: str) -> str:
        return self.text


class _Real(float):
    """A number that is told as its author wrote it: `1.10`, not `1.1`."""

    text: str

    def __format__(self, _: str) -> str:
        return self.text


class _Unique(_Loader):  # type: ignore[misc] # whichever there is
    """Refuses a key given twice, leaves dates the words that they are, and knows how numbers are written."""

    yaml_implicit_resolvers = {  # noqa: RUF012 # PyYAML's own name, read only
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in _Loader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        given: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag == _MERGE:
                continue
            if key.value in given:
                told = f"{key.value} is given twice"
                raise yaml.constructor.ConstructorError(None, None, told, key.start_mark)
            given.add(key.value)
        made: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return made

    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        number = _Integer(super().construct_yaml_int(node))
        number.text = node.value
        return number

    def construct_yaml_float(self, node: yaml.ScalarNode) -> float:
        number = _Real(super().construct_yaml_float(node))
        number.text = node.value
        return number


_Unique.add_constructor("tag:yaml.org,2002:int", _Unique.construct_yaml_int)
_Unique.add_constructor("tag:yaml.org,2002:float", _Unique.construct_yaml_float)


def load(text: str, *, is_json: bool) -> list[object]:
    """Return the documents of `text`: of JSON one, of YAML any number. ValueError says where it is wrong."""
    try:
        return [_load_json(text)] if is_json else _load_yaml(text)
    except RecursionError:
        raise ValueError("is nested too deeply") from None


def dump(value: object, form: str) -> str:
    """Return `value` as text of the `form` json or yaml, with a line end."""
    if form == "json":
        return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    text: str = yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=_UNBROKEN
    )
    return text


def _load_json(text: str) -> object:
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise ValueError(f"is no JSON at line {error.lineno}, column {error.colno}: {error.msg}") from None


def _unique(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    made: dict[str, object] = {}
    for key, value in pairs:
        if key in made:
            raise ValueError(f"is no such JSON: {key} is given twice")
        made[key] = value
    return made


def _load_yaml(text: str) -> list[object]:
    if text.lstrip()[:1] in ("{", "["):
        try:
            return [_load_json(text)]  # which YAML does not take where it is indented by tabs
        except ValueError:
            pass
    try:
        return [each for each in yaml.load_all(text, _Unique) if each is not None]
    except yaml.YAMLError as error:
        raise ValueError(f"is no YAML{_place(error)}") from None
    except ValueError as error:  # such as a number that Python does not read
        raise ValueError(f"is no YAML: {error}") from None


def _place(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark is not None else ""
    return f"{where}: {getattr(error, 'problem', None) or 'it cannot be read'}"
