import datetime

from aqueduct.v1 import apply_pb2 as _apply_pb2
from aqueduct.v1 import backend_pb2 as _backend_pb2
from aqueduct.v1 import haproxy_pb2 as _haproxy_pb2
from aqueduct.v1 import history_pb2 as _history_pb2
from aqueduct.v1 import options_pb2 as _options_pb2
from aqueduct.v1 import registry_pb2 as _registry_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Verb(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VERB_UNSPECIFIED: _ClassVar[Verb]
    VERB_STARTED: _ClassVar[Verb]
    VERB_ONLINE: _ClassVar[Verb]
    VERB_OFFLINE: _ClassVar[Verb]
    VERB_HA_PROXY_CONFIG_CHANGED: _ClassVar[Verb]
    VERB_HA_PROXY_RESTARTED: _ClassVar[Verb]
    VERB_CONFIG_CHANGED: _ClassVar[Verb]
    VERB_REFUSED: _ClassVar[Verb]
    VERB_UP: _ClassVar[Verb]
    VERB_DOWN: _ClassVar[Verb]
    VERB_DRAINED: _ClassVar[Verb]
    VERB_MAINT: _ClassVar[Verb]
    VERB_READY: _ClassVar[Verb]
    VERB_REGISTERED: _ClassVar[Verb]
    VERB_DEREGISTERED: _ClassVar[Verb]
    VERB_SOURCE_LOST: _ClassVar[Verb]
    VERB_SOURCE_FOUND: _ClassVar[Verb]
    VERB_HA_PROXY_STARTED: _ClassVar[Verb]
    VERB_HA_PROXY_DIED: _ClassVar[Verb]
    VERB_HA_PROXY_ADOPTED: _ClassVar[Verb]
    VERB_DRIFT_FOUND: _ClassVar[Verb]
    VERB_SWITCH_STARTED: _ClassVar[Verb]
    VERB_SWITCH_COMPLETED: _ClassVar[Verb]
    VERB_SWITCH_FAILED: _ClassVar[Verb]
    VERB_ACTIVITY_LOST: _ClassVar[Verb]
VERB_UNSPECIFIED: Verb
VERB_STARTED: Verb
VERB_ONLINE: Verb
VERB_OFFLINE: Verb
VERB_HA_PROXY_CONFIG_CHANGED: Verb
VERB_HA_PROXY_RESTARTED: Verb
VERB_CONFIG_CHANGED: Verb
VERB_REFUSED: Verb
VERB_UP: Verb
VERB_DOWN: Verb
VERB_DRAINED: Verb
VERB_MAINT: Verb
VERB_READY: Verb
VERB_REGISTERED: Verb
VERB_DEREGISTERED: Verb
VERB_SOURCE_LOST: Verb
VERB_SOURCE_FOUND: Verb
VERB_HA_PROXY_STARTED: Verb
VERB_HA_PROXY_DIED: Verb
VERB_HA_PROXY_ADOPTED: Verb
VERB_DRIFT_FOUND: Verb
VERB_SWITCH_STARTED: Verb
VERB_SWITCH_COMPLETED: Verb
VERB_SWITCH_FAILED: Verb
VERB_ACTIVITY_LOST: Verb

class ConfigActivity(_message.Message):
    __slots__ = ("revision",)
    REVISION_FIELD_NUMBER: _ClassVar[int]
    revision: _history_pb2.Revision
    def __init__(self, revision: _Optional[_Union[_history_pb2.Revision, _Mapping]] = ...) -> None: ...

class MemberActivity(_message.Message):
    __slots__ = ("reason", "sessions", "active_members", "member")
    REASON_FIELD_NUMBER: _ClassVar[int]
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_MEMBERS_FIELD_NUMBER: _ClassVar[int]
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    reason: str
    sessions: int
    active_members: int
    member: _backend_pb2.Member
    def __init__(self, reason: _Optional[str] = ..., sessions: _Optional[int] = ..., active_members: _Optional[int] = ..., member: _Optional[_Union[_backend_pb2.Member, _Mapping]] = ...) -> None: ...

class HAProxyActivity(_message.Message):
    __slots__ = ("state", "master_pid", "error")
    STATE_FIELD_NUMBER: _ClassVar[int]
    MASTER_PID_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    state: _haproxy_pb2.HAProxyState
    master_pid: int
    error: str
    def __init__(self, state: _Optional[_Union[_haproxy_pb2.HAProxyState, str]] = ..., master_pid: _Optional[int] = ..., error: _Optional[str] = ...) -> None: ...

class RestoredBackup(_message.Message):
    __slots__ = ("file", "revision", "revision_time", "former_store")
    FILE_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    REVISION_TIME_FIELD_NUMBER: _ClassVar[int]
    FORMER_STORE_FIELD_NUMBER: _ClassVar[int]
    file: str
    revision: int
    revision_time: _timestamp_pb2.Timestamp
    former_store: str
    def __init__(self, file: _Optional[str] = ..., revision: _Optional[int] = ..., revision_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., former_store: _Optional[str] = ...) -> None: ...

class StartActivity(_message.Message):
    __slots__ = ("version", "label", "restored")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    RESTORED_FIELD_NUMBER: _ClassVar[int]
    version: str
    label: str
    restored: RestoredBackup
    def __init__(self, version: _Optional[str] = ..., label: _Optional[str] = ..., restored: _Optional[_Union[RestoredBackup, _Mapping]] = ...) -> None: ...

class Event(_message.Message):
    __slots__ = ("id", "time", "verb", "resource", "member", "message", "config", "apply", "refusal", "member_change", "registration", "source", "haproxy", "start", "drift", "transition")
    ID_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    VERB_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    CONFIG_FIELD_NUMBER: _ClassVar[int]
    APPLY_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    MEMBER_CHANGE_FIELD_NUMBER: _ClassVar[int]
    REGISTRATION_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    HAPROXY_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    DRIFT_FIELD_NUMBER: _ClassVar[int]
    TRANSITION_FIELD_NUMBER: _ClassVar[int]
    id: int
    time: _timestamp_pb2.Timestamp
    verb: Verb
    resource: str
    member: str
    message: str
    config: ConfigActivity
    apply: _apply_pb2.ApplyOutcome
    refusal: _haproxy_pb2.Refusal
    member_change: MemberActivity
    registration: _registry_pb2.Registration
    source: _haproxy_pb2.SourceStatus
    haproxy: HAProxyActivity
    start: StartActivity
    drift: _haproxy_pb2.Drift
    transition: _backend_pb2.Transition
    def __init__(self, id: _Optional[int] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., verb: _Optional[_Union[Verb, str]] = ..., resource: _Optional[str] = ..., member: _Optional[str] = ..., message: _Optional[str] = ..., config: _Optional[_Union[ConfigActivity, _Mapping]] = ..., apply: _Optional[_Union[_apply_pb2.ApplyOutcome, _Mapping]] = ..., refusal: _Optional[_Union[_haproxy_pb2.Refusal, _Mapping]] = ..., member_change: _Optional[_Union[MemberActivity, _Mapping]] = ..., registration: _Optional[_Union[_registry_pb2.Registration, _Mapping]] = ..., source: _Optional[_Union[_haproxy_pb2.SourceStatus, _Mapping]] = ..., haproxy: _Optional[_Union[HAProxyActivity, _Mapping]] = ..., start: _Optional[_Union[StartActivity, _Mapping]] = ..., drift: _Optional[_Union[_haproxy_pb2.Drift, _Mapping]] = ..., transition: _Optional[_Union[_backend_pb2.Transition, _Mapping]] = ...) -> None: ...

class ListActivityRequest(_message.Message):
    __slots__ = ("verbs", "resources", "start_time", "end_time", "text", "page_size", "page_token")
    VERBS_FIELD_NUMBER: _ClassVar[int]
    RESOURCES_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    verbs: _containers.RepeatedScalarFieldContainer[Verb]
    resources: _containers.RepeatedScalarFieldContainer[str]
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    text: str
    page_size: int
    page_token: str
    def __init__(self, verbs: _Optional[_Iterable[_Union[Verb, str]]] = ..., resources: _Optional[_Iterable[str]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., text: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListActivityResponse(_message.Message):
    __slots__ = ("events", "next_page_token")
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[Event]
    next_page_token: str
    def __init__(self, events: _Optional[_Iterable[_Union[Event, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ActivityWatchRequest(_message.Message):
    __slots__ = ("verbs", "resources", "after_id")
    VERBS_FIELD_NUMBER: _ClassVar[int]
    RESOURCES_FIELD_NUMBER: _ClassVar[int]
    AFTER_ID_FIELD_NUMBER: _ClassVar[int]
    verbs: _containers.RepeatedScalarFieldContainer[Verb]
    resources: _containers.RepeatedScalarFieldContainer[str]
    after_id: int
    def __init__(self, verbs: _Optional[_Iterable[_Union[Verb, str]]] = ..., resources: _Optional[_Iterable[str]] = ..., after_id: _Optional[int] = ...) -> None: ...

class ActivityWatchResponse(_message.Message):
    __slots__ = ("events", "last_id", "missed")
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    LAST_ID_FIELD_NUMBER: _ClassVar[int]
    MISSED_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[Event]
    last_id: int
    missed: int
    def __init__(self, events: _Optional[_Iterable[_Union[Event, _Mapping]]] = ..., last_id: _Optional[int] = ..., missed: _Optional[int] = ...) -> None: ...
