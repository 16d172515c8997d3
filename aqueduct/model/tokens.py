"""HAProxy's words for the values of enums, as the protos' option `token` spells them."""

from collections.abc import Mapping
from functools import cache

from google.protobuf.descriptor import EnumDescriptor
from google.protobuf.message import Message

from aqueduct.v1 import options_pb2


@cache
def tokens(enum: EnumDescriptor) -> Mapping[int, str]:
    """Return the tokens of an enum by number, in the order of the proto.

    Values without a token, which are those that mean "not given", are left out.
    """
    return {
        value.number: text
        for value in enum.values
        for option, text in value.GetOptions().ListFields()
        if option.full_name == options_pb2.token.full_name
    }


def tokens_of(message: Message, field: str) -> Mapping[int, str]:
    """Return the tokens that the enum in `field` of `message` may have, by number."""
    return tokens(message.DESCRIPTOR.fields_by_name[field].enum_type)


def token_of(message: Message, field: str) -> str:
    """Return the token of the value that `field` of `message` has; KeyError where it has none."""
    return tokens_of(message, field)[getattr(message, field)]
