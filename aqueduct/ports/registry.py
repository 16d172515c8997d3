"""The Registry port: registrations, as those who register and those who look at them use them."""

from collections.abc import Callable, Collection, Iterable
from contextlib import AbstractContextManager
from typing import Protocol

from aqueduct.v1.registry_pb2 import Registration

Changed = Callable[[Collection[str]], None]
"""Is told the ids of registrations that came, changed in more than their renewal, or went."""


class Renewals(Protocol):
    """What one client holds alive."""

    def renew(self, key: str) -> Registration:
        """Renew the registration of that id, and hold it. NotFound where there is none."""
        ...


class Registry(Protocol):
    """Registrations that expire. Messages that it takes and returns are never changed afterwards."""

    def get(self, key: str) -> Registration | None:
        """Return the registration of that id, None where there is none."""
        ...

    def ids(self) -> Iterable[str]:
        """Return the ids of all registrations, in no order."""
        ...

    async def register(self, registration: Registration) -> Registration:
        """Add a valid registration, or renew the one of the same id; return it. It is durable then.

        A caller that is cancelled leaves it made or not made. Errors: Exhausted for a full disk, and for
        more registrations of a service than a backend may have members; Unavailable.
        """
        ...

    async def deregister(self, key: str) -> Registration:
        """Remove the registration of that id, durably; return it. NotFound, Exhausted, Unavailable."""
        ...

    def held(self) -> AbstractContextManager[Renewals]:
        """Return what holds registrations alive from their renewal on: they expire no sooner than their
        times to live after its end.
        """  # noqa: D205 # one sentence
        ...

    def on_change(self, changed: Changed) -> Callable[[], None]:
        """Tell `changed` of each change from now on; return what ends that."""
        ...
