"""What events are about, by name, and which names may be asked for. Pure."""

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


def names_resource(name: str) -> bool:
    """Tell whether a name is one that events have, or a whole kind (`backends/`)."""
    collection, slash, _ = name.partition("/")
    if name in (AQUEDUCT, HAPROXY, CONFIGURATION) or (slash and collection in COLLECTIONS):
        return True
    return name.partition(" ")[0] in _SECTIONS
