"""Rules across resources."""

from aqueduct.model.bind import Address, parse_bind
from aqueduct.model.references import conflicts
from aqueduct.model.resources import Kind, Ref, Resource, put
from aqueduct.model.snapshot import Snapshot, after
from aqueduct.v1.backend_pb2 import Backend
from aqueduct.v1.common_pb2 import MODE_HTTP, MODE_TCP
from aqueduct.v1.frontend_pb2 import Frontend, Rule


def frontend(key: str, bind: str, backend: str = "app", *rules: str) -> Frontend:
    return Frontend(
        key=key, bind=bind, backend=backend, mode=MODE_HTTP, rules=[Rule(backend=name) for name in rules]
    )


def tcp_frontend(key: str, bind: str, backend: str) -> Frontend:
    return Frontend(key=key, bind=bind, backend=backend, mode=MODE_TCP)


def found(*resources: Resource, changed: str, reserved: dict[Address, str] | None = None) -> list[str]:
    """Return the conflicts of resources, told to those `changed` (`f:web b:app`), as lines."""
    snapshot = after(Snapshot(), list(map(put, resources)), 1)
    kinds = {"f": Kind.FRONTEND, "b": Kind.BACKEND}
    refs = [Ref(kinds[name[0]], name[2:]) for name in changed.split()]
    return [
        f"{ref} {violation.field}: {violation.description}"
        for ref, violation in conflicts(snapshot, refs, reserved or {})
    ]


HTTP, TCP = Backend(key="app", mode=MODE_HTTP), Backend(key="db", mode=MODE_TCP)
WEB = frontend("web", "*:80")


def test_what_fits_together_is_no_conflict() -> None:
    database = tcp_frontend("sql", "*:5432", "db")
    assert found(HTTP, TCP, WEB, database, changed="f:web f:sql b:app b:db") == []


def test_a_backend_that_does_not_exist_is_no_conflict() -> None:
    assert found(frontend("web", "*:80", "gone", "gone"), changed="f:web f:gone b:gone") == []


def test_a_frontend_must_lead_to_backends_of_its_mode() -> None:
    assert found(HTTP, TCP, frontend("web", "*:80", "db", "app", "db"), changed="f:web") == [
        "frontends/web backend: must name a backend of mode http: db is of mode tcp",
        "frontends/web rules[1].backend: must name a backend of mode http: db is of mode tcp",
    ]
    assert found(HTTP, tcp_frontend("sql", "*:1", "app"), changed="f:sql") == [
        "frontends/sql backend: must name a backend of mode tcp: app is of mode http"
    ]


def test_frontends_agree_on_the_mode_of_a_backend_that_does_not_exist() -> None:
    both = (frontend("web", "*:80", "app", "m", "m"), tcp_frontend("sql", "*:1", "m"))
    told = "must not lead to m, which does not exist yet: frontend {}, which leads there too, is of mode {}"
    at_sql = f"frontends/sql backend: {told.format('web', 'http')}"
    assert found(*both, changed="f:sql") == [at_sql]
    assert found(*both, changed="f:web f:sql") == [at_sql]
    assert found(*both, changed="f:web") == [f"frontends/web rules[1].backend: {told.format('sql', 'tcp')}"]
    assert found(HTTP, *both, changed="b:app") == []
    assert found(WEB, frontend("old", "*:81", "m"), tcp_frontend("sql", "*:1", "x"), changed="f:old") == []


def test_a_backend_must_have_the_mode_of_frontends_that_lead_to_it() -> None:
    told = "backends/db mode: must be http: frontend web, which routes to it, is of mode http"
    leading = frontend("web", "*:80", "app", "db", "db")
    assert found(HTTP, TCP, leading, changed="b:db") == [told]
    assert found(HTTP, TCP, leading, changed="b:db b:app") == [told]
    assert found(HTTP, TCP, leading, tcp_frontend("sql", "*:1", "db"), changed="b:db b:app") == [told]


def test_a_conflict_is_told_once_to_the_frontend_where_both_changed() -> None:
    told = found(TCP, frontend("web", "*:80", "db"), changed="b:db f:web")
    assert [line.split()[0] for line in told] == ["frontends/web"]


def test_no_two_frontends_have_one_address() -> None:
    both = (WEB, frontend("old", "127.0.0.1:1,0.0.0.0:80"))
    assert found(*both, changed="f:web") == [
        "frontends/web bind: must be an address of its own: 0.0.0.0:80 is taken by frontend old"
    ]
    assert found(*both, changed="f:old") == [
        "frontends/old bind: must be an address of its own: 0.0.0.0:80 is taken by frontend web"
    ]
    assert found(*both, changed="f:web f:old") == [
        "frontends/old bind: must be an address of its own: 0.0.0.0:80 is taken by frontend web"
    ]
    assert found(*both, changed="b:app") == []


def test_ranges_must_not_overlap() -> None:
    assert len(found(WEB, frontend("range", "*:70-90"), changed="f:web")) == 1


def test_a_frontend_names_an_address_once() -> None:
    assert found(frontend("web", "*:80,:80"), changed="f:web") == [
        "frontends/web bind: must name each address once: 0.0.0.0:80 is there twice"
    ]


def test_reserved_addresses_are_taken() -> None:
    reserved = {parse_bind("*:80").addresses[0]: "the stats page"}
    assert found(WEB, frontend("old", "*:81"), changed="f:web f:old", reserved=reserved) == [
        "frontends/web bind: must be an address of its own: 0.0.0.0:80 is taken by the stats page"
    ]


def test_raw_lines_may_name_an_address_again_but_not_that_of_another_frontend() -> None:
    again = frontend("web", "*:80 thread 1")
    again.natives.append("bind *:80 thread 2")
    assert found(again, changed="f:web") == []
    other = frontend("other", "*:81")
    other.natives.append("bind *:80")
    assert [line.split(":")[0] for line in found(again, other, changed="f:other")] == ["frontends/other bind"]
