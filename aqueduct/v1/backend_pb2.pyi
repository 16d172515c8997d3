from aqueduct.v1 import apply_pb2 as _apply_pb2
from aqueduct.v1 import common_pb2 as _common_pb2
from aqueduct.v1 import options_pb2 as _options_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BackendType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BACKEND_TYPE_UNSPECIFIED: _ClassVar[BackendType]
    BACKEND_TYPE_STATIC: _ClassVar[BackendType]
    BACKEND_TYPE_DYNAMIC: _ClassVar[BackendType]

class Check(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CHECK_UNSPECIFIED: _ClassVar[Check]
    CHECK_NONE: _ClassVar[Check]

class HealthMethod(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    HEALTH_METHOD_UNSPECIFIED: _ClassVar[HealthMethod]
    HEALTH_METHOD_GET: _ClassVar[HealthMethod]
    HEALTH_METHOD_POST: _ClassVar[HealthMethod]

class HttpVersion(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    HTTP_VERSION_UNSPECIFIED: _ClassVar[HttpVersion]
    HTTP_VERSION_1_0: _ClassVar[HttpVersion]
    HTTP_VERSION_1_1: _ClassVar[HttpVersion]
BACKEND_TYPE_UNSPECIFIED: BackendType
BACKEND_TYPE_STATIC: BackendType
BACKEND_TYPE_DYNAMIC: BackendType
CHECK_UNSPECIFIED: Check
CHECK_NONE: Check
HEALTH_METHOD_UNSPECIFIED: HealthMethod
HEALTH_METHOD_GET: HealthMethod
HEALTH_METHOD_POST: HealthMethod
HTTP_VERSION_UNSPECIFIED: HttpVersion
HTTP_VERSION_1_0: HttpVersion
HTTP_VERSION_1_1: HttpVersion

class Health(_message.Message):
    __slots__ = ("method", "uri", "http_version", "interval")
    METHOD_FIELD_NUMBER: _ClassVar[int]
    URI_FIELD_NUMBER: _ClassVar[int]
    HTTP_VERSION_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    method: HealthMethod
    uri: str
    http_version: HttpVersion
    interval: int
    def __init__(self, method: _Optional[_Union[HealthMethod, str]] = ..., uri: _Optional[str] = ..., http_version: _Optional[_Union[HttpVersion, str]] = ..., interval: _Optional[int] = ...) -> None: ...

class Member(_message.Message):
    __slots__ = ("host", "port", "weight", "name", "version", "meta", "last_known", "id")
    HOST_FIELD_NUMBER: _ClassVar[int]
    PORT_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    META_FIELD_NUMBER: _ClassVar[int]
    LAST_KNOWN_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    host: str
    port: int
    weight: int
    name: str
    version: str
    meta: _struct_pb2.Struct
    last_known: int
    id: str
    def __init__(self, host: _Optional[str] = ..., port: _Optional[int] = ..., weight: _Optional[int] = ..., name: _Optional[str] = ..., version: _Optional[str] = ..., meta: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., last_known: _Optional[int] = ..., id: _Optional[str] = ...) -> None: ...

class Backend(_message.Message):
    __slots__ = ("key", "type", "name", "version", "balance", "host", "health", "mode", "natives", "members", "check", "revision")
    KEY_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    BALANCE_FIELD_NUMBER: _ClassVar[int]
    HOST_FIELD_NUMBER: _ClassVar[int]
    HEALTH_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    NATIVES_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    CHECK_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    key: str
    type: BackendType
    name: str
    version: str
    balance: str
    host: str
    health: Health
    mode: _common_pb2.Mode
    natives: _containers.RepeatedScalarFieldContainer[str]
    members: _containers.RepeatedCompositeFieldContainer[Member]
    check: Check
    revision: int
    def __init__(self, key: _Optional[str] = ..., type: _Optional[_Union[BackendType, str]] = ..., name: _Optional[str] = ..., version: _Optional[str] = ..., balance: _Optional[str] = ..., host: _Optional[str] = ..., health: _Optional[_Union[Health, _Mapping]] = ..., mode: _Optional[_Union[_common_pb2.Mode, str]] = ..., natives: _Optional[_Iterable[str]] = ..., members: _Optional[_Iterable[_Union[Member, _Mapping]]] = ..., check: _Optional[_Union[Check, str]] = ..., revision: _Optional[int] = ...) -> None: ...

class ListBackendsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListBackendsResponse(_message.Message):
    __slots__ = ("backends", "next_page_token")
    BACKENDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    backends: _containers.RepeatedCompositeFieldContainer[Backend]
    next_page_token: str
    def __init__(self, backends: _Optional[_Iterable[_Union[Backend, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetBackendRequest(_message.Message):
    __slots__ = ("key",)
    KEY_FIELD_NUMBER: _ClassVar[int]
    key: str
    def __init__(self, key: _Optional[str] = ...) -> None: ...

class GetBackendResponse(_message.Message):
    __slots__ = ("backend",)
    BACKEND_FIELD_NUMBER: _ClassVar[int]
    backend: Backend
    def __init__(self, backend: _Optional[_Union[Backend, _Mapping]] = ...) -> None: ...

class PutBackendRequest(_message.Message):
    __slots__ = ("backend", "expected_revision", "validate_only", "wait_for")
    BACKEND_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_REVISION_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    WAIT_FOR_FIELD_NUMBER: _ClassVar[int]
    backend: Backend
    expected_revision: int
    validate_only: bool
    wait_for: _apply_pb2.WaitFor
    def __init__(self, backend: _Optional[_Union[Backend, _Mapping]] = ..., expected_revision: _Optional[int] = ..., validate_only: _Optional[bool] = ..., wait_for: _Optional[_Union[_apply_pb2.WaitFor, str]] = ...) -> None: ...

class PutBackendResponse(_message.Message):
    __slots__ = ("backend", "revision", "apply", "plan")
    BACKEND_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    APPLY_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    backend: Backend
    revision: int
    apply: _apply_pb2.ApplyOutcome
    plan: _apply_pb2.Plan
    def __init__(self, backend: _Optional[_Union[Backend, _Mapping]] = ..., revision: _Optional[int] = ..., apply: _Optional[_Union[_apply_pb2.ApplyOutcome, _Mapping]] = ..., plan: _Optional[_Union[_apply_pb2.Plan, _Mapping]] = ...) -> None: ...

class DeleteBackendRequest(_message.Message):
    __slots__ = ("key", "expected_revision", "validate_only", "wait_for")
    KEY_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_REVISION_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    WAIT_FOR_FIELD_NUMBER: _ClassVar[int]
    key: str
    expected_revision: int
    validate_only: bool
    wait_for: _apply_pb2.WaitFor
    def __init__(self, key: _Optional[str] = ..., expected_revision: _Optional[int] = ..., validate_only: _Optional[bool] = ..., wait_for: _Optional[_Union[_apply_pb2.WaitFor, str]] = ...) -> None: ...

class DeleteBackendResponse(_message.Message):
    __slots__ = ("backend", "revision", "apply", "plan")
    BACKEND_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    APPLY_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    backend: Backend
    revision: int
    apply: _apply_pb2.ApplyOutcome
    plan: _apply_pb2.Plan
    def __init__(self, backend: _Optional[_Union[Backend, _Mapping]] = ..., revision: _Optional[int] = ..., apply: _Optional[_Union[_apply_pb2.ApplyOutcome, _Mapping]] = ..., plan: _Optional[_Union[_apply_pb2.Plan, _Mapping]] = ...) -> None: ...

class ListBackendMembersRequest(_message.Message):
    __slots__ = ("key", "page_size", "page_token")
    KEY_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    key: str
    page_size: int
    page_token: str
    def __init__(self, key: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListBackendMembersResponse(_message.Message):
    __slots__ = ("members", "next_page_token")
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    members: _containers.RepeatedCompositeFieldContainer[Member]
    next_page_token: str
    def __init__(self, members: _Optional[_Iterable[_Union[Member, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class SetBackendVersionRequest(_message.Message):
    __slots__ = ("key", "version", "name", "expected_revision", "validate_only", "wait_for")
    KEY_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_REVISION_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    WAIT_FOR_FIELD_NUMBER: _ClassVar[int]
    key: str
    version: str
    name: str
    expected_revision: int
    validate_only: bool
    wait_for: _apply_pb2.WaitFor
    def __init__(self, key: _Optional[str] = ..., version: _Optional[str] = ..., name: _Optional[str] = ..., expected_revision: _Optional[int] = ..., validate_only: _Optional[bool] = ..., wait_for: _Optional[_Union[_apply_pb2.WaitFor, str]] = ...) -> None: ...

class SetBackendVersionResponse(_message.Message):
    __slots__ = ("backend", "revision", "apply", "plan")
    BACKEND_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    APPLY_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    backend: Backend
    revision: int
    apply: _apply_pb2.ApplyOutcome
    plan: _apply_pb2.Plan
    def __init__(self, backend: _Optional[_Union[Backend, _Mapping]] = ..., revision: _Optional[int] = ..., apply: _Optional[_Union[_apply_pb2.ApplyOutcome, _Mapping]] = ..., plan: _Optional[_Union[_apply_pb2.Plan, _Mapping]] = ...) -> None: ...
