"""The verifier: compares what HAProxy runs with what it should, and puts right what differs.

Somebody may type into HAProxy's socket, or have it reload by hand. What differs is seen in what HAProxy
tells of its servers (`show servers state`; statistics cost a hundred times as much): every
`verify_interval`, and after each reload. States, weights and addresses are set back by commands; for all
else what runs counts as unknown, and the reconciler reloads.

It looks while others go on, a slice at a time, and only at what is not as it was when it was last found
right. What seems to differ is looked at again while nothing changes HAProxy, before it is told. Probes that
nobody waits for (proving.py) are removed on the way.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog
from google.protobuf.timestamp_pb2 import Timestamp

from aqueduct.errors import AqueductError
from aqueduct.model.server_states import ServerStates
from aqueduct.plan.rows import ServerRow
from aqueduct.plan.verify import PROBE, corrections, disagreements, is_accepted
from aqueduct.ports.clock import Clock
from aqueduct.ports.haproxy import HAProxy, HAProxyFailed
from aqueduct.ports.runtime import Gist, Runtime
from aqueduct.service.answering import Answering
from aqueduct.service.applier import Applier
from aqueduct.service.proving import sweep
from aqueduct.service.reconciler import Reconciler
from aqueduct.service.transitions import Transitions
from aqueduct.v1.haproxy_pb2 import Drift
from aqueduct.waiting import happens

log = structlog.get_logger()

_SLICE = 50
"""Backends that are read or compared before others have their turn."""
_MANY = 500
"""Backends that are looked at, by what was told of them, before others have their turn."""
_PAUSE = 0.001
"""Seconds between two slices, of 1 to 2 ms each."""


@dataclass(frozen=True, slots=True)
class _Right:
    """A section that was found right, by its text and states, and what HAProxy told of it."""

    text: str
    states: ServerStates
    gists: Sequence[Gist]

    def still(self, text: str, states: ServerStates, gists: Sequence[Gist]) -> bool:
        return self.text is text and self.states == states and self.gists == gists


class Verifier:
    """Verifies each `interval` seconds, and when told to; only then where `interval` is 0."""

    def __init__(
        self,
        reconciler: Reconciler,
        applier: Applier,
        transitions: Transitions,
        haproxy: HAProxy,
        runtime: Runtime,
        *,
        clock: Clock,
        answering: Answering,
        interval: float,
    ) -> None:
        self._reconciler = reconciler
        self._applier = applier
        self._transitions = transitions
        self._haproxy = haproxy
        self._runtime = runtime
        self._clock = clock
        self._answering = answering
        self.interval = interval
        """Seconds; may be changed at any time, and counts from the next wait on."""
        self._wake = asyncio.Event()
        self._right: dict[str, _Right] = {}
        self.drifts = 0
        """How often something was found to differ."""
        self.last_drift: Drift | None = None
        self.on_drift: list[Callable[[Drift], None]] = []
        """Are told each drift. They return at once, and never fail."""

    async def run(self) -> None:
        """Verify until cancelled."""
        while True:
            await happens(self._wake, self.interval or None)
            self._wake.clear()
            if not self._applier.running:
                continue
            loads = self._applier.loads
            try:
                await self.verify()
            except (HAProxyFailed, AqueductError) as error:
                if self._applier.loads == loads and self._applier.running:  # else there is another to look at
                    log.warning("what runs cannot be compared with what should", error=str(error))

    def look(self) -> None:
        """Verify soon."""
        self._wake.set()

    async def verify(self) -> None:
        """Compare everything once. HAProxyFailed where HAProxy does not answer."""
        with self._answering.asking():
            await self._verify()

    async def _verify(self) -> None:
        if not await self._is_ours():
            return
        told = await self._survey()
        headers = [header for header in self._applier.running.sections if _has_servers(header)]
        self._right = {header: self._right[header] for header in headers if header in self._right}
        changed: list[str] = []
        for begin in range(0, len(headers), _MANY):
            changed += self._changed(headers[begin : begin + _MANY], told)
            await asyncio.sleep(_PAUSE)
        for begin in range(0, len(changed), _SLICE):
            await self._look_at(changed[begin : begin + _SLICE], told)
            await asyncio.sleep(_PAUSE)

    async def _survey(self) -> Mapping[str, Sequence[Gist]]:
        """Return what HAProxy tells of all servers, by backend."""
        told: dict[str, list[Gist]] = {}
        async for some in self._runtime.survey():
            for backend, gist in some:
                told.setdefault(backend, []).append(gist)
            await asyncio.sleep(_PAUSE)
        return told

    def _changed(self, headers: Sequence[str], told: Mapping[str, Sequence[Gist]]) -> list[str]:
        """Return those of `headers` whose sections are not as they were when they were last found right."""
        image = self._applier.running
        return [
            header
            for header in headers
            if header not in self._right
            or not self._right[header].still(
                image.sections.get(header, ""), image.states_of(header), told.get(_name(header), ())
            )
        ]

    async def _is_ours(self) -> bool:
        """Tell whether the worker that serves is the one that is known; another is drift as a whole."""
        async with self._applier.turn:
            running = self._applier.running
            if not running or await self._haproxy.is_serving():
                return bool(running)
            message = "HAProxy was reloaded by somebody else: what it runs is not known"
            self._applier.forget(message)
        self._report("haproxy", message)
        self._reconciler.look_again()
        return False

    async def _look_at(self, headers: Sequence[str], told: Mapping[str, Sequence[Gist]]) -> None:
        rows = await self._runtime.servers([_name(header) for header in headers])
        image = self._applier.running
        for header in headers:
            if header not in image.sections:
                continue
            found = rows.get(_name(header), [])
            strays = any(row.name.startswith(PROBE) for row in found)
            if strays or disagreements(header, image, found):
                self._right.pop(header, None)
                await self._put_right(header)
            else:
                states = image.states_of(header)
                self._right[header] = _Right(image.sections[header], states, told.get(_name(header), ()))

    async def _put_right(self, header: str) -> None:
        name = _name(header)
        async with self._applier.turn:
            image = self._applier.running
            if header not in image.sections:
                return
            rows = (await self._runtime.servers([name])).get(name, [])
            switch = self._transitions.switches.get(name)
            await self._tell(sweep(name, rows, switch.proofs if switch is not None else None))
            faults = disagreements(header, image, rows)
            if not faults:
                return
            is_right = await self._correct(header, rows)
            if not is_right:
                self._applier.forget(f"drift: {header}: {faults[0]}")
        owner = self._applier.rendered.owners.get(header) if self._applier.rendered else None
        self._report(str(owner or header), "; ".join(faults))
        if not is_right:
            self._reconciler.look_again()

    async def _correct(self, header: str, rows: Sequence[ServerRow]) -> bool:
        """Set back what commands can; tell whether all is right then."""
        commands = corrections(header, self._applier.running, rows)
        if commands is None or not await self._tell(commands):
            return False
        name = _name(header)
        found: Mapping[str, list[ServerRow]] = await self._runtime.servers([name])
        return not disagreements(header, self._applier.running, found.get(name, []))

    async def _tell(self, commands: Sequence[str]) -> bool:
        answers = await self._runtime.send(commands)
        return all(is_accepted(command, answer) for command, answer in zip(commands, answers, strict=True))

    def _report(self, resource: str, message: str) -> None:
        self.drifts += 1
        time = Timestamp()
        time.FromMilliseconds(round(self._clock.time() * 1e3))
        self.last_drift = Drift(time=time, resource=resource, message=message)
        log.error("HAProxy ran what it should not: put right", resource=resource, drift=message)
        for listener in self.on_drift:
            listener(self.last_drift)


def _has_servers(header: str) -> bool:
    return header.startswith(("backend ", "listen "))


def _name(header: str) -> str:
    return header.partition(" ")[2]
