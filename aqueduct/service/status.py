"""What the control plane tells about HAProxy and about itself."""

from collections.abc import Callable

from aqueduct.ports.haproxy import HAProxy
from aqueduct.service.reconciler import Reconciler
from aqueduct.v1.haproxy_pb2 import HAProxyInfo, HAProxyState, Status


class StatusService:
    """Answers from what is known; only `info` asks HAProxy."""

    def __init__(self, haproxy: HAProxy, reconciler: Reconciler) -> None:
        self._haproxy = haproxy
        self._reconciler = reconciler

    def status(self) -> Status:
        """Return whether what is stored is what is served, and if not, why."""
        return self._reconciler.status()

    def config(self) -> tuple[str, int]:
        """Return the configuration file that HAProxy runs, and the revision it serves."""
        return self._haproxy.config(), self._reconciler.applied_revision

    def on_state(self, listener: Callable[[HAProxyState], None]) -> None:
        """Tell `listener` the state of HAProxy now, and each time that it changes."""
        self._reconciler.life.on_state(listener)

    async def info(self) -> HAProxyInfo:
        """Return what the serving worker says of itself. Unavailable while none serves."""
        return await self._haproxy.info()
