import datetime

from aqueduct.v1 import options_pb2 as _options_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class WaitFor(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WAIT_FOR_UNSPECIFIED: _ClassVar[WaitFor]
    WAIT_FOR_SERVING: _ClassVar[WaitFor]
    WAIT_FOR_COMMIT: _ClassVar[WaitFor]

class ApplyKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    APPLY_KIND_UNSPECIFIED: _ClassVar[ApplyKind]
    APPLY_KIND_NOTHING: _ClassVar[ApplyKind]
    APPLY_KIND_RUNTIME: _ClassVar[ApplyKind]
    APPLY_KIND_RELOAD: _ClassVar[ApplyKind]
    APPLY_KIND_START: _ClassVar[ApplyKind]
WAIT_FOR_UNSPECIFIED: WaitFor
WAIT_FOR_SERVING: WaitFor
WAIT_FOR_COMMIT: WaitFor
APPLY_KIND_UNSPECIFIED: ApplyKind
APPLY_KIND_NOTHING: ApplyKind
APPLY_KIND_RUNTIME: ApplyKind
APPLY_KIND_RELOAD: ApplyKind
APPLY_KIND_START: ApplyKind

class ApplyOutcome(_message.Message):
    __slots__ = ("kind", "reason", "duration", "revision", "finish_time", "error")
    KIND_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    FINISH_TIME_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    kind: ApplyKind
    reason: str
    duration: _duration_pb2.Duration
    revision: int
    finish_time: _timestamp_pb2.Timestamp
    error: str
    def __init__(self, kind: _Optional[_Union[ApplyKind, str]] = ..., reason: _Optional[str] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., revision: _Optional[int] = ..., finish_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., error: _Optional[str] = ...) -> None: ...

class Plan(_message.Message):
    __slots__ = ("kind", "reason", "commands", "config_diff")
    KIND_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    COMMANDS_FIELD_NUMBER: _ClassVar[int]
    CONFIG_DIFF_FIELD_NUMBER: _ClassVar[int]
    kind: ApplyKind
    reason: str
    commands: _containers.RepeatedScalarFieldContainer[str]
    config_diff: str
    def __init__(self, kind: _Optional[_Union[ApplyKind, str]] = ..., reason: _Optional[str] = ..., commands: _Optional[_Iterable[str]] = ..., config_diff: _Optional[str] = ...) -> None: ...
