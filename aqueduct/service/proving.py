"""Proving new members: a throw-away server with the check of the real one tells within 50 ms.

HAProxy checks a server that is added first after its whole interval, be that a minute. A second server
with the same line and `downinter` has its first check soon, since it is added as down; `inter` stays, as
it is the check's time-out too. It is drained, so that it gets no traffic, and it is deleted once it
has told. What passes takes its real server up. Where HAProxy takes no such server (see plan/live.py),
and beyond MOST of them at once, members wait for HAProxy's own checks.

Invariant: probes are no part of the configuration. One that is lost, by a reload or a crash, is
begun anew; one that is left over is not looked at by any comparison, and removed by `sweep`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from aqueduct.model.capabilities import Capabilities
from aqueduct.model.members import member_name
from aqueduct.model.servers import is_name, server_name
from aqueduct.plan.live import Ability, NotLive, arguments_of, has_check
from aqueduct.plan.rows import ServerRow
from aqueduct.plan.server_lines import ServerLine, servers_of, take_apart
from aqueduct.plan.verify import PROBE
from aqueduct.ports.runtime import ServerTold
from aqueduct.render.image import Image
from aqueduct.v1.backend_pb2 import ADMIN_STATE_MAINT, MEMBER_PHASE_RENEWED, Member

MOST = 256
"""Probes of all backends at once."""
FIRST_CHECK = 0.05
"""Seconds from the begin of a probe to its check."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
"""Seconds from a probe that failed to the next of the same member."""
_PASSED = (3, 4)
_FAILED = 2
_NOT_FOR_PROBES = (
    *("downinter", "fastinter", "weight", "slowstart", "backup", "maxconn", "minconn", "maxqueue", "cookie"),
    *(
        "observe",
        "on-error",
        "on-marked-down",
        "on-marked-up",
        "error-limit",
        "id",
        "agent-check",
        "agent-inter",
    ),
)


@dataclass(frozen=True, slots=True)
class Sight:
    """A backend as HAProxy has it at one moment: its servers by name, and its text."""

    key: str
    rows: Mapping[str, ServerRow]
    image: Image
    now: float


@dataclass(slots=True)
class _Probe:
    server: str | None = None
    """Its name, while HAProxy has it."""
    due: float = 0.0
    pause: float = _FIRST_PAUSE
    has_failed: bool = False
    has_passed: bool = False
    """Whether its check has passed, and the real server is to be seen up."""


@dataclass(slots=True)
class Proofs:
    """What is known of the members of one backend that have to be proven, by the names of their endpoints."""

    passed: set[str] = field(default_factory=set)
    """Those whose check has passed, and whose server was up at the last look."""
    probes: dict[str, _Probe] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    """Of the last check that failed."""
    failed: dict[str, str] = field(default_factory=dict)
    """Servers that have just failed, mostly of probes, and are still there to be asked why."""
    raised: list[str] = field(default_factory=list)
    """Those that are about to be taken up, since the check of their probe has passed."""

    @property
    def decided(self) -> set[str]:
        """Members whose check has passed, or has failed at least once."""
        return self.passed | {name for name, probe in self.probes.items() if probe.has_failed}

    @property
    def is_probing(self) -> bool:
        """Whether a probe is under way, or has just passed."""
        return any(probe.server is not None or probe.has_passed for probe in self.probes.values())

    def note_words(self, told: Mapping[str, ServerTold]) -> Mapping[str, str]:
        """Keep what HAProxy has told of probes that failed; return it, and what it told of real servers."""
        new = {
            name: told[server].check
            for name, server in self.failed.items()
            if server in told and told[server].check
        }
        self.words |= {name: words for name, words in new.items() if self.failed[name].startswith(PROBE)}
        self.failed.clear()
        return new

    def take_raised(self) -> Sequence[str]:
        """Return those that were raised since the last time."""
        raised, self.raised = self.raised, []
        return raised


