"""Which refused writes are told: one client that keeps failing must not crowd out what else happened. Pure.

The same refusal is told once in SAME seconds. Of all, AT_ONCE are told at once, then one more each PAUSE
seconds. Those that are left out are counted, and the next one that is told says how many they were.
"""

from typing import Final

from aqueduct.v1.haproxy_pb2 import Refusal

SAME: Final = 60.0
"""Seconds in which the same is not told again: the author, the resources and the words are the same."""
AT_ONCE: Final = 20
"""Refusals that are told without a pause."""
PAUSE: Final = 60.0
"""Seconds after which one more is told."""

_Same = tuple[str, str, tuple[str, ...]]


class Sparing:
    """What was told of late. Times are in seconds, of one clock that is never set back."""

    def __init__(self) -> None:
        self._told: dict[_Same, float] = {}
        self._room = float(AT_ONCE)
        self._looked = 0.0
        self._left_out = 0

    def is_told(self, refusal: Refusal, now: float) -> bool:
        """Tell whether a refused write is to be told; note in it how many were left out before, if it is."""
        self._told = {same: at for same, at in self._told.items() if now - at < SAME}
        self._room = min(AT_ONCE, self._room + (now - self._looked) / PAUSE)
        self._looked = now
        same = refusal.write.annotation.author, refusal.message, tuple(refusal.write.resources)
        if same in self._told or self._room < 1:
            self._left_out += 1
            return False
        self._told[same] = now
        self._room -= 1
        refusal.write.left_out, self._left_out = self._left_out, 0
        return True
