"""The Registrations port: where the registry keeps what was registered."""

from collections.abc import Mapping
from typing import Protocol

from aqueduct.v1.registry_pb2 import Registration


class Registrations(Protocol):
    """Durable registrations, each by its id. One writer, which batches what arrives together."""

    def load(self) -> Mapping[str, Registration]:
        """Return what was there when it was opened, and give it away: once."""
        ...

    async def write(self, changes: Mapping[str, Registration | None]) -> None:
        """Put registrations, or (None) delete them, all or nothing, durably. Deleted ones need not be there.

        A caller that is cancelled leaves them whole or not made at all.

        Errors: Exhausted for a full disk; Unavailable where the disk fails, and after `close`.
        """
        ...

    async def close(self) -> None:
        """Finish the write under way and release the store."""
        ...
