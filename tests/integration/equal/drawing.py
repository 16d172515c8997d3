"""Draws the steps of a walk: changes of backends and frontends made at once, and words on members."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from google.protobuf.text_format import MessageToString

from aqueduct.model.resources import Kind, Ref, delete, put
from aqueduct.model.servers import endpoint
from aqueduct.model.snapshot import Snapshot
from aqueduct.service.memberships import set_state, set_weight
from aqueduct.v1.backend_pb2 import (
    ADMIN_STATE_DRAIN,
    ADMIN_STATE_MAINT,
    ADMIN_STATE_READY,
    BACKEND_TYPE_STATIC,
    CHECK_NONE,
    HTTP_VERSION_1_1,
    Backend,
    Health,
    Member,
    SwitchPolicy,
)
from aqueduct.v1.common_pb2 import MODE_HTTP, MODE_TCP
from aqueduct.v1.config_pb2 import Change
from aqueduct.v1.frontend_pb2 import Frontend
from tests.integration.equal.places import ILL, Place, Places

_KEYS = ("1.0-a_b:c", "2", "42x", "web", "x.y:z", "-", "t:1", "tcp")
_TCP_KEYS = frozenset({"t:1", "tcp"})
_FRONTENDS = ("in", "web", "3")
_MOST_MEMBERS = 6
_BALANCES = (
    *("roundrobin",) * 14,
    *("leastconn", "first", "random", "random(3)", "static-rr", "source", "source", "hash src"),
)
_HTTP_BALANCES = (*_BALANCES, "uri", "uri depth 3", "url_param id", "hdr(X-User)")
_TCP_BALANCES = (*_BALANCES, "rdp-cookie", "rdp-cookie(mstshash)")
_WEIGHTS = (None, None, 0, 1, 7, 100, 256)
_INTERVALS = (50, 300, 2_000, 60_000)
_KINDS = (
    *("add", "add", "add", "remove", "remove", "swap", "swap", "weigh", "weigh", "weigh"),
    *("shuffle", "shuffle", "tell", "tell", "redeploy", "redeploy", "natives"),
)
"""What becomes of a backend that stays, the frequent ones more than once."""
_ADMIN = (ADMIN_STATE_READY, ADMIN_STATE_DRAIN, ADMIN_STATE_MAINT)
_NATIVES = (
    "timeout server 7s",
    "option allbackups",
    "fullconn 100",
    "cookie SRV insert indirect nocache",
    "default-server inter 3s",
    "default-server weight 7",
    "default-server maxconn 30 rise 1",
    "hash-type consistent",
    "hash-type map-based",
    "http-check expect status 200",
    "server-template t 2 127.0.0.9:1000",
    "server disabled 127.0.0.9:{port} disabled",
    "server disabled 127.0.0.9:{port} check inter 200 disabled",
    "server backup 127.0.0.9:{port} backup",
    "server backup 127.0.0.9:{port} backup weight {weight}",
    "server limited 127.0.0.9:{port} maxconn {weight} maxqueue 5",
    "server limited 127.0.0.9:{port} weight {weight} maxconn 7",
    "server cookie 127.0.0.9:{port} cookie c{weight}",
    "server checked 127.0.0.9:{port} check inter 700ms weight {weight}",
    "server checked 127.0.0.9:{port} check inter 1s rise 1 fall 9",
    "server checked 127.0.0.9:{port} check port 81 addr 127.0.0.8",
    "server agent 127.0.0.9:{port} agent-check agent-port 9 agent-inter 60s",
    "server slow 127.0.0.9:{port} check slowstart 5s",
    "server plain 127.0.0.9",
    "server plain 127.0.0.9:+{port}",
    "server tls 127.0.0.9:{port} ssl verify none check-ssl",
    "server tls 127.0.0.9:{port} ssl verify none alpn h2 check",
    "server proxy [::1]:{port} send-proxy-v2",
    'server "quoted" 127.0.0.9:{port} weight "{weight}"',
)


@dataclass(frozen=True, slots=True)
class Word:
    """An operator's word on a member: a state, or a weight, which may be none."""

    key: str
    address: str
    state: int | None = None
    weight: int | None = None

    def change(self) -> Callable[[Member], None]:
        """Return what notes it."""
        return set_weight(self.weight) if self.state is None else set_state(self.state)  # type: ignore[arg-type] # one of _ADMIN


@dataclass(frozen=True, slots=True)
class Step:
    """What is done at once, and what is said behind it, before it has come to rest."""

    changes: Sequence[Change]
    words: Sequence[Word] = field(default=())

    def __str__(self) -> str:
        changes = [MessageToString(change, as_one_line=True) for change in self.changes]
        return "\n".join((*changes, *map(str, self.words)))


