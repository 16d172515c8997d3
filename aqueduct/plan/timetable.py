"""What is due when, for any number of keys, by a clock that is passed in.

Moving a key to a later time costs nothing: its old place in the heap is found out to be too early when
it comes up. So what is renewed again and again, such as a time to live, has one place in the heap.
"""

import heapq
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


class Timetable(Generic[K]):
    """Keys, each due at one time or not at all. Keys must have an order: those due together come in it."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, K]] = []
        self._due: dict[K, float] = {}
        self._placed: dict[K, float] = {}
        """When each key's place in the heap comes up, at the latest when it is due."""

    def set(self, key: K, when: float) -> None:
        """Have `key` be due at `when`, and at no other time."""
        self._due[key] = when
        if key not in self._placed or when < self._placed[key]:
            self._place(key, when)

    def drop(self, key: K) -> None:
        """Have `key` not be due at all; do nothing where it is not."""
        self._due.pop(key, None)

    def __contains__(self, key: object) -> bool:
        return key in self._due

    def take(self, now: float) -> list[K]:
        """Return the keys that are due, the longest due one first, and drop them."""
        found = []
        while (place := self._first()) is not None and place[0] <= now:
            key = heapq.heappop(self._heap)[1]
            del self._placed[key], self._due[key]
            found.append(key)
        return found

    def next(self) -> float | None:
        """Return when the next key is due; None where none is."""
        place = self._first()
        return place[0] if place is not None else None

    def _first(self) -> tuple[float, K] | None:
        """Return the first place of the heap that is right, having put right those before it."""
        while self._heap:
            when, key = self._heap[0]
            if self._placed.get(key) == when and self._due.get(key) == when:
                return when, key
            heapq.heappop(self._heap)
            if self._placed.get(key) != when:
                continue  # it has an earlier place, or had, and that was taken
            del self._placed[key]
            if key in self._due:
                self._place(key, self._due[key])
        return None

    def _place(self, key: K, when: float) -> None:
        self._placed[key] = when
        heapq.heappush(self._heap, (when, key))
