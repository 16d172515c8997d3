import datetime

from aqueduct.v1 import backend_pb2 as _backend_pb2
from aqueduct.v1 import common_pb2 as _common_pb2
from aqueduct.v1 import frontend_pb2 as _frontend_pb2
from aqueduct.v1 import options_pb2 as _options_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RevisionCause(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REVISION_CAUSE_UNSPECIFIED: _ClassVar[RevisionCause]
    REVISION_CAUSE_CALL: _ClassVar[RevisionCause]
    REVISION_CAUSE_UNDO: _ClassVar[RevisionCause]
    REVISION_CAUSE_SWITCH: _ClassVar[RevisionCause]
    REVISION_CAUSE_RESTORE: _ClassVar[RevisionCause]
    REVISION_CAUSE_IMPORT: _ClassVar[RevisionCause]
REVISION_CAUSE_UNSPECIFIED: RevisionCause
REVISION_CAUSE_CALL: RevisionCause
REVISION_CAUSE_UNDO: RevisionCause
REVISION_CAUSE_SWITCH: RevisionCause
REVISION_CAUSE_RESTORE: RevisionCause
REVISION_CAUSE_IMPORT: RevisionCause

class Revision(_message.Message):
    __slots__ = ("revision", "create_time", "annotation", "cause", "restored_revision", "changes")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ANNOTATION_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    RESTORED_REVISION_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    revision: int
    create_time: _timestamp_pb2.Timestamp
    annotation: _common_pb2.Annotation
    cause: RevisionCause
    restored_revision: int
    changes: _containers.RepeatedCompositeFieldContainer[ResourceChange]
    def __init__(self, revision: _Optional[int] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., annotation: _Optional[_Union[_common_pb2.Annotation, _Mapping]] = ..., cause: _Optional[_Union[RevisionCause, str]] = ..., restored_revision: _Optional[int] = ..., changes: _Optional[_Iterable[_Union[ResourceChange, _Mapping]]] = ...) -> None: ...

class ResourceChange(_message.Message):
    __slots__ = ("resource", "before", "after")
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    resource: str
    before: Resource
    after: Resource
    def __init__(self, resource: _Optional[str] = ..., before: _Optional[_Union[Resource, _Mapping]] = ..., after: _Optional[_Union[Resource, _Mapping]] = ...) -> None: ...

class Resource(_message.Message):
    __slots__ = ("frontend", "backend")
    FRONTEND_FIELD_NUMBER: _ClassVar[int]
    BACKEND_FIELD_NUMBER: _ClassVar[int]
    frontend: _frontend_pb2.Frontend
    backend: _backend_pb2.Backend
    def __init__(self, frontend: _Optional[_Union[_frontend_pb2.Frontend, _Mapping]] = ..., backend: _Optional[_Union[_backend_pb2.Backend, _Mapping]] = ...) -> None: ...

class Configuration(_message.Message):
    __slots__ = ("frontends", "backends")
    FRONTENDS_FIELD_NUMBER: _ClassVar[int]
    BACKENDS_FIELD_NUMBER: _ClassVar[int]
    frontends: _containers.RepeatedCompositeFieldContainer[_frontend_pb2.Frontend]
    backends: _containers.RepeatedCompositeFieldContainer[_backend_pb2.Backend]
    def __init__(self, frontends: _Optional[_Iterable[_Union[_frontend_pb2.Frontend, _Mapping]]] = ..., backends: _Optional[_Iterable[_Union[_backend_pb2.Backend, _Mapping]]] = ...) -> None: ...