class Drawing:
    """Draws from a random generator of its own: the same seed and snapshot give the same step."""

    def __init__(self, seed: str, places: Places) -> None:
        self._random = random.Random(seed)
        self._places = places

    def step(self, stored: Snapshot) -> Step:
        """Draw what follows what is `stored`."""
        changes: list[Change] = []
        if not stored.backends or self._chance(0.75):
            changes = list(self._changes(stored))
        words = list(self._words(stored)) if not changes or self._chance(0.3) else []
        return Step(changes, words)

    def _changes(self, stored: Snapshot) -> Iterator[Change]:
        count = self._random.choice((1, 1, 1, 2, 3))
        for key in self._random.sample(_KEYS, count):
            yield from self._of_backend(key, stored.backends.get(key), len(stored.backends))
        if self._chance(0.08):
            key = self._random.choice(_FRONTENDS)
            is_there = stored.get(Ref(Kind.FRONTEND, key)) is not None
            yield (
                delete(Ref(Kind.FRONTEND, key))
                if is_there and self._chance(0.5)
                else put(self._frontend(key))
            )

    def _of_backend(self, key: str, present: Backend | None, count: int) -> Iterator[Change]:
        if present is None:
            if count < 3 or self._chance(0.08):
                yield put(self._backend(key))
        elif self._chance(0.04):
            yield delete(Ref(Kind.BACKEND, key))
        elif self._chance(0.06):
            yield put(self._backend(key))
        else:
            yield put(self._changed(present))

    def _backend(self, key: str) -> Backend:
        is_tcp = key in _TCP_KEYS
        backend = Backend(
            key=key,
            type=BACKEND_TYPE_STATIC,
            mode=MODE_TCP if is_tcp else MODE_HTTP,
            balance=self._random.choice(_TCP_BALANCES if is_tcp else _HTTP_BALANCES),
            switch_policy=self._policy(),
        )
        self._draw_check(backend)
        if self._chance(0.2):
            backend.natives.extend(self._natives())
        places = self._random.sample(self._choice_of_places(), self._random.randint(0, 4))
        backend.members.extend(map(self._member, places))
        return backend

    def _draw_check(self, backend: Backend) -> None:
        match self._random.choice(("none", "none", "connection", "http", "http 1.1")):
            case "none":
                backend.check = CHECK_NONE
            case "http":
                uri = self._random.choice(("/", "/health?a=b", ILL))
                backend.health.CopyFrom(Health(uri=uri, interval=self._random.choice(_INTERVALS)))
            case "http 1.1":
                backend.health.CopyFrom(Health(http_version=HTTP_VERSION_1_1))
                backend.host = "app.example:80"
            case _:
                pass

    def _natives(self) -> list[str]:
        drawn = self._random.sample(_NATIVES, self._random.choice((1, 1, 2, 3)))
        lines: dict[str, str] = {}
        for native in drawn:
            words = native.split(" ")
            name = " ".join(words[:2]) if words[0] == "server" else words[0]
            lines[name] = native.format(
                port=self._random.choice((8001, 8002)), weight=self._random.choice((1, 2, 9))
            )
        return list(lines.values())

    def _policy(self) -> SwitchPolicy:
        policy = SwitchPolicy()
        policy.switch_timeout.FromSeconds(1)
        if self._chance(0.5):
            policy.drain_timeout.FromSeconds(0)
        if self._chance(0.5):
            policy.min_healthy = self._random.choice((0, 1, 9))
        return policy

    def _choice_of_places(self) -> Sequence[Place]:
        dead = self._places.dead if self._chance(0.2) else []
        return [*self._places.alive, *dead]

    def _member(self, place: Place) -> Member:
        member = Member(host=place[0], port=place[1])
        self._reweigh(member)
        return member

    def _reweigh(self, member: Member) -> None:
        weight = self._random.choice(_WEIGHTS)
        member.ClearField("weight")
        if weight is not None:
            member.weight = weight

    def _changed(self, present: Backend) -> Backend:
        backend = Backend()
        backend.CopyFrom(present)
        backend.switch_policy.CopyFrom(self._policy())
        members = list(backend.members)
        kind = self._random.choice(_KINDS)
        if kind in ("remove", "swap"):
            members = self._random.sample(members, self._random.randint(0, len(members)))
        if kind in ("add", "swap"):
            members += self._newcomers(members)
        if kind == "shuffle":
            self._random.shuffle(members)
        for member in self._some(members):
            self._redraw(member, kind)
        if kind == "natives":
            del backend.natives[:]
            backend.natives.extend(self._natives())
        del backend.members[:]
        backend.members.extend(members)
        return backend

    def _newcomers(self, members: Sequence[Member]) -> list[Member]:
        taken = {(member.host, member.port) for member in members}
        free = [place for place in self._choice_of_places() if place not in taken]
        count = min(self._random.randint(1, 3), len(free), max(0, _MOST_MEMBERS - len(members)))
        return [self._member(place) for place in self._random.sample(free, count)]

    def _redraw(self, member: Member, kind: str) -> None:
        match kind:
            case "weigh":
                self._reweigh(member)
            case "tell":
                member.id = self._random.choice(("one", "other"))
            case "redeploy":
                member.version = self._random.choice(("1", "2"))
            case _:
                pass

    def _some(self, members: Sequence[Member]) -> Sequence[Member]:
        return self._random.sample(members, self._random.randint(0, len(members)))

    def _frontend(self, key: str) -> Frontend:
        bind = f"{self._places.loopback}:{8001 + _FRONTENDS.index(key)}"
        leads_to = self._random.choice([key for key in _KEYS if key not in _TCP_KEYS])
        return Frontend(key=key, bind=bind, backend=leads_to)

    def _words(self, stored: Snapshot) -> Iterator[Word]:
        members = [
            (key, endpoint(member.host, member.port).address)
            for key in sorted(stored.backends)
            for member in stored.backends[key].members
        ]
        for key, address in self._random.sample(members, min(len(members), self._random.randint(1, 4))):
            if self._chance(0.6):
                yield Word(key, address, state=self._random.choice(_ADMIN))
            else:
                yield Word(key, address, weight=self._random.choice(_WEIGHTS))

    def _chance(self, share: float) -> bool:
        return self._random.random() < share


def written(stored: Mapping[str, Backend]) -> str:
    """Return backends as text, by which a failure can be repeated."""
    return "\n".join(MessageToString(stored[key], as_one_line=True) for key in sorted(stored))
