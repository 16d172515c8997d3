"""The addresses that rendered sections listen on."""

from aqueduct.model.bind import parse_bind
from aqueduct.render.listeners import addresses, listeners
from tests.unit.render.build import backend, frontend, renderer, snapshot


def test_addresses_that_only_haproxy_can_try_are_left_out() -> None:
    binds = (
        *("[::]:80,[::1]:80 v6only", "*:81 interface lo", "*:82 transparent", "*:83 namespace x"),
        *("*:84 ssl crt x", "$X:85", ""),
    )
    found = listeners({"frontend web": "frontend web\n" + "".join(f"    bind {bind}\n" for bind in binds)})
    assert list(map(str, found["frontend web"])) == ["[::1]:80", "0.0.0.0:81", "0.0.0.0:84"]


def test_addresses_are_read_from_the_text() -> None:
    web = frontend(
        "web",
        "app",
        bind="*:80,[::1]:80 name x",
        natives=("bind 127.0.0.1:81", "bind\t*:82", '"bi"nd *:83', "bi\\x6ed *:84"),
    )
    sections = renderer(stats_page="*:9").render(snapshot(web, backend("app"))).sections
    found = listeners(sections)
    assert {header: list(map(str, group)) for header, group in found.items()} == {
        "listen _aqueduct_stats": ["0.0.0.0:9"],
        "frontend web": ["0.0.0.0:80", "[::1]:80", "127.0.0.1:81", "0.0.0.0:82", "0.0.0.0:83", "0.0.0.0:84"],
    }
    every = parse_bind("*:9,*:80,[::1]:80,127.0.0.1:81,*:82,*:83,*:84")
    assert addresses(sections) == set(every.addresses)
