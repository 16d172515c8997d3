"""Names and addresses of servers."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aqueduct.model.servers import (
    address_named,
    check_port,
    endpoint,
    endpoint_of,
    is_name,
    is_native,
    server_address,
    server_ids,
    server_name,
    server_of,
)
from aqueduct.v1.backend_pb2 import Member

PATHS = st.text(st.sampled_from("/a_.-:5F @é"), min_size=1, max_size=8).filter(lambda path: ".." not in path)
HOSTS = st.one_of(
    PATHS.map(lambda path: f"/{path}"),
    PATHS.map(lambda path: f"unix@/{path}"),
    PATHS.map(lambda name: f"abns@{name}"),
    st.ip_addresses().map(str),
    st.from_regex(r"[a-z_][a-z0-9_]{0,5}(\.[a-z]{1,3})?", fullmatch=True),
)


@pytest.mark.parametrize(
    ("host", "port", "name", "address"),
    [
        ("127.0.0.1", 80, "app_127.0.0.1:80", "127.0.0.1:80"),
        ("::1", 80, "app_::1:80", "[::1]:80"),
        ("[0:0::1]", 80, "app_::1:80", "[::1]:80"),
        ("my_host.example", 80, "app_my_host.example:80", "my_host.example:80"),
        ("/run/a.sock", 0, "app_unix::_2Frun_2Fa.sock", "unix@/run/a.sock"),
        ("unix@/run//a_b", 0, "app_unix::_2Frun_2Fa_5Fb", "unix@/run/a_b"),
        ("abns@x y", 0, "app_abns::x_20y", "abns@x y"),
        ("abns@é", 0, "app_abns::_C3_A9", "abns@é"),
    ],
)
def test_a_member_becomes_a_server(host: str, port: int, name: str, address: str) -> None:
    member = Member(host=host, port=port)
    assert (server_name("app", member), server_address(member)) == (name, address)


def test_only_names_have_to_be_resolved() -> None:
    assert is_name(Member(host="localhost", port=80))
    assert not is_name(Member(host="127.0.0.1", port=80))
    assert not is_name(Member(host="/run/a"))


@pytest.mark.parametrize("host", ["", "*", "a b", "[::1", "1.2.3", "unix@a", "abns@"])
def test_what_is_no_host_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match=r"must"):
        endpoint(host, 80)


@pytest.mark.parametrize(("host", "port"), [("a", 0), ("::1", 65536), ("/a", 1), ("abns@a", 1)])
def test_a_port_that_does_not_fit_is_refused(host: str, port: int) -> None:
    with pytest.raises(ValueError, match=r"must be"):
        check_port(host, port)


@pytest.mark.parametrize(("host", "port"), [("a", 1), ("::1", 65535), ("/a", 0)])
def test_a_port_that_fits_passes(host: str, port: int) -> None:
    check_port(host, port)


@given(HOSTS, st.integers(1, 99), HOSTS, st.integers(1, 99))
def test_different_addresses_have_different_names(host: str, port: int, host2: str, port2: int) -> None:
    one, other = Member(host=host, port=port), Member(host=host2, port=port2)
    same = server_address(one) == server_address(other)
    assert (server_name("k", one) == server_name("k", other)) is same


@given(HOSTS)
def test_names_hold_only_what_haproxy_takes(host: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_.:-]+", server_name("k", Member(host=host, port=80)))


@given(HOSTS, st.integers(1, 99))
def test_an_address_names_the_endpoint_that_it_is_of(host: str, port: int) -> None:
    made = endpoint(host, port)
    assert endpoint_of(made.address) == made


def test_a_socket_may_be_named_by_its_path_alone() -> None:
    assert endpoint_of("/run/a.sock") == endpoint("unix@/run/a.sock", 0)


@pytest.mark.parametrize(
    "address", ["", "10.0.0.1", ":80", "10.0.0.1:", "10.0.0.1:0", "10.0.0.1:70000", "a b:80"]
)
def test_what_is_no_address_of_a_member_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"must"):
        endpoint_of(address)


def test_ids_follow_from_addresses_alone() -> None:
    members = [Member(host="10.0.0.1", port=port) for port in range(1, 9)]
    ids = server_ids("app", members)
    assert server_ids("app", reversed(members)) == ids
    assert server_ids("app", members[3:]).items() <= ids.items()
    assert list(server_ids("other", members[:1]).values()) == [ids["app_10.0.0.1:1"]]


def test_ids_are_unique_and_those_that_a_consistent_hash_can_tell_apart() -> None:
    members = [Member(host=f"10.0.{number // 256}.{number % 256}", port=80) for number in range(5_000)]
    ids = server_ids("app", members).values()
    assert len(set(ids)) == len(members)
    assert all(0 < number < 2**20 for number in ids)


def test_a_server_of_a_native_line_is_known_by_its_name() -> None:
    assert not is_native("web", server_of("web", "10.0.0.1:80"))
    assert not is_native("web", "web_unix::_2Frun_2Fa.sock")
    assert is_native("web", "web_2")
    assert is_native("web", "db:1")


@given(HOSTS, st.integers(1, 65_535))
def test_an_address_follows_from_its_name(host: str, port: int) -> None:
    found = endpoint(host, 0 if host.startswith(("/", "unix@", "abns@")) else port)
    assert address_named(found.name) == found.address
    assert server_of("app", found.address) == f"app_{found.name}"


def test_a_host_may_be_called_unix() -> None:
    assert address_named("unix:80") == "unix:80"
