"""What the control plane tells about HAProxy and about itself."""

from collections.abc import Callable
from dataclasses import dataclass

from aqueduct import __version__
from aqueduct.model.times import timestamp
from aqueduct.ports.haproxy import HAProxy
from aqueduct.render.sections import join
from aqueduct.service.answering import Answering
from aqueduct.service.applier import Applier
from aqueduct.service.discoveries import Discoveries
from aqueduct.service.reconciler import Reconciler
from aqueduct.service.transitions import Transitions
from aqueduct.service.verifier import Verifier
from aqueduct.service.workers import Workers
from aqueduct.v1.haproxy_pb2 import HAProxyInfo, HAProxyState, Status


@dataclass
class StatusService:
    """Answers from what is known; only `info` asks HAProxy."""

    haproxy: HAProxy
    applier: Applier
    reconciler: Reconciler
    transitions: Transitions
    discoveries: Discoveries
    verifier: Verifier
    workers: Workers
    answering: Answering
    label: str = ""

    def status(self) -> Status:
        """Return whether what is stored is what is served, and if not, why."""
        status = self.reconciler.status()
        status.label, status.version = self.label, __version__
        status.transitions.extend(self.transitions.under_way())
        status.sources.extend(self.discoveries.status())
        status.old_workers = self.workers.old
        status.cut_workers = self.workers.cut
        status.drifts = self.verifier.drifts
        if self.verifier.last_drift is not None:
            status.last_drift.CopyFrom(self.verifier.last_drift)
        if self.answering.silent_since is not None:
            status.silent_since.CopyFrom(timestamp(self.answering.silent_since))
        return status

    def config(self) -> tuple[str, int]:
        """Return the configuration file that HAProxy runs, and the revision it serves."""
        running = self.applier.running
        body = join(running.sections) if running else None
        return self.haproxy.config(body), self.reconciler.applied_revision

    def on_state(self, listener: Callable[[HAProxyState], None]) -> None:
        """Tell `listener` the state of HAProxy now, and each time that it changes."""
        self.reconciler.life.on_state(listener)

    async def info(self) -> HAProxyInfo:
        """Return what the serving worker says of itself. Unavailable while none serves."""
        return await self.haproxy.info()
