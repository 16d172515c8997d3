"""Try listening addresses before a reload."""

from collections.abc import Sequence
from pathlib import Path

from aqueduct.model.bind import Address


async def try_bind(
    addresses: Sequence[Address], held: Sequence[Address], directory: Path, session: int | None
) -> dict[Address, str]:
    """Return those of `addresses` that cannot be had. Not tried yet: a failed reload tells."""
    del addresses, held, directory, session
    return {}
