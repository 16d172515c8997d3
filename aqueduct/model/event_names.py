"""What events are about, by name, how a line names several, and which names may be asked for. Pure."""

from collections.abc import Sequence
from typing import Final

AQUEDUCT: Final = "aqueduct"
HAPROXY: Final = "haproxy"
CONFIGURATION: Final = "configuration"
"""What several resources together are called."""
COLLECTIONS: Final = ("frontends", "backends", "registrations", "sources")
_SECTIONS: Final = ("global", "defaults", "frontend", "backend", "listen")
"""Words that the header of a section begins with, which is its name where no resource owns it."""
NAMES: Final = (
    f"KIND/NAME, or KIND/ for all of a kind, of {', '.join(COLLECTIONS)}; "
    f"or {AQUEDUCT}, {HAPROXY}, {CONFIGURATION}"
)
"""What may be asked for, in words."""
_LISTED: Final = 3


def names_resource(name: str) -> bool:
    """Tell whether a name is one that events have, or a whole kind (`backends/`)."""
    collection, slash, _ = name.partition("/")
    if name in (AQUEDUCT, HAPROXY, CONFIGURATION) or (slash and collection in COLLECTIONS):
        return True
    return name.partition(" ")[0] in _SECTIONS


def listed(names: Sequence[str], count: int = 0) -> str:
    """Return names for a line, of many the first. `names` are the first of `count`, where that is more."""
    count = max(count, len(names))
    if count <= _LISTED:
        return ", ".join(names)
    return f"{count:,} resources ({', '.join(names[:_LISTED])}, ...)"
