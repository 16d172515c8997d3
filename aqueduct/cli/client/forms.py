"""The forms of documents: where in one the resources are.

    frontends: [...], backends: [...]      a configuration, as `export` writes it
    version: 1, frontends: ...             the original's file, see model/thalassa/file.py
    kind: backend, key: app, ...           one resource; the original's `_type` and `id` are taken as well
    [{kind: backend, ...}, ...]            a list of such, as the original's REST API gives

Several documents of YAML in one file are read one after the other.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from aqueduct.model.documents import to_document
from aqueduct.model.history import KINDS, Configured
from aqueduct.model.resources import Kind
from aqueduct.v1.backend_pb2 import Backend
from aqueduct.v1.frontend_pb2 import Frontend

_MESSAGES: Final[Mapping[Kind, type[Configured]]] = {Kind.FRONTEND: Frontend, Kind.BACKEND: Backend}
_COLLECTIONS: Final = {kind.collection: kind for kind in KINDS}
_FORMS: Final = "must have frontends: or backends:, or kind: frontend or backend"


class Place(NamedTuple):
    """One resource of a document: its kind, where it is, and its fields."""

    kind: Kind
    path: str
    fields: object

    def empty(self) -> Configured:
        """Return the message that the fields belong into."""
        return _MESSAGES[self.kind]()


def is_originals(document: object) -> bool:
    """Tell whether a document is the file that the original kept its configuration in."""
    return isinstance(document, Mapping) and "version" in document and not {"kind", "_type"} & document.keys()


def places(document: object) -> Iterator[Place]:
    """Find the resources of a document. ValueError where it is of none of the forms."""
    if isinstance(document, list):
        for index, each in enumerate(document):
            yield _single(each, f"[{index}]")
    elif isinstance(document, Mapping) and not {"kind", "_type"} & document.keys():
        yield from _collections(document)
    else:
        yield _single(document, "")


def resource_document(resource: Configured) -> dict[str, Any]:
    """Return one resource as a document that says its kind."""
    kind = Kind.FRONTEND if isinstance(resource, Frontend) else Kind.BACKEND
    return {"kind": kind.value} | to_document(resource)


def _collections(document: Mapping[Any, Any]) -> Iterator[Place]:
    if not _COLLECTIONS.keys() & document.keys():
        raise ValueError(_FORMS)
    for name, each in document.items():
        kind = _COLLECTIONS.get(name)
        if kind is None:
            raise ValueError(f"{name}: is no field: there are {', '.join(_COLLECTIONS)}")
        if not isinstance(each, list):
            raise ValueError(f"{name}: must be a list, [] for none")  # noqa: TRY004 # the one error of a file
        yield from (
            Place(kind, path := f"{name}[{index}]", _fields(kind, path, fields))
            for index, fields in enumerate(each)
        )


def _single(fields: object, path: str) -> Place:
    if not isinstance(fields, Mapping):
        raise ValueError(f"{path}: {_FORMS}" if path else _FORMS)  # noqa: TRY004 # the one error of a file
    word = fields.get("kind", fields.get("_type"))
    kind = next((kind for kind in KINDS if kind.value == word), None)
    if kind is None:
        at = ".".join(part for part in (path, "kind") if part)
        raise ValueError(f"{at}: must be frontend or backend")
    return Place(
        kind, path, _fields(kind, path, {name: each for name, each in fields.items() if name != "kind"})
    )


def _fields(kind: Kind, path: str, fields: object) -> object:
    """Return the fields; ValueError where they say that they are of another kind."""
    if isinstance(fields, Mapping) and fields.get("_type", kind.value) != kind.value:
        at = ".".join(part for part in (path, "_type") if part)
        raise ValueError(f"{at}: must be {kind.value}, or left out")
    return fields
