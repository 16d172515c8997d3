"""Names of resources on the command line: `backends/app`, or `backend app`, singular and plural."""

from collections.abc import Sequence
from typing import NamedTuple

import click

from aqueduct.model.history import KINDS
from aqueduct.model.resources import Kind, Ref

_BY_WORD = {word: kind for kind in KINDS for word in (kind.value, kind.collection)}


class Selection(NamedTuple):
    """What `get` is to show: `keys` of a `kind`, all of them where none are given."""

    kind: str
    keys: tuple[str, ...] = ()


def refs(words: Sequence[str]) -> list[Ref]:
    """Return what `words` name: `KIND/KEY...` or `KIND KEY...`. UsageError where that is no resource."""
    return [Ref(_kind(selection.kind), key) for selection in _selections(words) for key in _some(selection)]


def selections(words: Sequence[str]) -> list[Selection]:
    """Return what `words` select: as for `refs`, whole kinds, `members` of backends, and `config`."""
    return _selections(words) if words else [Selection(kind.collection) for kind in KINDS]


def backend(word: str) -> str:
    """Return the key of a backend that is given as `app` or `backends/app`."""
    kind, slash, key = word.rpartition("/")
    if slash and _BY_WORD.get(kind) is not Kind.BACKEND:
        raise click.UsageError(f"{word!r} names no backend, such as app or backends/app.")
    return key


def _selections(words: Sequence[str]) -> list[Selection]:
    if any("/" in word for word in words):
        return [_one(word) for word in words]
    return [Selection(_word(words[0]), tuple(words[1:]))] if words else []


def _one(word: str) -> Selection:
    kind, slash, key = word.partition("/")
    if not slash or not key:
        raise click.UsageError(f"{word!r} is no name of a resource, such as backends/app.")
    return Selection(_word(kind), (key,))


def _word(word: str) -> str:
    if word in ("member", "members"):
        return "members"
    return word if word == "config" else _kind(word).collection


def _kind(word: str) -> Kind:
    kind = _BY_WORD.get(word)
    if kind is None:
        raise click.UsageError(f"{word!r} is no kind of resource: there are frontends and backends.")
    return kind


def _some(selection: Selection) -> tuple[str, ...]:
    if not selection.keys:
        raise click.UsageError(f"Which of the {selection.kind}? Name it: {selection.kind}/KEY.")
    return selection.keys
