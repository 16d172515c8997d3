from aqueduct.v1 import apply_pb2 as _apply_pb2
from aqueduct.v1 import backend_pb2 as _backend_pb2
from aqueduct.v1 import common_pb2 as _common_pb2
from aqueduct.v1 import frontend_pb2 as _frontend_pb2
from aqueduct.v1 import history_pb2 as _history_pb2
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

class ImportMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    IMPORT_MODE_UNSPECIFIED: _ClassVar[ImportMode]
    IMPORT_MODE_MERGE: _ClassVar[ImportMode]
    IMPORT_MODE_REPLACE: _ClassVar[ImportMode]
IMPORT_MODE_UNSPECIFIED: ImportMode
IMPORT_MODE_MERGE: ImportMode
IMPORT_MODE_REPLACE: ImportMode

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
    __slots__ = ("changes", "validate_only", "wait_for", "annotation")
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    WAIT_FOR_FIELD_NUMBER: _ClassVar[int]
    ANNOTATION_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[Change]
    validate_only: bool
    wait_for: _apply_pb2.WaitFor
    annotation: _common_pb2.Annotation
    def __init__(self, changes: _Optional[_Iterable[_Union[Change, _Mapping]]] = ..., validate_only: _Optional[bool] = ..., wait_for: _Optional[_Union[_apply_pb2.WaitFor, str]] = ..., annotation: _Optional[_Union[_common_pb2.Annotation, _Mapping]] = ...) -> None: ...

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

class ListRevisionsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "resource")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    resource: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., resource: _Optional[str] = ...) -> None: ...

class ListRevisionsResponse(_message.Message):
    __slots__ = ("revisions", "next_page_token")
    REVISIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    revisions: _containers.RepeatedCompositeFieldContainer[_history_pb2.Revision]
    next_page_token: str
    def __init__(self, revisions: _Optional[_Iterable[_Union[_history_pb2.Revision, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetRevisionRequest(_message.Message):
    __slots__ = ("revision",)
    REVISION_FIELD_NUMBER: _ClassVar[int]
    revision: int
    def __init__(self, revision: _Optional[int] = ...) -> None: ...

class GetRevisionResponse(_message.Message):
    __slots__ = ("revision",)
    REVISION_FIELD_NUMBER: _ClassVar[int]
    revision: _history_pb2.Revision
    def __init__(self, revision: _Optional[_Union[_history_pb2.Revision, _Mapping]] = ...) -> None: ...

class DiffRevisionsRequest(_message.Message):
    __slots__ = ("from_revision", "to_revision", "resources")
    FROM_REVISION_FIELD_NUMBER: _ClassVar[int]
    TO_REVISION_FIELD_NUMBER: _ClassVar[int]
    RESOURCES_FIELD_NUMBER: _ClassVar[int]
    from_revision: int
    to_revision: int
    resources: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, from_revision: _Optional[int] = ..., to_revision: _Optional[int] = ..., resources: _Optional[_Iterable[str]] = ...) -> None: ...

class DiffRevisionsResponse(_message.Message):
    __slots__ = ("changes", "config_diff")
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    CONFIG_DIFF_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[_history_pb2.ResourceChange]
    config_diff: str
    def __init__(self, changes: _Optional[_Iterable[_Union[_history_pb2.ResourceChange, _Mapping]]] = ..., config_diff: _Optional[str] = ...) -> None: ...

class RestoreRevisionRequest(_message.Message):
    __slots__ = ("revision", "resources", "validate_only", "wait_for", "annotation", "expected_revision")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    RESOURCES_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    WAIT_FOR_FIELD_NUMBER: _ClassVar[int]
    ANNOTATION_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_REVISION_FIELD_NUMBER: _ClassVar[int]
    revision: int
    resources: _containers.RepeatedScalarFieldContainer[str]
    validate_only: bool
    wait_for: _apply_pb2.WaitFor
    annotation: _common_pb2.Annotation
    expected_revision: int
    def __init__(self, revision: _Optional[int] = ..., resources: _Optional[_Iterable[str]] = ..., validate_only: _Optional[bool] = ..., wait_for: _Optional[_Union[_apply_pb2.WaitFor, str]] = ..., annotation: _Optional[_Union[_common_pb2.Annotation, _Mapping]] = ..., expected_revision: _Optional[int] = ...) -> None: ...

class RestoreRevisionResponse(_message.Message):
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

class ExportRequest(_message.Message):
    __slots__ = ("resources",)
    RESOURCES_FIELD_NUMBER: _ClassVar[int]
    resources: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, resources: _Optional[_Iterable[str]] = ...) -> None: ...

class ExportResponse(_message.Message):
    __slots__ = ("configuration", "revision")
    CONFIGURATION_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    configuration: _history_pb2.Configuration
    revision: int
    def __init__(self, configuration: _Optional[_Union[_history_pb2.Configuration, _Mapping]] = ..., revision: _Optional[int] = ...) -> None: ...

class ImportRequest(_message.Message):
    __slots__ = ("configuration", "mode", "validate_only", "wait_for", "annotation")
    CONFIGURATION_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    WAIT_FOR_FIELD_NUMBER: _ClassVar[int]
    ANNOTATION_FIELD_NUMBER: _ClassVar[int]
    configuration: _history_pb2.Configuration
    mode: ImportMode
    validate_only: bool
    wait_for: _apply_pb2.WaitFor
    annotation: _common_pb2.Annotation
    def __init__(self, configuration: _Optional[_Union[_history_pb2.Configuration, _Mapping]] = ..., mode: _Optional[_Union[ImportMode, str]] = ..., validate_only: _Optional[bool] = ..., wait_for: _Optional[_Union[_apply_pb2.WaitFor, str]] = ..., annotation: _Optional[_Union[_common_pb2.Annotation, _Mapping]] = ...) -> None: ...

class ImportResponse(_message.Message):
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

class CompactRequest(_message.Message):
    __slots__ = ("keep",)
    KEEP_FIELD_NUMBER: _ClassVar[int]
    keep: int
    def __init__(self, keep: _Optional[int] = ...) -> None: ...

class CompactResponse(_message.Message):
    __slots__ = ("forgotten",)
    FORGOTTEN_FIELD_NUMBER: _ClassVar[int]
    forgotten: int
    def __init__(self, forgotten: _Optional[int] = ...) -> None: ...

class ConfigWatchRequest(_message.Message):
    __slots__ = ("after_revision", "resources")
    AFTER_REVISION_FIELD_NUMBER: _ClassVar[int]
    RESOURCES_FIELD_NUMBER: _ClassVar[int]
    after_revision: int
    resources: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, after_revision: _Optional[int] = ..., resources: _Optional[_Iterable[str]] = ...) -> None: ...

class ConfigWatchResponse(_message.Message):
    __slots__ = ("revision", "more", "snapshot", "change")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    MORE_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    revision: int
    more: bool
    snapshot: _history_pb2.Configuration
    change: _history_pb2.Revision
    def __init__(self, revision: _Optional[int] = ..., more: _Optional[bool] = ..., snapshot: _Optional[_Union[_history_pb2.Configuration, _Mapping]] = ..., change: _Optional[_Union[_history_pb2.Revision, _Mapping]] = ...) -> None: ...
