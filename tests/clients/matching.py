"""What an answer has to match, as clients/conformance/README.md says: pure."""

import re
from collections.abc import Callable, Mapping
from typing import Any

_VARIABLE = re.compile(r"\$\{(\w+)\}")
_NOTHING = object()


def filled(value: Any, variables: Mapping[str, str]) -> Any:
    """Put variables in place of their names, in all strings but the keys of maps."""
    if isinstance(value, str):
        return _VARIABLE.sub(lambda found: variables[found[1]], value)
    if isinstance(value, list):
        return [filled(each, variables) for each in value]
    if isinstance(value, dict):
        return {key: filled(each, variables) for key, each in value.items()}
    return value


def at(path: str, answer: Any) -> str:
    """Return what stands at a path such as `changes.0.revision`, as a text."""
    for part in path.split("."):
        answer = answer[int(part)] if isinstance(answer, list) else answer[part]
    return _text(answer)


def mismatch(expected: Any, found: Any, where: str = "answer") -> str:
    """Return where and how `found` does not match; an empty text where it does."""
    if isinstance(expected, dict):
        operator = next((key for key in expected if key.startswith("$")), None)
        if operator is not None:
            return (
                "" if _holds(operator, expected[operator], found) else f"{where} is {found!r}, not {expected}"
            )
        return _of_map(expected, found, where)
    if isinstance(expected, list):
        if not isinstance(found, list) or len(found) != len(expected):
            return f"{where} is {found!r}, not {len(expected)} items like {expected!r}"
        each = (
            mismatch(want, have, f"{where}[{n}]")
            for n, (want, have) in enumerate(zip(expected, found, strict=True))
        )
        return next(filter(None, each), "")
    if expected is None:
        return "" if found is _NOTHING else f"{where} is there: {found!r}"
    is_same = not isinstance(found, dict | list) and found is not _NOTHING and _text(found) == _text(expected)
    return "" if is_same else f"{where} is {found!r}, not {expected!r}"


def _of_map(expected: Mapping[str, Any], found: Any, where: str) -> str:
    if not isinstance(found, dict):
        return f"{where} is {found!r}, not a map"
    each = (mismatch(want, found.get(key, _NOTHING), f"{where}.{key}") for key, want in expected.items())
    return next(filter(None, each), "")


def _holds(operator: str, wanted: Any, found: Any) -> bool:
    if found is _NOTHING:
        return False
    if operator == "$has":
        return isinstance(found, list) and all(any(not mismatch(w, each) for each in found) for w in wanted)
    holds: dict[str, Callable[[], bool]] = {
        "$any": lambda: True,
        "$contains": lambda: isinstance(found, str) and wanted in found,
        "$size": lambda: isinstance(found, list | dict) and len(found) == int(wanted),
        "$above": lambda: int(found) > int(wanted),
        "$not": lambda: bool(mismatch(wanted, found)),
    }
    return holds[operator]()


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
