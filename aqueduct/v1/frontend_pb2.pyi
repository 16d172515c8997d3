from aqueduct.v1 import apply_pb2 as _apply_pb2
from aqueduct.v1 import common_pb2 as _common_pb2
from aqueduct.v1 import options_pb2 as _options_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Keepalive(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    KEEPALIVE_UNSPECIFIED: _ClassVar[Keepalive]
    KEEPALIVE_DEFAULT: _ClassVar[Keepalive]
    KEEPALIVE_CLOSE: _ClassVar[Keepalive]
    KEEPALIVE_SERVER_CLOSE: _ClassVar[Keepalive]

class RuleType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RULE_TYPE_UNSPECIFIED: _ClassVar[RuleType]
    RULE_TYPE_PATH: _ClassVar[RuleType]
    RULE_TYPE_URL: _ClassVar[RuleType]
    RULE_TYPE_HEADER: _ClassVar[RuleType]

class RuleOperation(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RULE_OPERATION_UNSPECIFIED: _ClassVar[RuleOperation]
    RULE_OPERATION_PATH: _ClassVar[RuleOperation]
    RULE_OPERATION_PATH_BEG: _ClassVar[RuleOperation]
    RULE_OPERATION_PATH_END: _ClassVar[RuleOperation]
    RULE_OPERATION_PATH_DIR: _ClassVar[RuleOperation]
    RULE_OPERATION_PATH_DOM: _ClassVar[RuleOperation]
    RULE_OPERATION_PATH_LEN: _ClassVar[RuleOperation]
    RULE_OPERATION_PATH_REG: _ClassVar[RuleOperation]
    RULE_OPERATION_PATH_SUB: _ClassVar[RuleOperation]
    RULE_OPERATION_URL: _ClassVar[RuleOperation]
    RULE_OPERATION_URL_BEG: _ClassVar[RuleOperation]
    RULE_OPERATION_URL_END: _ClassVar[RuleOperation]
    RULE_OPERATION_URL_DIR: _ClassVar[RuleOperation]
    RULE_OPERATION_URL_DOM: _ClassVar[RuleOperation]
    RULE_OPERATION_URL_LEN: _ClassVar[RuleOperation]
    RULE_OPERATION_URL_REG: _ClassVar[RuleOperation]
    RULE_OPERATION_URL_SUB: _ClassVar[RuleOperation]
    RULE_OPERATION_HDR: _ClassVar[RuleOperation]
    RULE_OPERATION_HDR_BEG: _ClassVar[RuleOperation]
    RULE_OPERATION_HDR_DOM: _ClassVar[RuleOperation]
    RULE_OPERATION_HDR_END: _ClassVar[RuleOperation]
    RULE_OPERATION_HDR_REG: _ClassVar[RuleOperation]
    RULE_OPERATION_HDR_SUB: _ClassVar[RuleOperation]
KEEPALIVE_UNSPECIFIED: Keepalive
KEEPALIVE_DEFAULT: Keepalive
KEEPALIVE_CLOSE: Keepalive
KEEPALIVE_SERVER_CLOSE: Keepalive
RULE_TYPE_UNSPECIFIED: RuleType
RULE_TYPE_PATH: RuleType
RULE_TYPE_URL: RuleType
RULE_TYPE_HEADER: RuleType
RULE_OPERATION_UNSPECIFIED: RuleOperation
RULE_OPERATION_PATH: RuleOperation
RULE_OPERATION_PATH_BEG: RuleOperation
RULE_OPERATION_PATH_END: RuleOperation
RULE_OPERATION_PATH_DIR: RuleOperation
RULE_OPERATION_PATH_DOM: RuleOperation
RULE_OPERATION_PATH_LEN: RuleOperation
RULE_OPERATION_PATH_REG: RuleOperation
RULE_OPERATION_PATH_SUB: RuleOperation
RULE_OPERATION_URL: RuleOperation
RULE_OPERATION_URL_BEG: RuleOperation
RULE_OPERATION_URL_END: RuleOperation
RULE_OPERATION_URL_DIR: RuleOperation
RULE_OPERATION_URL_DOM: RuleOperation
RULE_OPERATION_URL_LEN: RuleOperation
RULE_OPERATION_URL_REG: RuleOperation
RULE_OPERATION_URL_SUB: RuleOperation
RULE_OPERATION_HDR: RuleOperation
RULE_OPERATION_HDR_BEG: RuleOperation
RULE_OPERATION_HDR_DOM: RuleOperation
RULE_OPERATION_HDR_END: RuleOperation
RULE_OPERATION_HDR_REG: RuleOperation
RULE_OPERATION_HDR_SUB: RuleOperation

class Rule(_message.Message):
    __slots__ = ("type", "operation", "header", "value", "values", "backend")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    HEADER_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    BACKEND_FIELD_NUMBER: _ClassVar[int]
    type: RuleType
    operation: RuleOperation
    header: str
    value: str
    values: _containers.RepeatedScalarFieldContainer[str]
    backend: str
    def __init__(self, type: _Optional[_Union[RuleType, str]] = ..., operation: _Optional[_Union[RuleOperation, str]] = ..., header: _Optional[str] = ..., value: _Optional[str] = ..., values: _Optional[_Iterable[str]] = ..., backend: _Optional[str] = ...) -> None: ...

class Frontend(_message.Message):
    __slots__ = ("key", "bind", "backend", "mode", "keepalive", "rules", "natives", "revision")
    KEY_FIELD_NUMBER: _ClassVar[int]
    BIND_FIELD_NUMBER: _ClassVar[int]
    BACKEND_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    KEEPALIVE_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    NATIVES_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    key: str
    bind: str
    backend: str
    mode: _common_pb2.Mode
    keepalive: Keepalive
    rules: _containers.RepeatedCompositeFieldContainer[Rule]
    natives: _containers.RepeatedScalarFieldContainer[str]
    revision: int
    def __init__(self, key: _Optional[str] = ..., bind: _Optional[str] = ..., backend: _Optional[str] = ..., mode: _Optional[_Union[_common_pb2.Mode, str]] = ..., keepalive: _Optional[_Union[Keepalive, str]] = ..., rules: _Optional[_Iterable[_Union[Rule, _Mapping]]] = ..., natives: _Optional[_Iterable[str]] = ..., revision: _Optional[int] = ...) -> None: ...

class ListFrontendsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListFrontendsResponse(_message.Message):
    __slots__ = ("frontends", "next_page_token")
    FRONTENDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    frontends: _containers.RepeatedCompositeFieldContainer[Frontend]
    next_page_token: str
    def __init__(self, frontends: _Optional[_Iterable[_Union[Frontend, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetFrontendRequest(_message.Message):
    __slots__ = ("key",)
    KEY_FIELD_NUMBER: _ClassVar[int]
    key: str
    def __init__(self, key: _Optional[str] = ...) -> None: ...

class GetFrontendResponse(_message.Message):
    __slots__ = ("frontend",)
    FRONTEND_FIELD_NUMBER: _ClassVar[int]
    frontend: Frontend
    def __init__(self, frontend: _Optional[_Union[Frontend, _Mapping]] = ...) -> None: ...

class PutFrontendRequest(_message.Message):
    __slots__ = ("frontend", "expected_revision", "validate_only", "wait_for", "annotation")
    FRONTEND_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_REVISION_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    WAIT_FOR_FIELD_NUMBER: _ClassVar[int]
    ANNOTATION_FIELD_NUMBER: _ClassVar[int]
    frontend: Frontend
    expected_revision: int
    validate_only: bool
    wait_for: _apply_pb2.WaitFor
    annotation: _common_pb2.Annotation
    def __init__(self, frontend: _Optional[_Union[Frontend, _Mapping]] = ..., expected_revision: _Optional[int] = ..., validate_only: _Optional[bool] = ..., wait_for: _Optional[_Union[_apply_pb2.WaitFor, str]] = ..., annotation: _Optional[_Union[_common_pb2.Annotation, _Mapping]] = ...) -> None: ...

class PutFrontendResponse(_message.Message):
    __slots__ = ("frontend", "revision", "apply", "plan")
    FRONTEND_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    APPLY_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    frontend: Frontend
    revision: int
    apply: _apply_pb2.ApplyOutcome
    plan: _apply_pb2.Plan
    def __init__(self, frontend: _Optional[_Union[Frontend, _Mapping]] = ..., revision: _Optional[int] = ..., apply: _Optional[_Union[_apply_pb2.ApplyOutcome, _Mapping]] = ..., plan: _Optional[_Union[_apply_pb2.Plan, _Mapping]] = ...) -> None: ...

class DeleteFrontendRequest(_message.Message):
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

class DeleteFrontendResponse(_message.Message):
    __slots__ = ("frontend", "revision", "apply", "plan")
    FRONTEND_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    APPLY_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    frontend: Frontend
    revision: int
    apply: _apply_pb2.ApplyOutcome
    plan: _apply_pb2.Plan
    def __init__(self, frontend: _Optional[_Union[Frontend, _Mapping]] = ..., revision: _Optional[int] = ..., apply: _Optional[_Union[_apply_pb2.ApplyOutcome, _Mapping]] = ..., plan: _Optional[_Union[_apply_pb2.Plan, _Mapping]] = ...) -> None: ...
