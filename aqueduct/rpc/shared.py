"""Messages that many streams send: serialised once.

A stream that has the same for many clients yields the very same message to each. The bytes of the last few
are kept, by the identity of the message: it must not be changed once it was yielded.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final

_KEPT: Final = 64


class Shared:
    """Serialises by `serialize`, each message once."""

    def __init__(self, serialize: Callable[[Any], bytes]) -> None:
        self._serialize = serialize
        self._known: OrderedDict[int, tuple[object, bytes]] = OrderedDict()

    def __call__(self, message: object) -> bytes:
        """Return the bytes of `message`."""
        known = self._known.get(id(message))
        if known is not None and known[0] is message:  # held here, so no other can have its id
            return known[1]
        made = self._serialize(message)
        self._known[id(message)] = message, made
        if len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return made
