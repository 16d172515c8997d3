"""The language of changes.txt, and what its steps lead to. See test_changes.py for how to read it.

A stage holds one backend, `app`, as it is stored, and what its HAProxy runs. Each step makes a change, has
the membership follow (service/memberships.py), renders, plans, and takes the plan for done: HAProxy is not
asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import yaml
from google.protobuf.json_format import ParseDict

from aqueduct.errors import AqueductError
from aqueduct.model.advancing import Seen, advanced, is_failed, needed
from aqueduct.model.capabilities import Capabilities
from aqueduct.model.members import member_name, members_of
from aqueduct.model.resources import put
from aqueduct.model.servers import endpoint_of
from aqueduct.model.snapshot import Snapshot, after, effective
from aqueduct.model.tokens import token_of
from aqueduct.model.transitions import aborted
from aqueduct.model.validate import validated
from aqueduct.plan.diff import config_diff
from aqueduct.plan.plan import Live, Reload, plan
from aqueduct.render.image import Image
from aqueduct.render.renderer import Renderer
from aqueduct.render.templates import builtin_templates
from aqueduct.service.memberships import Memberships, Switching, change_of, set_state, set_weight
from aqueduct.settings import ProxySettings
from aqueduct.v1.backend_pb2 import (
    ADMIN_STATE_DRAIN,
    ADMIN_STATE_MAINT,
    ADMIN_STATE_READY,
    BACKEND_TYPE_DYNAMIC,
    BACKEND_TYPE_STATIC,
    Backend,
    Member,
    Membership,
    SwitchPolicy,
)
from aqueduct.v1.config_pb2 import Change

KEY = "app"
ABLE = Capabilities(
    "2.8",
    shares_names=True,
    dynamic_keywords=frozenset({"check", "inter", "weight", "id"}),
    dynamic_balance=frozenset({"roundrobin", "leastconn", "source/consistent"}),
)
_STATES = {"ready": ADMIN_STATE_READY, "drain": ADMIN_STATE_DRAIN, "maint": ADMIN_STATE_MAINT}


@dataclass
class Clock:
    """The time of a transcript: it stands still but for `wait`."""

    now: float = 1_000_000.0

    def time(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now


@dataclass
class Stage:
    """What is stored, what runs, and what discovery and HAProxy would tell."""

    stored: Snapshot = field(default_factory=Snapshot)
    running: Image = field(default_factory=Image)
    clock: Clock = field(default_factory=Clock)
    discovered: dict[str, list[Member]] = field(default_factory=dict)
    """By version."""
    passed: frozenset[str] = frozenset()
    idle: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self._renderer = Renderer(builtin_templates(), ProxySettings(), ABLE)
        self._memberships = Memberships(lambda backend: self.discovered.get(backend.version), self.clock)
        self.running = self._renderer.render(self.stored).image

    def step(self, line: str) -> str:
        """Return what a step leads to."""
        words, _, fields = line.partition("{")
        verb, *arguments = words.split()
        said = yaml.safe_load("{" + fields) if fields else {}
        try:
            changes = getattr(self, f"_{verb}")(arguments, said)
        except AqueductError as error:
            return f"refused: {error}\n"
        return self._apply(changes)

    def settle(self) -> None:
        """Have all checks pass and all sessions end, and forget of it."""
        for _ in range(2):
            every = map(member_name, self.stored.served[KEY].members)
            self.passed = self.idle = frozenset(every)
            self._apply(self._look())
        self.passed = self.idle = frozenset()

    def _put(self, members: Sequence[str], fields: dict[str, object]) -> list[Change]:
        """Put a static backend: `put MEMBER... {FIELDS}`, members as ADDRESS or ADDRESS*WEIGHT."""
        backend = ParseDict(fields, Backend(key=KEY, type=BACKEND_TYPE_STATIC))
        backend.members.extend(map(_member, members))
        return self._written(backend, Switching())

    def _dynamic(self, _: Sequence[str], fields: dict[str, object]) -> list[Change]:
        """Put a dynamic backend: `dynamic {FIELDS}`."""
        return self._written(
            ParseDict(fields, Backend(key=KEY, type=BACKEND_TYPE_DYNAMIC, name="web")), Switching()
        )

    def _version(self, arguments: Sequence[str], fields: dict[str, bool]) -> list[Change]:
        """SetBackendVersion: `version VERSION {POLICY}`; `allowEmpty` is one of the fields."""
        allow_empty = fields.pop("allowEmpty", False)
        backend = Backend()
        backend.CopyFrom(self.stored.backends[KEY])
        backend.version = arguments[0]
        return self._written(backend, Switching(ParseDict(fields, SwitchPolicy()), allow_empty))

    def _discover(self, arguments: Sequence[str], _: object) -> list[Change]:
        """Have discovery tell the members of a version: `discover VERSION MEMBER...`."""
        version, *members = arguments
        self.discovered[version] = [_member(text, version) for text in members]
        return self._memberships.follow(self.stored, KEY)

    def _passes(self, members: Sequence[str], _: object) -> list[Change]:
        """Have checks pass: `passes MEMBER...`."""
        self.passed |= frozenset(map(_name, members))
        return self._look()

    def _fails(self, members: Sequence[str], _: object) -> list[Change]:
        """Have checks pass no more: `fails MEMBER...`."""
        self.passed -= frozenset(map(_name, members))
        return self._look()

    def _ends(self, members: Sequence[str], _: object) -> list[Change]:
        """Have the last sessions end: `ends MEMBER...`."""
        self.idle |= frozenset(map(_name, members))
        return self._look()

    def _wait(self, arguments: Sequence[str], _: object) -> list[Change]:
        """Have time pass: `wait SECONDS`."""
        self.clock.now += float(arguments[0])
        return self._look()

    def _state(self, arguments: Sequence[str], _: object) -> list[Change]:
        """SetMemberState: `state MEMBER ready|drain|maint`."""
        address, state = arguments
        return self._memberships.set_admin(self.stored, KEY, _name(address), set_state(_STATES[state]))

    def _weight(self, arguments: Sequence[str], _: object) -> list[Change]:
        """SetMemberWeight: `weight MEMBER [WEIGHT]`."""
        address, *weight = arguments
        change = set_weight(int(weight[0]) if weight else None)
        return self._memberships.set_admin(self.stored, KEY, _name(address), change)

    def _written(self, backend: Backend, switching: Switching) -> list[Change]:
        change = validated(put(backend))
        return [change, *self._memberships.derived(self.stored, [change], switching)]

    def _look(self) -> list[Change]:
        """Return what follows of what HAProxy tells (service/transitions.py)."""
        membership, backend = self.stored.memberships.get(KEY), self.stored.backends[KEY]
        if membership is None or not membership.HasField("transition"):
            return []
        seen, now = Seen(self.passed, self.idle), self.clock.now
        if is_failed(membership, seen, now):
            restored, made = aborted(backend, membership, now)
            return [put(restored), *change_of(restored, membership, made)]
        made = advanced(membership, seen, now)
        return change_of(backend, membership, made) if made != membership else []

    def _apply(self, changes: Sequence[Change]) -> str:
        made = effective(self.stored, changes)
        if not made:
            return "no change\n"
        before = self.stored
        self.stored = after(self.stored, made, self.stored.revision + 1)
        self._forget_who_left()
        rendered = self._renderer.render(self.stored).image
        return "".join((_members(before, self.stored), self._diff(rendered), self._plan(rendered)))

    def _forget_who_left(self) -> None:
        present = set(map(member_name, self.stored.served[KEY].members))
        self.passed &= present
        self.idle &= present

    def _diff(self, desired: Image) -> str:
        lines = config_diff(self.running.sections, desired.sections).splitlines()
        return "".join(f"{line}\n" for line in lines if not line.startswith(("---", "+++", "@@", " ")))

    def _plan(self, desired: Image) -> str:
        step = plan(self.running, desired, ABLE)
        self.running = desired
        match step:
            case Reload():
                return f"reload: {step.reason}\n"
            case Live():
                commands = [command for of_section in step.commands.values() for command in of_section]
                return "".join(f"> {command}\n" for command in commands) or "no command\n"
            case _:
                return "nothing to apply\n"


def _members(before: Snapshot, now: Snapshot) -> str:
    """Return who serves where that is not simply all, and how far a switch is."""
    membership = now.memberships.get(KEY)
    if membership is None:
        return "members: at rest\n" if KEY in before.memberships else ""
    told = ", ".join(map(_told, members_of(now.backends[KEY], membership))) or "none"
    return f"members: {told}\n{_switch(before.memberships.get(KEY), membership)}"


def _told(member: Member) -> str:
    words = [member_name(member), token_of(member, "phase")]
    if member.admin_state != ADMIN_STATE_READY:
        words.append(f"({token_of(member, 'admin_state')})")
    if member.HasField("admin_weight"):
        words.append(f"(weight {member.admin_weight})")
    return " ".join(words)


def _switch(before: Membership | None, now: Membership) -> str:
    if not now.HasField("transition"):
        was_under_way = before is not None and before.HasField("transition")
        return "switch: over\n" if was_under_way else ""
    waits = f", {needed(now)} must pass" if now.transition.min_healthy else ""
    return f"switch: {token_of(now.transition, 'phase')}{waits}\n"


def _member(text: str, version: str = "") -> Member:
    address, _, weight = text.partition("*")
    host, _, port = address.rpartition(":")
    member = Member(host=host.strip("[]"), port=int(port), version=version)
    if weight:
        member.weight = int(weight)
    return member


def _name(address: str) -> str:
    return endpoint_of(address).name
