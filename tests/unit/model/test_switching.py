"""Whatever callers, discovery and HAProxy do in whatever order, switches keep their promises."""

from collections.abc import Sequence

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from aqueduct.model.advancing import needed
from aqueduct.model.members import has_to_prove, is_settled, is_wanted, member_name, serves
from aqueduct.v1.backend_pb2 import (
    MEMBER_PHASE_DRAINING,
    MEMBER_PHASE_INCOMING,
    MEMBER_PHASE_LEAVING,
    Backend,
    Member,
)
from tests.unit.model.switches import Site, dynamic, member, name, static

PORTS = st.lists(st.integers(1, 5), max_size=4, unique=True)
SOME = st.sets(st.integers(1, 5))
VERSIONS = st.sampled_from("12")
POLICIES = st.fixed_dictionaries({}, optional={"min_healthy": st.integers(0, 3)})


class Switching(RuleBasedStateMachine):
    """A backend whose members change; it looks at each step from one membership to the next."""

    def __init__(self) -> None:
        super().__init__()
        self.site = Site(static())
        self.target: set[str] = set()
        """Who is to serve in the end, unless the switch under way fails."""

    @initialize(of_discovery=st.booleans())
    def begin(self, of_discovery: bool) -> None:
        self.site = Site(dynamic("1") if of_discovery else static())

    @rule(ports=PORTS, version=VERSIONS, checked=st.booleans(), policy=POLICIES)
    def put(self, ports: list[int], version: str, checked: bool, policy: dict[str, int]) -> None:
        before, old = self._members(), self.site.backend
        members = [member(port, version) for port in ports]
        if old.type == static().type:
            new, target = static(*ports, version=version, checked=checked), None
        else:
            new, target = dynamic(version, checked=checked), members
        self.site.put(new, target, **policy)
        self.target = set(map(name, ports))
        self._nobody_serves_unproven(before, new)
        self._behind_a_gate_all_serve_on(before)

    @precondition(lambda self: self.site.backend.version)
    @rule(ports=PORTS)
    def follow(self, ports: list[int]) -> None:
        before, backend = self._members(), self.site.backend
        self.site.follow([member(port) for port in ports])
        self.target = set(map(name, ports))
        self._nobody_serves_unproven(before, backend)
        self._somebody_serves_on(before)

    @precondition(lambda self: self.site.membership is not None)
    @rule(proven=SOME, idle=SOME, later=st.sampled_from([0, 1, 70]))
    def look(self, proven: set[int], idle: set[int], later: int) -> None:
        self.site.now += later
        before, gate = self._members(), self._gate()
        if self.site.fails(proven=proven):
            self.site.abort()
            self._failure_loses_nobody(before)
            self.target = {each for each, member in self._members().items() if is_wanted(member)}
            return
        is_late = later == 70
        enough = sum(has_to_prove(each) and each.port in proven for each in before.values()) >= gate
        self.site.look(proven=proven, idle=idle)
        if gate and not enough and not is_late:
            assert self._members().keys() >= {each for each, member in before.items() if serves(member)}
            self._behind_a_gate_all_serve_on(before)
        self._who_drains_only_goes(before)

    @precondition(lambda self: self.site.membership is not None)
    @rule()
    def everything_passes_and_ends(self) -> None:
        every = range(1, 6)
        for _ in range(2):
            self.site.look(proven=every, idle=every)
        if self._gate() and not self.target_to_prove():
            return  # nobody is left to be proven: it waits for its deadline
        assert all(map(is_settled, self._members().values()))
        assert self.site.membership is not None
        assert not self.site.membership.HasField("transition")
        assert self._members().keys() == self.target

    def target_to_prove(self) -> list[Member]:
        return [each for each in self._members().values() if has_to_prove(each)]

    @invariant()
    def names_are_unique(self) -> None:
        assert len(self._members()) == len(self._listed())

    @invariant()
    def who_is_wanted_is_who_was_asked_for(self) -> None:
        assert {each for each, member in self._members().items() if is_wanted(member)} == self.target

    @invariant()
    def a_transition_is_there_as_long_as_anything_is_to_come(self) -> None:
        membership = self.site.membership
        if membership is not None:
            assert membership.HasField("transition") or all(map(is_settled, membership.members))
            assert membership.HasField("transition") or not membership.HasField("previous")

    @invariant()
    def only_behind_a_gate_somebody_is_leaving(self) -> None:
        leaving = any(each.phase == MEMBER_PHASE_LEAVING for each in self._listed())
        assert self._gate() or not leaving

    def _listed(self) -> Sequence[Member]:
        membership = self.site.membership
        return membership.members if membership is not None else self.site.backend.members

    def _members(self) -> dict[str, Member]:
        return {member_name(each): each for each in self._listed()}

    def _gate(self) -> int:
        return needed(self.site.membership) if self.site.membership is not None else 0

    def _nobody_serves_unproven(self, before: dict[str, Member], backend: Backend) -> None:
        for each, now in self._members().items():
            was = before.get(each)
            if not backend.check and (was is None or not serves(was)):
                assert now.phase in (MEMBER_PHASE_INCOMING, MEMBER_PHASE_DRAINING)

    def _behind_a_gate_all_serve_on(self, before: dict[str, Member]) -> None:
        if self._gate():
            now = self._members()
            assert all(serves(now[each]) for each, was in before.items() if serves(was))

    def _somebody_serves_on(self, before: dict[str, Member]) -> None:
        now = self._members()
        if any(map(serves, before.values())) and any(map(has_to_prove, now.values())):
            assert any(map(serves, now.values()))

    def _failure_loses_nobody(self, before: dict[str, Member]) -> None:
        now = self._members()
        assert all(is_settled(now[each]) for each, was in before.items() if serves(was))

    def _who_drains_only_goes(self, before: dict[str, Member]) -> None:
        now = self._members()
        for each, was in before.items():
            if was.phase == MEMBER_PHASE_DRAINING and each in now:
                assert now[each] == was


Switching.TestCase.settings = settings(max_examples=200, stateful_step_count=20, deadline=None)
TestSwitching = Switching.TestCase
