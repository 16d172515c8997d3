import datetime

from aqueduct.v1 import apply_pb2 as _apply_pb2
from aqueduct.v1 import backend_pb2 as _backend_pb2
from aqueduct.v1 import common_pb2 as _common_pb2
from aqueduct.v1 import options_pb2 as _options_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class HAProxyState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    HA_PROXY_STATE_UNSPECIFIED: _ClassVar[HAProxyState]
    HA_PROXY_STATE_STARTING: _ClassVar[HAProxyState]
    HA_PROXY_STATE_RUNNING: _ClassVar[HAProxyState]
    HA_PROXY_STATE_RESTARTING: _ClassVar[HAProxyState]
    HA_PROXY_STATE_FAILED: _ClassVar[HAProxyState]
HA_PROXY_STATE_UNSPECIFIED: HAProxyState
HA_PROXY_STATE_STARTING: HAProxyState
HA_PROXY_STATE_RUNNING: HAProxyState
HA_PROXY_STATE_RESTARTING: HAProxyState
HA_PROXY_STATE_FAILED: HAProxyState

class RefusedWrite(_message.Message):
    __slots__ = ("annotation", "resources", "resource_count", "revision", "left_out")
    ANNOTATION_FIELD_NUMBER: _ClassVar[int]
    RESOURCES_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_COUNT_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    annotation: _common_pb2.Annotation
    resources: _containers.RepeatedScalarFieldContainer[str]
    resource_count: int
    revision: int
    left_out: int
    def __init__(self, annotation: _Optional[_Union[_common_pb2.Annotation, _Mapping]] = ..., resources: _Optional[_Iterable[str]] = ..., resource_count: _Optional[int] = ..., revision: _Optional[int] = ..., left_out: _Optional[int] = ...) -> None: ...

class Refusal(_message.Message):
    __slots__ = ("resource", "field", "message", "write")
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    WRITE_FIELD_NUMBER: _ClassVar[int]
    resource: str
    field: str
    message: str
    write: RefusedWrite
    def __init__(self, resource: _Optional[str] = ..., field: _Optional[str] = ..., message: _Optional[str] = ..., write: _Optional[_Union[RefusedWrite, _Mapping]] = ...) -> None: ...

class BackendTransition(_message.Message):
    __slots__ = ("key", "transition")
    KEY_FIELD_NUMBER: _ClassVar[int]
    TRANSITION_FIELD_NUMBER: _ClassVar[int]
    key: str
    transition: _backend_pb2.Transition
    def __init__(self, key: _Optional[str] = ..., transition: _Optional[_Union[_backend_pb2.Transition, _Mapping]] = ...) -> None: ...

class SourceStatus(_message.Message):
    __slots__ = ("name", "error", "answer_time", "held_services")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    ANSWER_TIME_FIELD_NUMBER: _ClassVar[int]
    HELD_SERVICES_FIELD_NUMBER: _ClassVar[int]
    name: str
    error: str
    answer_time: _timestamp_pb2.Timestamp
    held_services: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., error: _Optional[str] = ..., answer_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., held_services: _Optional[_Iterable[str]] = ...) -> None: ...

