"""The newest revisions: bounded, and complete from their start on."""

from aqueduct.model.told import Selection
from aqueduct.service.recent import Recent
from aqueduct.v1.backend_pb2 import Backend
from aqueduct.v1.history_pb2 import Resource, ResourceChange, Revision


def revision(number: int, size: int = 1) -> Revision:
    after = Resource(backend=Backend(key="app", revision=number, natives=["x" * size]))
    return Revision(revision=number, changes=[ResourceChange(resource="backends/app", after=after)])


def numbers(recent: Recent) -> list[int]:
    found, place = [], recent.start
    while (step := recent.after(place)) is not None:
        found.append(place := step.number)
    return found


def test_what_follows_a_revision_whether_or_not_it_is_one_of_them() -> None:
    recent = Recent(3)
    assert (recent.start, recent.head, recent.after(3)) == (3, 3, None)
    for number in (5, 8):
        recent.add(number, [revision(number)])
    assert numbers(recent) == [5, 8]
    assert [getattr(recent.after(place), "number", None) for place in (3, 4, 5, 7, 8)] == [5, 5, 8, 8, None]


def test_memberships_move_the_head_alone() -> None:
    recent = Recent(3)
    recent.add(4, [])
    assert (recent.start, recent.head, numbers(recent)) == (3, 4, [])


def test_no_more_than_so_many_are_held() -> None:
    recent = Recent(0, most=3)
    for number in range(1, 6):
        recent.add(number, [revision(number)])
    assert (recent.start, numbers(recent)) == (2, [3, 4, 5])


def test_nor_more_than_so_many_bytes() -> None:
    recent = Recent(0, most_bytes=2_500)
    for number in range(1, 4):
        recent.add(number, [revision(number, 1_000)])
    assert (recent.start, numbers(recent)) == (1, [2, 3])
    recent.add(4, [revision(4)])
    assert numbers(recent) == [2, 3, 4]


def test_what_was_written_together_is_held_whole() -> None:
    recent = Recent(0, most=2, most_bytes=2_500)
    recent.add(1, [revision(1)])
    recent.add(6, [revision(number, 1_000) for number in range(2, 7)])
    assert (recent.start, numbers(recent)) == (1, [2, 3, 4, 5, 6])
    recent.add(7, [revision(7, 9_000)])
    assert (recent.start, numbers(recent)) == (6, [7])


def test_all_who_are_told_all_of_it_get_the_same_messages() -> None:
    recent = Recent(0)
    recent.add(1, [revision(1)])
    step = recent.after(0)
    assert step is not None
    (part,) = step.parts(Selection())
    assert step.parts(Selection())[0] is part
    some = Selection(frozenset({"backends/app"}))
    assert step.parts(some) == (part,)
    assert step.parts(some)[0] is not part
