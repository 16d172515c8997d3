"""Aqueduct's own registry as a Thalassa registry, for clients that know no other.

What is registered by whichever protocol is published, and what is posted is published even where it is a
renewal, as clients of the original expect.
"""

from collections.abc import Callable, Collection

from aqueduct.ports.clock import Clock
from aqueduct.service.registry import Registering
from aqueduct.thalassa.meter import Meter
from aqueduct.thalassa.publisher import Publisher
from aqueduct.thalassa.routes import Routes, ThalassaWords
from aqueduct.web.server import HttpServer


class ThalassaRegistry:
    """Serves the registry's two protocols."""

    def __init__(self, registering: Registering, clock: Clock) -> None:
        self._registering = registering
        self._publisher = Publisher(registering)
        self._routes = Routes(registering, Meter(clock), self._publisher.publish)
        self._http = HttpServer(self._routes, ThalassaWords(), decompress=True)
        self._unwatch: Callable[[], None] = lambda: None

    async def start(self, host: str, port: int, api_port: int) -> tuple[int, int]:
        """Listen on `host`: axon on `port`, HTTP on `api_port`, 0 for any free ones; return them.

        ConfigurationError where they cannot be had: `stop` is to be called then, too.
        """
        ports = await self._publisher.start(host, port), await self._http.start(host, api_port)
        self._unwatch = self._registering.on_change(self._note)
        return ports

    async def stop(self, grace: float) -> None:
        """Take no more requests, give those under way `grace` seconds, and end the subscriptions."""
        await self._http.stop(grace)
        self._unwatch()
        self._unwatch = lambda: None
        await self._publisher.stop()

    def _note(self, keys: Collection[str]) -> None:
        self._publisher.publish([key for key in keys if not self._routes.is_posting(key)])
