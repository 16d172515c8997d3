"""Path templates of `google.api.http`: what they match, and the fields that they bind. Pure.

    Template = "/" Segments [ ":" Verb ]
    Segments = Segment { "/" Segment }
    Segment  = "*" | "**" | LITERAL | "{" FieldPath [ "=" Segments ] "}"

(google/api/http.proto). A path is matched as it came, percent-encoded: an encoded slash parts no segments.
`**` takes any number of segments, empty ones too, so that `/v1/registrations//web/1.0.0/10.0.0.1/80` names
the registration whose id begins with a slash.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote

_VARIABLE = re.compile(r"\{(?P<field>[a-z0-9_.]+)(?:=(?P<segments>[^{}]*))?\}")
_BEGIN = re.compile(r"/[\w.~-]+(?=[/:]|$)", re.ASCII)
_SEGMENTS = re.compile(r"\*\*|\*|[^*]+")
_WILD = {"*": "[^/]+", "**": ".*"}
_UNRESERVED = re.compile(r"%(2[DdEe]|3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa]|5[Ff]|7[Ee])")
"""Characters that mean the same encoded and not (RFC 3986, 2.3)."""


@dataclass(frozen=True)
class Template:
    """A path template, such as `/backends/{backend.key}`."""

    text: str

    def __post_init__(self) -> None:
        if not _BEGIN.match(self.text) or set("{}") & set(_VARIABLE.sub("", self.text)):
            raise ValueError(f"{self.text} is no path template that begins with a literal")

    def match(self, path: str) -> Mapping[str, str] | None:
        """Return the values of the variables by their field paths, None where `path` does not match.

        UnicodeDecodeError for what is no UTF-8 once it is decoded.
        """
        found = self._pattern.fullmatch(path)
        if found is None:
            return None
        values = (unquote(value, errors="strict") for value in found.groups())
        return dict(zip(self.variables, values, strict=True))

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """Field paths, in the order of the path."""
        return tuple(found["field"] for found in _VARIABLE.finditer(self.text))

    @cached_property
    def literals(self) -> int:
        """How many characters it fixes: of two templates that match, the one with more is meant."""
        return len(_VARIABLE.sub("", self.text).replace("*", ""))

    @cached_property
    def shape(self) -> str:
        """The template with nameless variables: two of one shape match the same."""
        return self._pattern.pattern

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        pattern, end = "", 0
        for found in _VARIABLE.finditer(self.text):
            pattern += _segments(self.text[end : found.start()])
            pattern += f"({_segments(found['segments'] or '*')})"
            end = found.end()
        return re.compile(pattern + _segments(self.text[end:]))


def _segments(text: str) -> str:
    return "".join(_WILD.get(part) or re.escape(part) for part in _SEGMENTS.findall(text))


def normal(path: str) -> str:
    """Return `path` without encodings that mean nothing: `/%66rontends` is `/frontends`."""
    if "%" not in path:
        return path
    return _UNRESERVED.sub(lambda found: chr(int(found[1], 16)), path)