class Drift(_message.Message):
    __slots__ = ("time", "resource", "message")
    TIME_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    time: _timestamp_pb2.Timestamp
    resource: str
    message: str
    def __init__(self, time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., resource: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class Status(_message.Message):
    __slots__ = ("haproxy_state", "error", "stored_revision", "applied_revision", "last_apply", "missing_backends", "refusals", "transitions", "sources", "old_workers", "cut_workers", "drifts", "last_drift", "label", "version", "silent_since")
    HAPROXY_STATE_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    STORED_REVISION_FIELD_NUMBER: _ClassVar[int]
    APPLIED_REVISION_FIELD_NUMBER: _ClassVar[int]
    LAST_APPLY_FIELD_NUMBER: _ClassVar[int]
    MISSING_BACKENDS_FIELD_NUMBER: _ClassVar[int]
    REFUSALS_FIELD_NUMBER: _ClassVar[int]
    TRANSITIONS_FIELD_NUMBER: _ClassVar[int]
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    OLD_WORKERS_FIELD_NUMBER: _ClassVar[int]
    CUT_WORKERS_FIELD_NUMBER: _ClassVar[int]
    DRIFTS_FIELD_NUMBER: _ClassVar[int]
    LAST_DRIFT_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    SILENT_SINCE_FIELD_NUMBER: _ClassVar[int]
    haproxy_state: HAProxyState
    error: str
    stored_revision: int
    applied_revision: int
    last_apply: _apply_pb2.ApplyOutcome
    missing_backends: _containers.RepeatedScalarFieldContainer[str]
    refusals: _containers.RepeatedCompositeFieldContainer[Refusal]
    transitions: _containers.RepeatedCompositeFieldContainer[BackendTransition]
    sources: _containers.RepeatedCompositeFieldContainer[SourceStatus]
    old_workers: int
    cut_workers: int
    drifts: int
    last_drift: Drift
    label: str
    version: str
    silent_since: _timestamp_pb2.Timestamp
    def __init__(self, haproxy_state: _Optional[_Union[HAProxyState, str]] = ..., error: _Optional[str] = ..., stored_revision: _Optional[int] = ..., applied_revision: _Optional[int] = ..., last_apply: _Optional[_Union[_apply_pb2.ApplyOutcome, _Mapping]] = ..., missing_backends: _Optional[_Iterable[str]] = ..., refusals: _Optional[_Iterable[_Union[Refusal, _Mapping]]] = ..., transitions: _Optional[_Iterable[_Union[BackendTransition, _Mapping]]] = ..., sources: _Optional[_Iterable[_Union[SourceStatus, _Mapping]]] = ..., old_workers: _Optional[int] = ..., cut_workers: _Optional[int] = ..., drifts: _Optional[int] = ..., last_drift: _Optional[_Union[Drift, _Mapping]] = ..., label: _Optional[str] = ..., version: _Optional[str] = ..., silent_since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class HAProxyInfo(_message.Message):
    __slots__ = ("version", "master_pid", "worker_pid", "uptime", "old_workers", "current_connections", "max_connections", "fields")
    class FieldsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    VERSION_FIELD_NUMBER: _ClassVar[int]
    MASTER_PID_FIELD_NUMBER: _ClassVar[int]
    WORKER_PID_FIELD_NUMBER: _ClassVar[int]
    UPTIME_FIELD_NUMBER: _ClassVar[int]
    OLD_WORKERS_FIELD_NUMBER: _ClassVar[int]
    CURRENT_CONNECTIONS_FIELD_NUMBER: _ClassVar[int]
    MAX_CONNECTIONS_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    version: str
    master_pid: int
    worker_pid: int
    uptime: _duration_pb2.Duration
    old_workers: int
    current_connections: int
    max_connections: int
    fields: _containers.ScalarMap[str, str]
    def __init__(self, version: _Optional[str] = ..., master_pid: _Optional[int] = ..., worker_pid: _Optional[int] = ..., uptime: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., old_workers: _Optional[int] = ..., current_connections: _Optional[int] = ..., max_connections: _Optional[int] = ..., fields: _Optional[_Mapping[str, str]] = ...) -> None: ...

class GetHAProxyConfigRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetHAProxyConfigResponse(_message.Message):
    __slots__ = ("config", "revision")
    CONFIG_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    config: str
    revision: int
    def __init__(self, config: _Optional[str] = ..., revision: _Optional[int] = ...) -> None: ...

class GetHAProxyInfoRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetHAProxyInfoResponse(_message.Message):
    __slots__ = ("info",)
    INFO_FIELD_NUMBER: _ClassVar[int]
    info: HAProxyInfo
    def __init__(self, info: _Optional[_Union[HAProxyInfo, _Mapping]] = ...) -> None: ...

class GetStatusRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetStatusResponse(_message.Message):
    __slots__ = ("status",)
    STATUS_FIELD_NUMBER: _ClassVar[int]
    status: Status
    def __init__(self, status: _Optional[_Union[Status, _Mapping]] = ...) -> None: ...

class ReloadRequest(_message.Message):
    __slots__ = ("validate_only", "reason")
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    validate_only: bool
    reason: str
    def __init__(self, validate_only: _Optional[bool] = ..., reason: _Optional[str] = ...) -> None: ...

class ReloadResponse(_message.Message):
    __slots__ = ("apply", "plan")
    APPLY_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    apply: _apply_pb2.ApplyOutcome
    plan: _apply_pb2.Plan
    def __init__(self, apply: _Optional[_Union[_apply_pb2.ApplyOutcome, _Mapping]] = ..., plan: _Optional[_Union[_apply_pb2.Plan, _Mapping]] = ...) -> None: ...
