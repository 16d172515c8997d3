"""Which name a service has in DNS: a template with `{name}` and `{version}`."""

import re
from dataclasses import dataclass
from string import Formatter
from typing import Self

from aqueduct.model.hosts import LAST_PORT
from aqueduct.ports.discovery import Service

_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
_LONGEST = 253
_PORT = re.compile(r"(?P<name>.*):(?P<port>[0-9]{1,5})")
_KNOWN = frozenset({"name", "version"})


@dataclass(frozen=True, slots=True)
class Template:
    """`{name}.{version}.service.local:8080`: addresses (A, AAAA) and a port; without a port: SRV."""

    name: str
    port: int | None
    """Of all members; None where SRV records tell it."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the template that `text` spells; ValueError says what is wrong."""
        found = _PORT.fullmatch(text)
        name, port = (found["name"], int(found["port"])) if found else (text, None)
        if port is not None and not 1 <= port <= LAST_PORT:
            raise ValueError(f"{port} is no port: it must be a number from 1 to {LAST_PORT}")
        fields = _fields(name)
        if "name" not in fields or not fields <= _KNOWN:
            raise ValueError("must hold {name}, may hold {version}, and no other braces")
        template = cls(name, port)
        template.query(Service("a", "1"))
        return template

    def query(self, service: Service) -> str:
        """Return the name to ask for, absolute. ValueError where that is no name in DNS."""
        text = self.name.replace("{name}", service.name).replace("{version}", service.version)
        if len(text) > _LONGEST or not _NAME.fullmatch(text):
            raise ValueError(f"{text!r} is no name in DNS")
        return text.removesuffix(".") + "."


def _fields(text: str) -> set[str]:
    """Return what stands in braces, whatever it is."""
    parts = list(Formatter().parse(text))
    plain = [
        field for _, field, spec, conversion in parts if field is not None and not spec and not conversion
    ]
    return set(plain) if len(plain) == sum(part[1] is not None for part in parts) else {""}
