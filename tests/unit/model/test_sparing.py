"""Of many writes that are refused only some are told, and how many were not."""

from collections.abc import Sequence

from aqueduct.model.refusals import refused_write
from aqueduct.model.sparing import AT_ONCE, PAUSE, SAME, Sparing
from aqueduct.v1.common_pb2 import Annotation
from aqueduct.v1.haproxy_pb2 import Refusal

BEGAN = 5_000.0


def refusal(words: str = "no", author: str = "ann", resources: Sequence[str] = ("backends/a",)) -> Refusal:
    return refused_write(ValueError(words), Annotation(author=author), resources)


def test_the_same_is_told_once_a_minute_with_how_many_there_were() -> None:
    sparing = Sparing()
    assert sparing.is_told(refusal(), BEGAN)
    for second in range(1, int(SAME)):
        assert not sparing.is_told(refusal(), BEGAN + second)
    again = refusal()
    assert sparing.is_told(again, BEGAN + SAME)
    assert again.write.left_out == SAME - 1
    later = refusal()
    assert sparing.is_told(later, BEGAN + 2 * SAME)
    assert later.write.left_out == 0


def test_another_author_resource_or_reason_is_told() -> None:
    sparing = Sparing()
    others = [refusal(), refusal(words="else"), refusal(author="bob"), refusal(resources=["backends/b"])]
    assert all(sparing.is_told(each, BEGAN) for each in others)


def test_a_client_that_is_never_refused_for_the_same_is_bounded_too() -> None:
    sparing = Sparing()
    hours = 10
    told = [
        one
        for second in range(hours * 3_600)
        if sparing.is_told(one := refusal(words=str(second)), BEGAN + second)
    ]
    assert AT_ONCE < len(told) <= AT_ONCE + hours * 3_600 / PAUSE
    assert sum(one.write.left_out for one in told) + len(told) >= hours * 3_600 - PAUSE
    quiet = BEGAN + hours * 3_600 + AT_ONCE * PAUSE
    assert all(sparing.is_told(refusal(words=f"then {number}"), quiet) for number in range(AT_ONCE))
    assert not sparing.is_told(refusal(words="one too many"), quiet)
