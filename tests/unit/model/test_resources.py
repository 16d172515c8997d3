"""The kinds of resource, and what a change does to which of them."""

import pytest

from aqueduct.model.resources import Kind, Ref, Resource, delete, put, ref_of, resource_of
from aqueduct.v1.backend_pb2 import Backend, Membership
from aqueduct.v1.config_pb2 import Change
from aqueduct.v1.frontend_pb2 import Frontend

WEB, APP, OF_APP = Ref(Kind.FRONTEND, "web"), Ref(Kind.BACKEND, "app"), Ref(Kind.MEMBERSHIP, "app")


def test_a_ref_is_spelled_as_a_path() -> None:
    assert [str(WEB), str(APP)] == ["frontends/web", "backends/app"]


@pytest.mark.parametrize(
    ("resource", "ref"),
    [(Frontend(key="web"), WEB), (Backend(key="app"), APP), (Membership(key="app"), OF_APP)],
)
def test_a_put_is_about_its_resource(resource: Resource, ref: Ref) -> None:
    change = put(resource, 3)
    assert (ref_of(change), resource_of(change), change.expected_revision) == (ref, resource, 3)
    assert not put(resource).HasField("expected_revision")


@pytest.mark.parametrize("ref", [WEB, APP, OF_APP])
def test_a_deletion_is_about_what_it_names(ref: Ref) -> None:
    change = delete(ref, 3)
    assert (ref_of(change), resource_of(change), change.expected_revision) == (ref, None, 3)


def test_a_change_must_say_what_to_do() -> None:
    with pytest.raises(ValueError, match="without an action"):
        ref_of(Change())
