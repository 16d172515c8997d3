"""Entity tags, and requests that depend on them (RFC 9110, 8.8.3 and 13). Pure.

The tag of a resource is its revision and a digest of the answer: `"17-5f0c..."`. The revision alone would
not do, since members that discovery brings or that drain change the answer and not the revision. A
precondition of a write is about the revision alone, so that what happens to members keeps nobody from
changing a backend; `If-Match: "17"` says the same.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from aqueduct.gateway.errors import malformed

_LIST: Final = re.compile(r'\s*(?:(?P<weak>W/)?"(?P<tag>[\x21\x23-\x7e\x80-\xff]*)"\s*|\s*)(?:,|$)')
_OURS: Final = re.compile(r"(?P<revision>[0-9]{1,18})(?:-[0-9a-f]+)?", re.ASCII)
_DIGEST_BYTES: Final = 8


def entity_tag(body: bytes, revision: int | None) -> str:
    """Return the tag of an answer."""
    digest = blake2b(body, digest_size=_DIGEST_BYTES).hexdigest()
    return f'"{revision}-{digest}"' if revision is not None else f'"{digest}"'


@dataclass(frozen=True, slots=True)
class Tags:
    """What `If-Match` or `If-None-Match` says."""

    any: bool
    """`*`: whatever there is."""
    strong: frozenset[str]
    weak: frozenset[str]

    def holds(self, tag: str) -> bool:
        """Tell whether an answer's tag is one of them, by the weak comparison."""
        return self.any or tag.strip('"') in self.strong | self.weak

    def revisions(self) -> frozenset[int]:
        """Return the revisions named, by the strong comparison: by tags of ours that are not weak.

        0 is none: nothing that is there matches it, and nothing else does (RFC 9110, 13.1.1).
        """
        found = (_OURS.fullmatch(tag) for tag in self.strong)
        return frozenset(int(match["revision"]) for match in found if match is not None) - {0}

    def names(self, revision: int) -> bool:
        """Tell whether a resource at that revision, 0 for none, is one of them."""
        return bool(revision) and (self.any or revision in self.revisions())


def read_tags(name: str, text: str) -> Tags:
    """Return what the header `name` says; HttpError 400 where it is no list of entity tags."""
    if text.strip() == "*":
        return Tags(any=True, strong=frozenset(), weak=frozenset())
    tags: dict[bool, set[str]] = {True: set(), False: set()}
    position = 0
    while position < len(text):
        found = _LIST.match(text, position)
        if found is None or found.end() == position:
            raise malformed(f'{name} must be * or entity tags, such as "17"')
        if found["tag"] is not None:
            tags[found["weak"] is not None].add(found["tag"])
        position = found.end()
    return Tags(any=False, strong=frozenset(tags[False]), weak=frozenset(tags[True]))


@dataclass(frozen=True, slots=True)
class Conditions:
    """The preconditions of a request."""

    match: Tags | None
    none_match: Tags | None

    @classmethod
    def read(cls, headers: Mapping[str, str]) -> "Conditions":
        """Return those that `headers`, by names in lower case, make."""
        match, none_match = headers.get("if-match"), headers.get("if-none-match")
        return cls(
            read_tags("If-Match", match) if match is not None else None,
            read_tags("If-None-Match", none_match) if none_match is not None else None,
        )

    def __bool__(self) -> bool:
        return self.match is not None or self.none_match is not None

    def expected(self) -> int | None:
        """Return the one revision that they ask for, 0 for none; None where it depends on what there is."""
        if self.none_match is None and self.match is not None and not self.match.any:
            revisions = self.match.revisions()
            return next(iter(revisions)) if len(revisions) == 1 else None
        if self.match is None and self.none_match is not None and self.none_match.any:
            return 0
        return None

    def allow(self, revision: int) -> bool:
        """Tell whether they hold for a resource at that revision, 0 for none."""
        if self.match is not None and not self.match.names(revision):
            return False
        return self.none_match is None or not self.none_match.names(revision)

    def failure(self, revision: int) -> str:
        """Say why they do not hold."""
        return f"the resource is at revision {revision}" if revision else "the resource does not exist"
