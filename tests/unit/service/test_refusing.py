"""Commits that were refused, as the activity tells them."""

from aqueduct.model.resources import Kind, Ref, put
from aqueduct.ports.store import Committed
from aqueduct.service.pending import Pending
from aqueduct.service.refusing import Refusing
from aqueduct.v1.backend_pb2 import Backend, Membership
from aqueduct.v1.common_pb2 import Annotation
from aqueduct.v1.config_pb2 import Change

BACKEND, MEMBERSHIP = put(Backend(key="a")), Change(put_membership=Membership(key="a"))


async def test_a_callers_is_told_by_what_he_named_and_by_whom_it_was() -> None:
    ann = Annotation(author="ann")
    pending = Pending(Committed(3, (BACKEND, MEMBERSHIP)), {Ref(Kind.BACKEND, "a"): "backend"}, ann)
    write = Refusing.told(pending, ValueError("no")).write
    assert (list(write.resources), write.annotation, write.revision) == (["backends/a"], ann, 3)


async def test_one_of_aqueducts_own_is_told_by_the_backends_whose_members_it_changes() -> None:
    refusal = Refusing.told(Pending(Committed(3, (MEMBERSHIP,)), {}), ValueError("no"))
    assert (list(refusal.write.resources), refusal.message) == (["backends/a"], "no")
    assert not refusal.write.annotation.author
