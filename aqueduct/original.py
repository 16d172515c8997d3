"""What Aqueduct has of the original's surroundings: its file, its registry, and itself registered there.

A part of the composition root, which reads, starts and stops it.
"""

from collections.abc import Sequence

from aqueduct import __version__
from aqueduct.discovery.thalassa.announcing import Announcing, own_host
from aqueduct.persistence import Persistence
from aqueduct.ports.clock import Clock
from aqueduct.ports.store import Store
from aqueduct.rpc.listen import check_free
from aqueduct.service.control import Work
from aqueduct.service.history import History
from aqueduct.service.registry import Registering
from aqueduct.settings import Settings
from aqueduct.thalassa.server import ThalassaRegistry

_LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 # compared with, not bound


class Original:
    """What of it the settings ask for; maybe nothing."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._thalassa = settings.discovery.thalassa
        self._persistence: Persistence | None = None
        if settings.persistence is not None:
            self._persistence = Persistence(settings.persistence, settings.data_dir / "persistence", store)
        self._registry: ThalassaRegistry | None = None
        self._where = self._thalassa.registry

    async def read(self) -> None:
        """Look whether all can be used. ConfigurationError where it cannot; then `close`, too."""
        if self._thalassa.serves:
            for port in (self._thalassa.registry.port, self._thalassa.registry.api_port):
                await check_free(self._settings.host, port)
        if self._persistence is not None:
            await self._persistence.read()

    def close(self) -> None:
        """Let go of the file."""
        if self._persistence is not None:
            self._persistence.close()

    async def start(self, history: History, registering: Registering, clock: Clock) -> Sequence[Work]:
        """Have what the file says be served, and listen; return what is to be run then.

        ConfigurationError where that cannot be done; `stop` is to be called then, too.
        """
        works = []
        if self._persistence is not None:
            await self._persistence.fill(history)
            works.append(Work("keep the original's file", self._persistence.run, self._persistence.stop))
        if self._thalassa.serves:
            registry = self._where
            self._registry = ThalassaRegistry(registering, clock)
            port, api_port = await self._registry.start(registry.host, registry.port, registry.api_port)
            host = _LOOPBACK.get(registry.host, registry.host)
            self._where = registry._replace(host=host, port=port, api_port=api_port)
        return works

    def announcing(self, port: int) -> Sequence[Work]:
        """Return what registers Aqueduct itself, with the port of its REST gateway, once it is started."""
        if not self._thalassa.serves and "thalassa" not in self._settings.discovery.sources:
            return []
        host = own_host(self._settings.host, self._where)
        announcing = Announcing(self._where, __version__, host, port, self._settings.label)
        return [Work("register Aqueduct", announcing.run, announcing.stop)]

    async def stop(self, grace: float) -> None:
        """Take no more registrations; requests under way have `grace` seconds to finish."""
        if self._registry is not None:
            await self._registry.stop(grace)
