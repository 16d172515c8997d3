import datetime

from aqueduct.v1 import backend_pb2 as _backend_pb2
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

class StatsKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STATS_KIND_UNSPECIFIED: _ClassVar[StatsKind]
    STATS_KIND_FRONTEND: _ClassVar[StatsKind]
    STATS_KIND_BACKEND: _ClassVar[StatsKind]
    STATS_KIND_MEMBER: _ClassVar[StatsKind]

class StatsGroup(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STATS_GROUP_UNSPECIFIED: _ClassVar[StatsGroup]
    STATS_GROUP_STATE: _ClassVar[StatsGroup]
    STATS_GROUP_SESSIONS: _ClassVar[StatsGroup]
    STATS_GROUP_TRAFFIC: _ClassVar[StatsGroup]
    STATS_GROUP_TIMES: _ClassVar[StatsGroup]
    STATS_GROUP_ERRORS: _ClassVar[StatsGroup]
    STATS_GROUP_RATES: _ClassVar[StatsGroup]

class OperationalState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OPERATIONAL_STATE_UNSPECIFIED: _ClassVar[OperationalState]
    OPERATIONAL_STATE_UP: _ClassVar[OperationalState]
    OPERATIONAL_STATE_DOWN: _ClassVar[OperationalState]
    OPERATIONAL_STATE_DRAIN: _ClassVar[OperationalState]
    OPERATIONAL_STATE_MAINT: _ClassVar[OperationalState]
STATS_KIND_UNSPECIFIED: StatsKind
STATS_KIND_FRONTEND: StatsKind
STATS_KIND_BACKEND: StatsKind
STATS_KIND_MEMBER: StatsKind
STATS_GROUP_UNSPECIFIED: StatsGroup
STATS_GROUP_STATE: StatsGroup
STATS_GROUP_SESSIONS: StatsGroup
STATS_GROUP_TRAFFIC: StatsGroup
STATS_GROUP_TIMES: StatsGroup
STATS_GROUP_ERRORS: StatsGroup
STATS_GROUP_RATES: StatsGroup
OPERATIONAL_STATE_UNSPECIFIED: OperationalState
OPERATIONAL_STATE_UP: OperationalState
OPERATIONAL_STATE_DOWN: OperationalState
OPERATIONAL_STATE_DRAIN: OperationalState
OPERATIONAL_STATE_MAINT: OperationalState

class CheckStats(_message.Message):
    __slots__ = ("status", "code", "duration", "description", "failures", "downs")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    FAILURES_FIELD_NUMBER: _ClassVar[int]
    DOWNS_FIELD_NUMBER: _ClassVar[int]
    status: str
    code: int
    duration: _duration_pb2.Duration
    description: str
    failures: int
    downs: int
    def __init__(self, status: _Optional[str] = ..., code: _Optional[int] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., description: _Optional[str] = ..., failures: _Optional[int] = ..., downs: _Optional[int] = ...) -> None: ...

class StateStats(_message.Message):
    __slots__ = ("status", "operational_state", "admin_state", "weight", "check", "active_members", "backup_members", "members", "change_time")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    OPERATIONAL_STATE_FIELD_NUMBER: _ClassVar[int]
    ADMIN_STATE_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    CHECK_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_MEMBERS_FIELD_NUMBER: _ClassVar[int]
    BACKUP_MEMBERS_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    CHANGE_TIME_FIELD_NUMBER: _ClassVar[int]
    status: str
    operational_state: OperationalState
    admin_state: _backend_pb2.AdminState
    weight: int
    check: CheckStats
    active_members: int
    backup_members: int
    members: int
    change_time: _timestamp_pb2.Timestamp
    def __init__(self, status: _Optional[str] = ..., operational_state: _Optional[_Union[OperationalState, str]] = ..., admin_state: _Optional[_Union[_backend_pb2.AdminState, str]] = ..., weight: _Optional[int] = ..., check: _Optional[_Union[CheckStats, _Mapping]] = ..., active_members: _Optional[int] = ..., backup_members: _Optional[int] = ..., members: _Optional[int] = ..., change_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SessionStats(_message.Message):
    __slots__ = ("current", "max", "limit", "total", "queue_current", "queue_max")
    CURRENT_FIELD_NUMBER: _ClassVar[int]
    MAX_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    QUEUE_CURRENT_FIELD_NUMBER: _ClassVar[int]
    QUEUE_MAX_FIELD_NUMBER: _ClassVar[int]
    current: int
    max: int
    limit: int
    total: int
    queue_current: int
    queue_max: int
    def __init__(self, current: _Optional[int] = ..., max: _Optional[int] = ..., limit: _Optional[int] = ..., total: _Optional[int] = ..., queue_current: _Optional[int] = ..., queue_max: _Optional[int] = ...) -> None: ...

class TrafficStats(_message.Message):
    __slots__ = ("bytes_in", "bytes_out", "requests", "responses_1xx", "responses_2xx", "responses_3xx", "responses_4xx", "responses_5xx", "responses_other")
    BYTES_IN_FIELD_NUMBER: _ClassVar[int]
    BYTES_OUT_FIELD_NUMBER: _ClassVar[int]
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    RESPONSES_1XX_FIELD_NUMBER: _ClassVar[int]
    RESPONSES_2XX_FIELD_NUMBER: _ClassVar[int]
    RESPONSES_3XX_FIELD_NUMBER: _ClassVar[int]
    RESPONSES_4XX_FIELD_NUMBER: _ClassVar[int]
    RESPONSES_5XX_FIELD_NUMBER: _ClassVar[int]
    RESPONSES_OTHER_FIELD_NUMBER: _ClassVar[int]
    bytes_in: int
    bytes_out: int
    requests: int
    responses_1xx: int
    responses_2xx: int
    responses_3xx: int
    responses_4xx: int
    responses_5xx: int
    responses_other: int
    def __init__(self, bytes_in: _Optional[int] = ..., bytes_out: _Optional[int] = ..., requests: _Optional[int] = ..., responses_1xx: _Optional[int] = ..., responses_2xx: _Optional[int] = ..., responses_3xx: _Optional[int] = ..., responses_4xx: _Optional[int] = ..., responses_5xx: _Optional[int] = ..., responses_other: _Optional[int] = ...) -> None: ...

class TimeStats(_message.Message):
    __slots__ = ("queue", "connect", "response", "total")
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    CONNECT_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    queue: _duration_pb2.Duration
    connect: _duration_pb2.Duration
    response: _duration_pb2.Duration
    total: _duration_pb2.Duration
    def __init__(self, queue: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., connect: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., response: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., total: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class ErrorStats(_message.Message):
    __slots__ = ("denied_requests", "denied_responses", "requests", "connections", "responses", "retries", "redispatches", "client_aborts", "server_aborts")
    DENIED_REQUESTS_FIELD_NUMBER: _ClassVar[int]
    DENIED_RESPONSES_FIELD_NUMBER: _ClassVar[int]
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    CONNECTIONS_FIELD_NUMBER: _ClassVar[int]
    RESPONSES_FIELD_NUMBER: _ClassVar[int]
    RETRIES_FIELD_NUMBER: _ClassVar[int]
    REDISPATCHES_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ABORTS_FIELD_NUMBER: _ClassVar[int]
    SERVER_ABORTS_FIELD_NUMBER: _ClassVar[int]
    denied_requests: int
    denied_responses: int
    requests: int
    connections: int
    responses: int
    retries: int
    redispatches: int
    client_aborts: int
    server_aborts: int
    def __init__(self, denied_requests: _Optional[int] = ..., denied_responses: _Optional[int] = ..., requests: _Optional[int] = ..., connections: _Optional[int] = ..., responses: _Optional[int] = ..., retries: _Optional[int] = ..., redispatches: _Optional[int] = ..., client_aborts: _Optional[int] = ..., server_aborts: _Optional[int] = ...) -> None: ...

class RateStats(_message.Message):
    __slots__ = ("sessions", "requests", "bytes_in", "bytes_out", "responses_4xx", "responses_5xx", "errors")
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    BYTES_IN_FIELD_NUMBER: _ClassVar[int]
    BYTES_OUT_FIELD_NUMBER: _ClassVar[int]
    RESPONSES_4XX_FIELD_NUMBER: _ClassVar[int]
    RESPONSES_5XX_FIELD_NUMBER: _ClassVar[int]
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    sessions: float
    requests: float
    bytes_in: float
    bytes_out: float
    responses_4xx: float
    responses_5xx: float
    errors: float
    def __init__(self, sessions: _Optional[float] = ..., requests: _Optional[float] = ..., bytes_in: _Optional[float] = ..., bytes_out: _Optional[float] = ..., responses_4xx: _Optional[float] = ..., responses_5xx: _Optional[float] = ..., errors: _Optional[float] = ...) -> None: ...

class Stats(_message.Message):
    __slots__ = ("kind", "key", "member", "state", "sessions", "traffic", "times", "errors", "rates")
    KIND_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    TRAFFIC_FIELD_NUMBER: _ClassVar[int]
    TIMES_FIELD_NUMBER: _ClassVar[int]
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    RATES_FIELD_NUMBER: _ClassVar[int]
    kind: StatsKind
    key: str
    member: str
    state: StateStats
    sessions: SessionStats
    traffic: TrafficStats
    times: TimeStats
    errors: ErrorStats
    rates: RateStats
    def __init__(self, kind: _Optional[_Union[StatsKind, str]] = ..., key: _Optional[str] = ..., member: _Optional[str] = ..., state: _Optional[_Union[StateStats, _Mapping]] = ..., sessions: _Optional[_Union[SessionStats, _Mapping]] = ..., traffic: _Optional[_Union[TrafficStats, _Mapping]] = ..., times: _Optional[_Union[TimeStats, _Mapping]] = ..., errors: _Optional[_Union[ErrorStats, _Mapping]] = ..., rates: _Optional[_Union[RateStats, _Mapping]] = ...) -> None: ...

class StatsName(_message.Message):
    __slots__ = ("kind", "key", "member")
    KIND_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    kind: StatsKind
    key: str
    member: str
    def __init__(self, kind: _Optional[_Union[StatsKind, str]] = ..., key: _Optional[str] = ..., member: _Optional[str] = ...) -> None: ...

class StatsWatchRequest(_message.Message):
    __slots__ = ("kinds", "keys", "prefixes", "groups", "interval")
    KINDS_FIELD_NUMBER: _ClassVar[int]
    KEYS_FIELD_NUMBER: _ClassVar[int]
    PREFIXES_FIELD_NUMBER: _ClassVar[int]
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    kinds: _containers.RepeatedScalarFieldContainer[StatsKind]
    keys: _containers.RepeatedScalarFieldContainer[str]
    prefixes: _containers.RepeatedScalarFieldContainer[str]
    groups: _containers.RepeatedScalarFieldContainer[StatsGroup]
    interval: _duration_pb2.Duration
    def __init__(self, kinds: _Optional[_Iterable[_Union[StatsKind, str]]] = ..., keys: _Optional[_Iterable[str]] = ..., prefixes: _Optional[_Iterable[str]] = ..., groups: _Optional[_Iterable[_Union[StatsGroup, str]]] = ..., interval: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class StatsWatchResponse(_message.Message):
    __slots__ = ("sequence", "snapshot", "more", "time", "revision", "stats", "removed", "silent_since", "counted_since")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    MORE_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    STATS_FIELD_NUMBER: _ClassVar[int]
    REMOVED_FIELD_NUMBER: _ClassVar[int]
    SILENT_SINCE_FIELD_NUMBER: _ClassVar[int]
    COUNTED_SINCE_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    snapshot: bool
    more: bool
    time: _timestamp_pb2.Timestamp
    revision: int
    stats: _containers.RepeatedCompositeFieldContainer[Stats]
    removed: _containers.RepeatedCompositeFieldContainer[StatsName]
    silent_since: _timestamp_pb2.Timestamp
    counted_since: _timestamp_pb2.Timestamp
    def __init__(self, sequence: _Optional[int] = ..., snapshot: _Optional[bool] = ..., more: _Optional[bool] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., revision: _Optional[int] = ..., stats: _Optional[_Iterable[_Union[Stats, _Mapping]]] = ..., removed: _Optional[_Iterable[_Union[StatsName, _Mapping]]] = ..., silent_since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., counted_since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetStatsRequest(_message.Message):
    __slots__ = ("kinds", "keys", "prefixes", "groups", "page_size", "page_token")
    KINDS_FIELD_NUMBER: _ClassVar[int]
    KEYS_FIELD_NUMBER: _ClassVar[int]
    PREFIXES_FIELD_NUMBER: _ClassVar[int]
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    kinds: _containers.RepeatedScalarFieldContainer[StatsKind]
    keys: _containers.RepeatedScalarFieldContainer[str]
    prefixes: _containers.RepeatedScalarFieldContainer[str]
    groups: _containers.RepeatedScalarFieldContainer[StatsGroup]
    page_size: int
    page_token: str
    def __init__(self, kinds: _Optional[_Iterable[_Union[StatsKind, str]]] = ..., keys: _Optional[_Iterable[str]] = ..., prefixes: _Optional[_Iterable[str]] = ..., groups: _Optional[_Iterable[_Union[StatsGroup, str]]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class GetStatsResponse(_message.Message):
    __slots__ = ("stats", "time", "revision", "next_page_token", "counted_since")
    STATS_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    COUNTED_SINCE_FIELD_NUMBER: _ClassVar[int]
    stats: _containers.RepeatedCompositeFieldContainer[Stats]
    time: _timestamp_pb2.Timestamp
    revision: int
    next_page_token: str
    counted_since: _timestamp_pb2.Timestamp
    def __init__(self, stats: _Optional[_Iterable[_Union[Stats, _Mapping]]] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., revision: _Optional[int] = ..., next_page_token: _Optional[str] = ..., counted_since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class StatsPoint(_message.Message):
    __slots__ = ("time", "sessions", "queue", "up", "rates")
    TIME_FIELD_NUMBER: _ClassVar[int]
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    UP_FIELD_NUMBER: _ClassVar[int]
    RATES_FIELD_NUMBER: _ClassVar[int]
    time: _timestamp_pb2.Timestamp
    sessions: int
    queue: int
    up: int
    rates: RateStats
    def __init__(self, time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sessions: _Optional[int] = ..., queue: _Optional[int] = ..., up: _Optional[int] = ..., rates: _Optional[_Union[RateStats, _Mapping]] = ...) -> None: ...

class StatsHistory(_message.Message):
    __slots__ = ("kind", "key", "member", "points")
    KIND_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    kind: StatsKind
    key: str
    member: str
    points: _containers.RepeatedCompositeFieldContainer[StatsPoint]
    def __init__(self, kind: _Optional[_Union[StatsKind, str]] = ..., key: _Optional[str] = ..., member: _Optional[str] = ..., points: _Optional[_Iterable[_Union[StatsPoint, _Mapping]]] = ...) -> None: ...

class GetStatsHistoryRequest(_message.Message):
    __slots__ = ("kinds", "keys", "prefixes", "window", "page_size", "page_token")
    KINDS_FIELD_NUMBER: _ClassVar[int]
    KEYS_FIELD_NUMBER: _ClassVar[int]
    PREFIXES_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    kinds: _containers.RepeatedScalarFieldContainer[StatsKind]
    keys: _containers.RepeatedScalarFieldContainer[str]
    prefixes: _containers.RepeatedScalarFieldContainer[str]
    window: _duration_pb2.Duration
    page_size: int
    page_token: str
    def __init__(self, kinds: _Optional[_Iterable[_Union[StatsKind, str]]] = ..., keys: _Optional[_Iterable[str]] = ..., prefixes: _Optional[_Iterable[str]] = ..., window: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class GetStatsHistoryResponse(_message.Message):
    __slots__ = ("histories", "next_page_token")
    HISTORIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    histories: _containers.RepeatedCompositeFieldContainer[StatsHistory]
    next_page_token: str
    def __init__(self, histories: _Optional[_Iterable[_Union[StatsHistory, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
