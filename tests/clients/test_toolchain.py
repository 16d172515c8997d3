"""What toolchains print as their version."""

import pytest

from tests.clients.toolchain import numbers


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("go version go1.26.1 linux/amd64", (1, 26, 1)),
        ("javac 17.0.15", (17, 0, 15)),
        ("\x1b[1mApache Maven 3.8.7\x1b[m\nMaven home: /usr/share/maven", (3, 8, 7)),
        ("v20.19.2", (20, 19, 2)),
        ("", ()),
        ("no version", ()),
    ],
    ids=["go", "java", "maven in bold", "node", "nothing", "no version"],
)
def test_numbers(said: str, version: tuple[int, ...]) -> None:
    assert numbers(said) == version
