"""The reason of a reload as one of a few words, which a label can have. Pure.

Reasons are for people, and name sections and servers (plan/plan.py, plan/live.py, service/applier.py): as
labels they would be without number.
"""

import re
from typing import Final

OTHER: Final = "other"

_WORDS: Final = (
    ("asked", r"asked for\b"),
    ("drift", r"drift: "),
    ("unknown", r"it is not known what |HAProxy did not tell |HAProxy was reloaded by somebody else"),
    ("live_failed", r"HAProxy refused '|the change could not be made live|.* is not as it was changed: "),
    ("section_added", r".* added(,| and \d|$)"),
    ("section_removed", r".* removed(,| and \d|$)"),
    ("section_changed", r"(\S+( \S+)?) changed(,| and \d|$)"),
    (
        "servers",
        r"\S+( \S+)?: |(server|servers|balance|default-server|weights|a server line|a command|more than) ",
    ),
)
_PATTERNS: Final = [(word, re.compile(pattern, re.DOTALL)) for word, pattern in _WORDS]

REASONS: Final = (*(word for word, _ in _WORDS), OTHER)
"""What `reason_class` returns. `servers` are servers that HAProxy cannot change live."""


def reason_class(reason: str) -> str:
    """Return the word for a reason; of several reasons, that which stands first in REASONS."""
    return next((word for word, pattern in _PATTERNS if pattern.match(reason)), OTHER)
