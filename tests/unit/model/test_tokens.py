"""Enum values speak HAProxy's words."""

import pytest
from google.protobuf.descriptor import EnumDescriptor

from aqueduct.model.tokens import token_of, tokens, tokens_of
from aqueduct.v1 import apply_pb2, backend_pb2, common_pb2, frontend_pb2
from aqueduct.v1.common_pb2 import MODE_TCP
from aqueduct.v1.frontend_pb2 import Frontend

ENUMS = [
    enum
    for module in (apply_pb2, backend_pb2, common_pb2, frontend_pb2)
    for enum in module.DESCRIPTOR.enum_types_by_name.values()
]


def test_the_token_of_a_field() -> None:
    assert token_of(Frontend(mode=MODE_TCP), "mode") == "tcp"


def test_what_is_not_given_has_no_token() -> None:
    with pytest.raises(KeyError):
        token_of(Frontend(), "mode")


def test_the_tokens_that_a_field_may_have() -> None:
    assert list(tokens_of(Frontend(), "keepalive").values()) == ["default", "close", "server-close"]


@pytest.mark.parametrize("enum", ENUMS, ids=[enum.name for enum in ENUMS])
def test_every_value_but_the_first_has_a_token_of_its_own(enum: EnumDescriptor) -> None:
    assert list(tokens(enum)) == [value.number for value in enum.values if value.number]
    assert len(set(tokens(enum).values())) == len(tokens(enum))
