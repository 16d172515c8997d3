"""The examples of the README and of docs/, for tests to run as they stand."""

import re
from collections.abc import Mapping
from pathlib import Path

_SOURCES = Path(__file__).parent.parent


def example(language: str, ports: Mapping[int, int], page: str = "README.md") -> str:
    """Return the first block of `language` on `page`, with other ports in place of those there."""
    return examples(language, ports, page)[0]


def examples(language: str, ports: Mapping[int, int], page: str = "README.md") -> list[str]:
    """Return all blocks of `language` on `page`, with other ports in place of those there."""
    text = (_SOURCES / page).read_text()
    found = re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    assert found, f"{page} has no block of {language}"
    return [
        re.sub(r"\b(\d{4,5})\b", lambda port: str(ports.get(int(port[0]), port[0])), each) for each in found
    ]
