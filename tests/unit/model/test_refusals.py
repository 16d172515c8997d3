"""What HAProxy does not serve, and writes that were refused, as events."""

import pytest

from aqueduct.errors import RejectedByHAProxy, Unmet, Violation
from aqueduct.model.refusals import LONGEST, MOST_RESOURCES, refused, refused_write
from aqueduct.v1.activity_pb2 import VERB_REFUSED
from aqueduct.v1.common_pb2 import Annotation
from aqueduct.v1.haproxy_pb2 import Refusal

ANN = Annotation(author="ann", message="why not")
NOBODY = Annotation()
F, B = "frontends/f", "backends/b"
AT_F = Refusal(resource=F, field="natives[0]", message="unknown keyword 'x'")
AT_B = Refusal(resource=B, message="no such file")


def rejected(*refusals: Refusal) -> RejectedByHAProxy:
    return RejectedByHAProxy([Violation("frontend.natives[0]", "as the request calls it")], refusals)


def test_what_is_stored() -> None:
    event = refused(Refusal(resource=F, field="bind", message="taken"))
    assert (event.verb, event.resource) == (VERB_REFUSED, F)
    assert event.message == "frontends/f is not served: bind: taken"
    assert not event.refusal.HasField("write")
    assert refused(Refusal(message="all")).message == "haproxy is not served: all"


@pytest.mark.parametrize(
    ("error", "resources", "resource", "message"),
    [
        (rejected(AT_F), [F], F, "a write of frontends/f was refused: natives[0]: unknown keyword 'x'"),
        (
            rejected(AT_F),
            [B, F],
            F,
            "a write of backends/b, frontends/f was refused: frontends/f: natives[0]: unknown keyword 'x'",
        ),
        (
            rejected(AT_F, AT_B),
            [F],
            F,
            "a write of frontends/f was refused: natives[0]: unknown keyword 'x'; backends/b: no such file",
        ),
        (rejected(AT_F), [B], B, f"a write of {B} was refused: {F}: natives[0]: unknown keyword 'x'"),
        (rejected(Refusal(message="so")), [F, B], "configuration", f"a write of {F}, {B} was refused: so"),
        (Unmet("BIND_ADDRESS", F, "bind: taken"), [F], F, "a write of frontends/f was refused: bind: taken"),
        (
            Unmet("TEMPLATE", "templates/backend.j2:3", "no such name"),
            [F],
            F,
            "a write of frontends/f was refused: templates/backend.j2:3: no such name",
        ),
        (ValueError("reload failed"), [F], F, "a write of frontends/f was refused: reload failed"),
    ],
)
def test_why_a_write_was_refused(error: Exception, resources: list[str], resource: str, message: str) -> None:
    event = refused(refused_write(error, NOBODY, resources))
    assert (event.verb, event.resource, event.message) == (VERB_REFUSED, resource, message)


def test_who_wrote_what() -> None:
    event = refused(refused_write(rejected(AT_F), ANN, [F]))
    assert event.message == "a write of frontends/f by ann was refused: natives[0]: unknown keyword 'x'"
    write = event.refusal.write
    assert (write.annotation, list(write.resources)) == (ANN, [F])
    assert (write.resource_count, write.revision) == (1, 0)
    assert (event.refusal.resource, event.refusal.field) == (F, "natives[0]")


def test_what_was_stored_already() -> None:
    event = refused(refused_write(ValueError("no"), ANN, [F], 7))
    assert event.message == "revision 7, a write of frontends/f by ann, was refused: no"
    assert event.refusal.write.revision == 7


def test_how_many_were_left_out() -> None:
    refusal = refused_write(ValueError("no"), NOBODY, [F])
    refusal.write.left_out = 1_234
    assert refused(refusal).message.endswith(" refused: no; left out before: 1,234")


def test_words_and_resources_are_bounded() -> None:
    names = [f"backends/b{number}" for number in range(5_000)]
    event = refused(refused_write(ValueError("x" * 70_000), NOBODY, names))
    assert event.refusal.message == "x" * (LONGEST - 1) + "…"
    assert list(event.refusal.write.resources) == names[:MOST_RESOURCES]
    assert event.refusal.write.resource_count == 5_000
    start = "a write of 5,000 resources (backends/b0, backends/b1, backends/b2, ...) was refused: xxx"
    assert event.message.startswith(start)
    assert len(event.message) < LONGEST + 100
