"""Keys and members, for the names that HAProxy knows."""

import pytest

from aqueduct.model.stats.lines import LineKind, LineName
from aqueduct.model.stats.names import Name, is_ours, name_of, proxies_of
from aqueduct.v1.stats_pb2 import STATS_KIND_BACKEND, STATS_KIND_FRONTEND, STATS_KIND_MEMBER, StatsName

from .build import WEB

F, B, S = LineKind.FRONTEND, LineKind.BACKEND, LineKind.SERVER


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (LineName(F, "web"), Name(STATS_KIND_FRONTEND, "web")),
        (LineName(F, "web:frontend"), Name(STATS_KIND_FRONTEND, "web")),
        (LineName(B, "web"), Name(STATS_KIND_BACKEND, "web")),
        (LineName(S, "web", "web_10.0.0.1:80"), Name(STATS_KIND_MEMBER, "web", "10.0.0.1:80")),
        (LineName(S, "web", "web_::1:80"), Name(STATS_KIND_MEMBER, "web", "[::1]:80")),
        (LineName(S, "a_b", "a_b_unix::_2Frun"), Name(STATS_KIND_MEMBER, "a_b", "unix@/run")),
        (LineName(S, "web", "spare"), Name(STATS_KIND_MEMBER, "web", "spare")),
        (LineName(S, "web", "web_spare"), Name(STATS_KIND_MEMBER, "web", "web_spare")),
    ],
)
def test_a_line_is_named_by_key_and_member(line: LineName, name: Name) -> None:
    assert name_of(line) == name


def test_a_server_of_a_native_line_is_told_from_a_member() -> None:
    assert Name(STATS_KIND_MEMBER, "web", "spare").is_native
    for address in ("10.0.0.1:80", "[::1]:80", "unix@/run/a.sock", "abns@app"):
        assert not Name(STATS_KIND_MEMBER, "web", address).is_native


def test_a_name_as_the_api_tells_it() -> None:
    name = Name(STATS_KIND_MEMBER, "web", "a")
    assert name.message() == StatsName(kind=STATS_KIND_MEMBER, key="web", member="a")


@pytest.mark.parametrize(
    ("line", "ours"),
    [
        (LineName(F, "web"), True),
        (LineName(F, "web:frontend"), True),
        (LineName(F, "app"), False),
        (LineName(F, "_aqueduct_stats"), False),
        (LineName(B, "app"), True),
        (LineName(B, "gone"), False),
        (LineName(S, "web", "spare"), True),
        (LineName(S, "web", "_aqueduct_probe_1"), False),
    ],
)
def test_only_what_is_of_a_resource_is_ours(line: LineName, ours: bool) -> None:
    assert is_ours(line, WEB) is ours


def test_a_frontend_may_have_either_name() -> None:
    assert proxies_of(frozenset({"web"})) == {"web", "web:frontend"}
