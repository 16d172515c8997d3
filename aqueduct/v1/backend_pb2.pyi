import datetime

from aqueduct.v1 import apply_pb2 as _apply_pb2
from aqueduct.v1 import common_pb2 as _common_pb2
from aqueduct.v1 import options_pb2 as _options_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
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

class AdminState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ADMIN_STATE_UNSPECIFIED: _ClassVar[AdminState]
    ADMIN_STATE_READY: _ClassVar[AdminState]
    ADMIN_STATE_DRAIN: _ClassVar[AdminState]
    ADMIN_STATE_MAINT: _ClassVar[AdminState]

class MemberPhase(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MEMBER_PHASE_UNSPECIFIED: _ClassVar[MemberPhase]
    MEMBER_PHASE_SERVING: _ClassVar[MemberPhase]
    MEMBER_PHASE_INCOMING: _ClassVar[MemberPhase]
    MEMBER_PHASE_LEAVING: _ClassVar[MemberPhase]
    MEMBER_PHASE_DRAINING: _ClassVar[MemberPhase]
    MEMBER_PHASE_RENEWED: _ClassVar[MemberPhase]

class TransitionPhase(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TRANSITION_PHASE_UNSPECIFIED: _ClassVar[TransitionPhase]
    TRANSITION_PHASE_PROVING: _ClassVar[TransitionPhase]
    TRANSITION_PHASE_DRAINING: _ClassVar[TransitionPhase]
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
ADMIN_STATE_UNSPECIFIED: AdminState
ADMIN_STATE_READY: AdminState
ADMIN_STATE_DRAIN: AdminState
ADMIN_STATE_MAINT: AdminState
MEMBER_PHASE_UNSPECIFIED: MemberPhase
MEMBER_PHASE_SERVING: MemberPhase
MEMBER_PHASE_INCOMING: MemberPhase
MEMBER_PHASE_LEAVING: MemberPhase
MEMBER_PHASE_DRAINING: MemberPhase
MEMBER_PHASE_RENEWED: MemberPhase
TRANSITION_PHASE_UNSPECIFIED: TransitionPhase
TRANSITION_PHASE_PROVING: TransitionPhase
TRANSITION_PHASE_DRAINING: TransitionPhase

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

class SwitchPolicy(_message.Message):
    __slots__ = ("min_healthy", "switch_timeout", "drain_timeout")
    MIN_HEALTHY_FIELD_NUMBER: _ClassVar[int]
    SWITCH_TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    DRAIN_TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    min_healthy: int
    switch_timeout: _duration_pb2.Duration
    drain_timeout: _duration_pb2.Duration
    def __init__(self, min_healthy: _Optional[int] = ..., switch_timeout: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., drain_timeout: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class Transition(_message.Message):
    __slots__ = ("revision", "phase", "from_version", "to_version", "start_time", "deadline", "min_healthy", "drain_timeout")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    PHASE_FIELD_NUMBER: _ClassVar[int]
    FROM_VERSION_FIELD_NUMBER: _ClassVar[int]
    TO_VERSION_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    DEADLINE_FIELD_NUMBER: _ClassVar[int]
    MIN_HEALTHY_FIELD_NUMBER: _ClassVar[int]
    DRAIN_TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    revision: int
    phase: TransitionPhase
    from_version: str
    to_version: str
    start_time: _timestamp_pb2.Timestamp
    deadline: _timestamp_pb2.Timestamp
    min_healthy: int
    drain_timeout: _duration_pb2.Duration
    def __init__(self, revision: _Optional[int] = ..., phase: _Optional[_Union[TransitionPhase, str]] = ..., from_version: _Optional[str] = ..., to_version: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., deadline: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., min_healthy: _Optional[int] = ..., drain_timeout: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class Member(_message.Message):
    __slots__ = ("host", "port", "weight", "name", "version", "meta", "last_known", "id", "admin_state", "admin_weight", "phase", "leave_time")
    HOST_FIELD_NUMBER: _ClassVar[int]
    PORT_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    META_FIELD_NUMBER: _ClassVar[int]
    LAST_KNOWN_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    ADMIN_STATE_FIELD_NUMBER: _ClassVar[int]
    ADMIN_WEIGHT_FIELD_NUMBER: _ClassVar[int]
    PHASE_FIELD_NUMBER: _ClassVar[int]
    LEAVE_TIME_FIELD_NUMBER: _ClassVar[int]
    host: str
    port: int
    weight: int
    name: str
    version: str
    meta: _struct_pb2.Struct
    last_known: int
    id: str
    admin_state: AdminState
    admin_weight: int
    phase: MemberPhase
    leave_time: _timestamp_pb2.Timestamp
    def __init__(self, host: _Optional[str] = ..., port: _Optional[int] = ..., weight: _Optional[int] = ..., name: _Optional[str] = ..., version: _Optional[str] = ..., meta: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., last_known: _Optional[int] = ..., id: _Optional[str] = ..., admin_state: _Optional[_Union[AdminState, str]] = ..., admin_weight: _Optional[int] = ..., phase: _Optional[_Union[MemberPhase, str]] = ..., leave_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Membership(_message.Message):
    __slots__ = ("key", "members", "transition", "previous", "revision")
    KEY_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    TRANSITION_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    key: str
    members: _containers.RepeatedCompositeFieldContainer[Member]
    transition: Transition
    previous: Backend
    revision: int
    def __init__(self, key: _Optional[str] = ..., members: _Optional[_Iterable[_Union[Member, _Mapping]]] = ..., transition: _Optional[_Union[Transition, _Mapping]] = ..., previous: _Optional[_Union[Backend, _Mapping]] = ..., revision: _Optional[int] = ...) -> None: ...

class Backend(_message.Message):
    __slots__ = ("key", "type", "name", "version", "balance", "host", "health", "mode", "natives", "members", "check", "revision", "discovery", "switch_policy", "transition")
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
    DISCOVERY_FIELD_NUMBER: _ClassVar[int]
    SWITCH_POLICY_FIELD_NUMBER: _ClassVar[int]
    TRANSITION_FIELD_NUMBER: _ClassVar[int]
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
    discovery: str
    switch_policy: SwitchPolicy
    transition: Transition
    def __init__(self, key: _Optional[str] = ..., type: _Optional[_Union[BackendType, str]] = ..., name: _Optional[str] = ..., version: _Optional[str] = ..., balance: _Optional[str] = ..., host: _Optional[str] = ..., health: _Optional[_Union[Health, _Mapping]] = ..., mode: _Optional[_Union[_common_pb2.Mode, str]] = ..., natives: _Optional[_Iterable[str]] = ..., members: _Optional[_Iterable[_Union[Member, _Mapping]]] = ..., check: _Optional[_Union[Check, str]] = ..., revision: _Optional[int] = ..., discovery: _Optional[str] = ..., switch_policy: _Optional[_Union[SwitchPolicy, _Mapping]] = ..., transition: _Optional[_Union[Transition, _Mapping]] = ...) -> None: ...

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
    __slots__ = ("backend", "expected_revision", "validate_only", "wait_for", "annotation")
    BACKEND_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_REVISION_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    WAIT_FOR_FIELD_NUMBER: _ClassVar[int]
    ANNOTATION_FIELD_NUMBER: _ClassVar[int]
    backend: Backend
    expected_revision: int
    validate_only: bool
    wait_for: _apply_pb2.WaitFor
    annotation: _common_pb2.Annotation
    def __init__(self, backend: _Optional[_Union[Backend, _Mapping]] = ..., expected_revision: _Optional[int] = ..., validate_only: _Optional[bool] = ..., wait_for: _Optional[_Union[_apply_pb2.WaitFor, str]] = ..., annotation: _Optional[_Union[_common_pb2.Annotation, _Mapping]] = ...) -> None: ...

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
    __slots__ = ("key", "expected_revision", "validate_only", "wait_for", "annotation")
    KEY_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_REVISION_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    WAIT_FOR_FIELD_NUMBER: _ClassVar[int]
    ANNOTATION_FIELD_NUMBER: _ClassVar[int]
    key: str
    expected_revision: int
    validate_only: bool
    wait_for: _apply_pb2.WaitFor
    annotation: _common_pb2.Annotation
    def __init__(self, key: _Optional[str] = ..., expected_revision: _Optional[int] = ..., validate_only: _Optional[bool] = ..., wait_for: _Optional[_Union[_apply_pb2.WaitFor, str]] = ..., annotation: _Optional[_Union[_common_pb2.Annotation, _Mapping]] = ...) -> None: ...

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
    __slots__ = ("key", "version", "name", "expected_revision", "validate_only", "wait_for", "allow_empty", "switch_policy", "annotation")
    KEY_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_REVISION_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    WAIT_FOR_FIELD_NUMBER: _ClassVar[int]
    ALLOW_EMPTY_FIELD_NUMBER: _ClassVar[int]
    SWITCH_POLICY_FIELD_NUMBER: _ClassVar[int]
    ANNOTATION_FIELD_NUMBER: _ClassVar[int]
    key: str
    version: str
    name: str
    expected_revision: int
    validate_only: bool
    wait_for: _apply_pb2.WaitFor
    allow_empty: bool
    switch_policy: SwitchPolicy
    annotation: _common_pb2.Annotation
    def __init__(self, key: _Optional[str] = ..., version: _Optional[str] = ..., name: _Optional[str] = ..., expected_revision: _Optional[int] = ..., validate_only: _Optional[bool] = ..., wait_for: _Optional[_Union[_apply_pb2.WaitFor, str]] = ..., allow_empty: _Optional[bool] = ..., switch_policy: _Optional[_Union[SwitchPolicy, _Mapping]] = ..., annotation: _Optional[_Union[_common_pb2.Annotation, _Mapping]] = ...) -> None: ...

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

class SetMemberStateRequest(_message.Message):
    __slots__ = ("key", "member", "state", "wait_for")
    KEY_FIELD_NUMBER: _ClassVar[int]
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    WAIT_FOR_FIELD_NUMBER: _ClassVar[int]
    key: str
    member: str
    state: AdminState
    wait_for: _apply_pb2.WaitFor
    def __init__(self, key: _Optional[str] = ..., member: _Optional[str] = ..., state: _Optional[_Union[AdminState, str]] = ..., wait_for: _Optional[_Union[_apply_pb2.WaitFor, str]] = ...) -> None: ...

class SetMemberStateResponse(_message.Message):
    __slots__ = ("member", "revision", "apply")
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    APPLY_FIELD_NUMBER: _ClassVar[int]
    member: Member
    revision: int
    apply: _apply_pb2.ApplyOutcome
    def __init__(self, member: _Optional[_Union[Member, _Mapping]] = ..., revision: _Optional[int] = ..., apply: _Optional[_Union[_apply_pb2.ApplyOutcome, _Mapping]] = ...) -> None: ...

class SetMemberWeightRequest(_message.Message):
    __slots__ = ("key", "member", "weight", "wait_for")
    KEY_FIELD_NUMBER: _ClassVar[int]
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    WAIT_FOR_FIELD_NUMBER: _ClassVar[int]
    key: str
    member: str
    weight: int
    wait_for: _apply_pb2.WaitFor
    def __init__(self, key: _Optional[str] = ..., member: _Optional[str] = ..., weight: _Optional[int] = ..., wait_for: _Optional[_Union[_apply_pb2.WaitFor, str]] = ...) -> None: ...

class SetMemberWeightResponse(_message.Message):
    __slots__ = ("member", "revision", "apply")
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    APPLY_FIELD_NUMBER: _ClassVar[int]
    member: Member
    revision: int
    apply: _apply_pb2.ApplyOutcome
    def __init__(self, member: _Optional[_Union[Member, _Mapping]] = ..., revision: _Optional[int] = ..., apply: _Optional[_Union[_apply_pb2.ApplyOutcome, _Mapping]] = ...) -> None: ...
