from aqueduct.v1 import apply_pb2 as _apply_pb2
from aqueduct.v1 import backend_pb2 as _backend_pb2
from aqueduct.v1 import frontend_pb2 as _frontend_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Change(_message.Message):
    __slots__ = ("put_frontend", "put_backend", "delete_frontend", "delete_backend", "put_membership", "delete_membership", "expected_revision")
    PUT_FRONTEND_FIELD_NUMBER: _ClassVar[int]
    PUT_BACKEND_FIELD_NUMBER: _ClassVar[int]
    DELETE_FRONTEND_FIELD_NUMBER: _ClassVar[int]
    DELETE_BACKEND_FIELD_NUMBER: _ClassVar[int]
    PUT_MEMBERSHIP_FIELD_NUMBER: _ClassVar[int]
    DELETE_MEMBERSHIP_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_REVISION_FIELD_NUMBER: _ClassVar[int]
    put_frontend: _frontend_pb2.Frontend
    put_backend: _backend_pb2.Backend
    delete_frontend: str
    delete_backend: str
    put_membership: _backend_pb2.Membership
    delete_membership: str
    expected_revision: int
    def __init__(self, put_frontend: _Optional[_Union[_frontend_pb2.Frontend, _Mapping]] = ..., put_backend: _Optional[_Union[_backend_pb2.Backend, _Mapping]] = ..., delete_frontend: _Optional[str] = ..., delete_backend: _Optional[str] = ..., put_membership: _Optional[_Union[_backend_pb2.Membership, _Mapping]] = ..., delete_membership: _Optional[str] = ..., expected_revision: _Optional[int] = ...) -> None: ...

class ApplyRequest(_message.Message):
    __slots__ = ("changes", "validate_only", "wait_for")
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    WAIT_FOR_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[Change]
    validate_only: bool
    wait_for: _apply_pb2.WaitFor
    def __init__(self, changes: _Optional[_Iterable[_Union[Change, _Mapping]]] = ..., validate_only: _Optional[bool] = ..., wait_for: _Optional[_Union[_apply_pb2.WaitFor, str]] = ...) -> None: ...

class ApplyResponse(_message.Message):
    __slots__ = ("changes", "revision", "apply", "plan")
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    APPLY_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[Change]
    revision: int
    apply: _apply_pb2.ApplyOutcome
    plan: _apply_pb2.Plan
    def __init__(self, changes: _Optional[_Iterable[_Union[Change, _Mapping]]] = ..., revision: _Optional[int] = ..., apply: _Optional[_Union[_apply_pb2.ApplyOutcome, _Mapping]] = ..., plan: _Optional[_Union[_apply_pb2.Plan, _Mapping]] = ...) -> None: ...
