from aqueduct.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class Mode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MODE_UNSPECIFIED: _ClassVar[Mode]
    MODE_HTTP: _ClassVar[Mode]
    MODE_TCP: _ClassVar[Mode]
MODE_UNSPECIFIED: Mode
MODE_HTTP: Mode
MODE_TCP: Mode

class Annotation(_message.Message):
    __slots__ = ("author", "message")
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    author: str
    message: str
    def __init__(self, author: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...