class Prober:
    """Works out the commands of proofs. Sending them is the caller's."""

    def __init__(self, capabilities: Capabilities) -> None:
        self._capabilities = capabilities
        self._numbers = count(1)
        self._under_way = 0

    def step(self, members: Sequence[Member], proofs: Proofs, seen: "Sight") -> list[str]:
        """Note in `proofs` what is `seen` of `members`; return what to tell HAProxy."""
        return [command for member in members for command in self._step(member, proofs, seen)]

    def drop(self, key: str, proofs: Proofs, members: Sequence[Member] = ()) -> list[str]:
        """Return the commands that remove the probes of all but `members`."""
        names = set(map(member_name, members))
        proofs.passed &= names
        made: list[str] = []
        for name in [name for name in proofs.probes if name not in names]:
            made += self._remove(key, proofs.probes.pop(name))
        return made

    def _step(self, member: Member, proofs: Proofs, seen: "Sight") -> Iterable[str]:
        key, image = seen.key, seen.image
        name, real = member_name(member), server_name(key, member)
        line, row = _line(image, key, real), seen.rows.get(real)
        probe = proofs.probes.setdefault(name, _Probe())
        if line is None:
            return
        is_up = not has_check(line) or (row is not None and row.up)
        in_maintenance = member.admin_state == ADMIN_STATE_MAINT  # it takes nothing, and is not checked
        if in_maintenance or (is_up and (name in proofs.passed or probe.has_passed)):
            probe.has_passed = False
            proofs.passed.add(name)
            yield from self._remove(key, probe)
            return
        # It went down again, or was not taken up, as by a HAProxy that was started anew since.
        probe.has_passed = False
        proofs.passed.discard(name)
        # Of one that served already, the check that passed may have been of what was there before.
        is_renewed = member.phase == MEMBER_PHASE_RENEWED and self._is_probed(key, line, image)
        if not is_renewed and is_up and (row is None or not has_check(line) or row.check_result in _PASSED):
            proofs.passed.add(name)
            yield from self._remove(key, probe)
            return
        has_failed = row is not None and row.check_result == _FAILED
        if has_failed and not probe.has_failed:
            proofs.failed[name] = real
        if is_name(member) or has_failed:
            probe.has_failed = True  # not probed: HAProxy's own check, or that of a name, maybe never
        yield from self._probe(name, line, probe, proofs, seen)

    def _probe(
        self, name: str, line: ServerLine, probe: _Probe, proofs: Proofs, seen: "Sight"
    ) -> Iterable[str]:
        """Take the probe of a member further."""
        key, now = seen.key, seen.now
        if probe.server is None:
            if now >= probe.due:
                yield from self._begin(key, line, probe, seen.image)
            return
        row = seen.rows.get(probe.server)
        if row is None:
            probe.server, self._under_way = None, self._under_way - 1  # a reload has swept it away
        elif row.check_result in _PASSED:
            probe.has_passed, probe.due = True, now
            proofs.raised.append(name)
            yield f"set server {key}/{line.name} health up"
            yield from self._remove(key, probe)
        elif row.check_result == _FAILED:
            proofs.failed[name] = probe.server
            probe.has_failed, probe.due = True, now + probe.pause
            probe.pause = min(probe.pause * 2, _LONGEST_PAUSE)
            yield from self._remove(key, probe)

    def _begin(self, key: str, line: ServerLine, probe: _Probe, image: Image) -> Iterable[str]:
        if self._under_way >= MOST or not self._is_probed(key, line, image):
            return
        probe.server = f"{PROBE}_{next(self._numbers)}"
        self._under_way += 1
        server = f"{key}/{probe.server}"
        arguments = arguments_of(line, _NOT_FOR_PROBES)
        yield f"add server {server} {arguments} downinter {FIRST_CHECK * 1e3:.0f}ms"
        yield f"enable health {server}"
        yield f"set server {server} state drain"

    def _is_probed(self, key: str, line: ServerLine, image: Image) -> bool:
        if "downinter" not in self._capabilities.dynamic_keywords:
            return False
        try:
            section = take_apart(image.sections[f"backend {key}"])
            Ability(self._capabilities, image).check_addable(line, section)
        except NotLive:
            return False
        return True

    def _remove(self, key: str, probe: _Probe) -> Iterable[str]:
        if probe.server is None:
            return
        server, probe.server = f"{key}/{probe.server}", None
        self._under_way -= 1
        yield f"set server {server} state maint"
        yield f"del server {server}"


def sweep(key: str, rows: Iterable[ServerRow], proofs: Proofs | None) -> list[str]:
    """Return the commands that remove probes of backend `key` that nobody waits for."""
    known = {probe.server for probe in proofs.probes.values()} if proofs is not None else set()
    strays = [row.name for row in rows if row.name.startswith(PROBE) and row.name not in known]
    return [
        command
        for name in strays
        for command in (f"set server {key}/{name} state maint", f"del server {key}/{name}")
    ]


def _line(image: Image, key: str, server: str) -> ServerLine | None:
    return servers_of(image.sections.get(f"backend {key}", "")).get(server)
