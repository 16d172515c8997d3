"""What all requests have in common, where no client can get at it."""

import pytest

from aqueduct.rpc.requests import of_type
from aqueduct.v1.backend_pb2 import Backend
from aqueduct.v1.frontend_pb2 import Frontend


def test_a_resource_of_another_kind_is_a_fault_of_ours() -> None:
    with pytest.raises(TypeError, match="a Backend was asked for, Frontend found"):
        of_type(Backend, Frontend(key="web"))
