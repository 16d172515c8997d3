"""A section's `server` lines, read as HAProxy reads them (configuration manual, section 5.2)."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from aqueduct.model.words import first_word, words_of

_USUAL = "    server "
"""How the built-in template begins the line; other spellings are looked at word by word."""
_FLAGS = frozenset(
    {
        *(
            "agent-check",
            "allow-0rtt",
            "backup",
            "check",
            "check-send-proxy",
            "check-ssl",
            "check-via-socks4",
        ),
        *(
            "disabled",
            "enabled",
            "force-sslv3",
            "force-tlsv10",
            "force-tlsv11",
            "force-tlsv12",
            "force-tlsv13",
        ),
        *("no-agent-check", "no-backup", "no-check", "no-check-ssl", "no-send-proxy", "no-send-proxy-v2"),
        *("no-send-proxy-v2-ssl", "no-send-proxy-v2-ssl-cn", "no-ssl", "no-ssl-reuse", "no-sslv3", "no-tfo"),
        *("no-tls-tickets", "no-tlsv10", "no-tlsv11", "no-tlsv12", "no-tlsv13", "no-verifyhost", "non-stick"),
        *("send-proxy", "send-proxy-v2", "send-proxy-v2-ssl", "send-proxy-v2-ssl-cn", "ssl", "ssl-reuse"),
        *("stick", "tfo", "tls-tickets"),
    }
)
"""Keywords without an argument; all others are taken to have one."""


@dataclass(frozen=True, slots=True)
class ServerLine:
    """One `server` line."""

    name: str
    address: str
    arguments: tuple[str, ...]
    """The words behind the address, unquoted."""

    def keywords(self) -> Iterator[tuple[str, str | None]]:
        """Iterate over the keywords, each with its argument or None."""
        words = iter(self.arguments)
        for word in words:
            yield word, None if word in _FLAGS else next(words, None)

    def value(self, keyword: str) -> str | None:
        """Return the argument of `keyword`, the last one where it comes back; None where it is not there."""
        found = [value for word, value in self.keywords() if word == keyword]
        return found[-1] if found else None

    def has(self, keyword: str) -> bool:
        """Tell whether `keyword` is there."""
        return any(word == keyword for word, _ in self.keywords())

    def without(self, keywords: Collection[str]) -> list[tuple[str, str | None]]:
        """Return the keywords and their arguments, sorted, but for those of `keywords`."""
        return sorted(
            ((word, value) for word, value in self.keywords() if word not in keywords),
            key=lambda pair: (pair[0], pair[1] or ""),
        )


@dataclass(frozen=True, slots=True)
class Servers:
    """A section taken apart: its server lines as they stand, in order, and all other lines."""

    lines: tuple[str, ...]
    others: tuple[str, ...]


@lru_cache(maxsize=32_768)
def take_apart(text: str) -> Servers:
    """Take a section apart."""
    lines = text.split("\n")
    servers = tuple(line for line in lines if _is_server(line))
    return Servers(servers, tuple(line for line in lines if not _is_server(line)))


@lru_cache(maxsize=65_536)
def parse_server(line: str) -> ServerLine | None:
    """Read a `server` line; None where it is none that HAProxy would take."""
    words = words_of(line)
    if len(words) < 3 or words[0] != "server":  # noqa: PLR2004 # server NAME ADDRESS
        return None
    return ServerLine(words[1], words[2], tuple(words[3:]))


@lru_cache(maxsize=4_096)
def servers_of(text: str) -> Mapping[str, ServerLine]:
    """Return the servers of a section by name. Not to be changed."""
    return {line.name: line for line in map(parse_server, take_apart(text).lines) if line is not None}


def _is_server(line: str) -> bool:
    return line.startswith(_USUAL) or first_word(line) == "server"
