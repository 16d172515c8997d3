"""Aqueduct's own registration with a Thalassa registry, as the original's: other tools find it by that.

It is called `thalassa-aqueduct` as well, since that is what those tools look for. A registry that does
not answer holds up nothing.
"""

import asyncio
import socket
from typing import Any, Final

import structlog

from aqueduct.discovery.thalassa.addresses import reached_at
from aqueduct.discovery.thalassa.api import Api, Unreachable, WrongAnswer
from aqueduct.discovery.thalassa.source import pause_after
from aqueduct.model.registrations import service_id
from aqueduct.settings import RegistryAddress
from aqueduct.waiting import happens

log = structlog.get_logger()

NAME: Final = "thalassa-aqueduct"
TTL: Final = 60
EVERY: Final = 20.0
"""Seconds, both of them."""
_LAST_CALL: Final = 1.0
"""Seconds that the goodbye may take."""
_ANY: Final = {"0.0.0.0": socket.AF_INET, "::": socket.AF_INET6}  # noqa: S104 # compared with, not bound


class Announcing:
    """Registers `service_id(NAME, version, host, port)`, again and again, and says goodbye in the end."""

    def __init__(self, registry: RegistryAddress, version: str, host: str, port: int, label: str) -> None:
        self._api = Api(registry.host, registry.api_port)
        self._last = Api(registry.host, registry.api_port, patience=_LAST_CALL)
        self._key = service_id(NAME, version, host, port)
        self._meta: dict[str, Any] = {"hostname": socket.gethostname(), "secondsToExpire": TTL}
        if label:
            self._meta["label"] = label
        self._stopping = asyncio.Event()
        self._error = ""

    async def run(self) -> None:
        """Register until `stop`."""
        failures = 0
        while not self._stopping.is_set():
            failures = 0 if await self._register() else failures + 1
            await happens(self._stopping, pause_after(failures) if failures else EVERY)
        if not failures:
            await self._say_goodbye()

    def stop(self) -> None:
        """Have `run` deregister, and return."""
        self._stopping.set()

    async def _register(self) -> bool:
        error = ""
        try:
            await self._api.register(self._key, self._meta)
        except (Unreachable, WrongAnswer) as failure:
            error = str(failure)
        if error and not self._error:
            log.warning("Aqueduct cannot register itself", registration=self._key, error=error)
        elif self._error and not error:
            log.info("Aqueduct has registered itself", registration=self._key)
        self._error = error
        return not error

    async def _say_goodbye(self) -> None:
        try:
            await self._last.deregister(self._key)
        except (Unreachable, WrongAnswer) as error:
            log.warning("Aqueduct's registration runs out by itself", error=str(error))


def own_host(listens_on: str, registry: RegistryAddress) -> str:
    """Return where others reach what listens on an address: for all addresses, that towards the registry.

    A registry on this very machine is asked from others too: loopback would be theirs.
    """
    family = _ANY.get(listens_on)
    return reached_at(family, registry.host, registry.api_port) if family is not None else listens_on
