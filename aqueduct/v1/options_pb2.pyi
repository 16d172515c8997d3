from google.protobuf import descriptor_pb2 as _descriptor_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor
TOKEN_FIELD_NUMBER: _ClassVar[int]
token: _descriptor.FieldDescriptor
RESUME_FIELD_NUMBER: _ClassVar[int]
resume: _descriptor.FieldDescriptor

class Resume(_message.Message):
    __slots__ = ("id", "after", "more")
    ID_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    MORE_FIELD_NUMBER: _ClassVar[int]
    id: str
    after: str
    more: str
    def __init__(self, id: _Optional[str] = ..., after: _Optional[str] = ..., more: _Optional[str] = ...) -> None: ...
