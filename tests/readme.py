"""The README's examples, for tests to run as they stand."""

import re
from collections.abc import Mapping
from pathlib import Path

_README = Path(__file__).parent.parent / "README.md"


def example(language: str, ports: Mapping[int, int]) -> str:
    """Return the first block of `language`, with other ports in place of the README's."""
    found = re.search(rf"^```{language}\n(.*?)^```$", _README.read_text(), re.DOTALL | re.MULTILINE)
    assert found, f"the README has no block of {language}"
    return re.sub(r"\b(\d{4,5})\b", lambda port: str(ports.get(int(port[0]), port[0])), found[1])
