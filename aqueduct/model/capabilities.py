"""What an HAProxy can do, as found by trying it (never guessed from its version)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What was found out about one HAProxy binary."""

    version: str
    """As it tells itself, such as `2.8.25-5cf5d0683`. For people and logs, not for decisions."""
    shares_names: bool
    """Whether a frontend and a backend may bear one name without an error or a warning (no more from 3.2)."""
    dynamic_keywords: frozenset[str] = frozenset()
    """Keywords of server lines that `add server` takes, but for those that change a server's state."""
    dynamic_balance: frozenset[str] = frozenset()
    """Algorithms whose backends take servers live: `leastconn`, `source/consistent` with that hash-type."""
