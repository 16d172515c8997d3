"""A large dictionary with a few values changed, at the cost of the few.

To copy ten thousand entries for each change takes a tenth of a millisecond, and touches so much memory
that what runs next is slower for it. So a change is laid over the dictionary that it was made to.
What goes through all entries pays for the copy, once.
"""

from collections.abc import ItemsView, Iterator, KeysView, Mapping, ValuesView
from typing import TypeVar, overload

_V = TypeVar("_V")
_D = TypeVar("_D")

_MOST = 256
"""Entries that a layer holds, and that a dictionary is copied with rather than covered."""


def changed(base: Mapping[str, _V], changes: Mapping[str, _V | None]) -> Mapping[str, _V]:
    """Return `base` with `changes`, None for what is gone, in the order that a dictionary would have.

    The same object where there are none. Neither is to be changed afterwards.
    """
    if not changes:
        return base
    put = {key: value for key, value in changes.items() if value is not None}
    under, over = base._layers() if isinstance(base, Layered) else (base, {})  # noqa: SLF001 # its own module
    if len(put) == len(changes) and len(over) + len(put) <= _MOST < len(under):
        return Layered(under, {**over, **put})
    made = {**under, **over, **put}
    for key in changes.keys() - put.keys():
        made.pop(key, None)
    return made


class Layered(Mapping[str, _V]):
    """A dictionary, and what was put over it."""

    __slots__ = ("_over", "_under")

    def __init__(self, under: Mapping[str, _V], over: Mapping[str, _V]) -> None:
        self._under = under
        self._over = over

    def __getitem__(self, key: str) -> _V:
        return self._over[key] if key in self._over else self._under[key]

    @overload
    def get(self, key: str, /) -> _V | None: ...
    @overload
    def get(self, key: str, /, default: _V | _D) -> _V | _D: ...
    def get(self, key: str, /, default: _V | _D | None = None) -> _V | _D | None:
        """Return the value of `key`, else `default`."""
        return self._over[key] if key in self._over else self._under.get(key, default)

    def __contains__(self, key: object) -> bool:
        return key in self._over or key in self._under

    def __len__(self) -> int:
        return len(self._whole())

    def __bool__(self) -> bool:
        return True  # a layer is never empty

    def __iter__(self) -> Iterator[str]:
        return iter(self._whole())

    def keys(self) -> KeysView[str]:
        """Return a view of the keys."""
        return self._whole().keys()

    def values(self) -> ValuesView[_V]:
        """Return a view of the values."""
        return self._whole().values()

    def items(self) -> ItemsView[str, _V]:
        """Return a view of keys and values."""
        return self._whole().items()

    def __repr__(self) -> str:
        return repr(self._whole())

    def _layers(self) -> tuple[Mapping[str, _V], Mapping[str, _V]]:
        return self._under, self._over

    def _whole(self) -> Mapping[str, _V]:
        """Return all of it as one dictionary."""
        if self._over:
            self._under, self._over = {**self._under, **self._over}, {}
        return self._under
