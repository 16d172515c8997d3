"""What the protos say of their parts: generated beside the code, which has no comments."""

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources


@cache
def comments() -> Mapping[str, str]:
    """Return the comments by full names."""
    text = resources.files("aqueduct.v1").joinpath("comments.json").read_text(encoding="utf-8")
    found: dict[str, str] = json.loads(text)
    return found


def comment(full_name: str) -> str:
    """Return the comment on what has that full name, empty where there is none."""
    return comments().get(full_name, "")
