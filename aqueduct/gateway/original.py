"""The JSON of the original (0.5.3), where it is more than the message: one table. Pure.

Its resources have an `id` of type and key, a `_type`, and all of their lists; `host` is null where it is not
set. Reading, `model/documents.py` ignores what is added here.
"""

from collections.abc import Mapping
from typing import Any, Final

from google.protobuf.message import Message

from aqueduct.model.documents import to_document

_DEFAULTS: Final[Mapping[str, tuple[str, Mapping[str, tuple[()] | None]]]] = {
    "aqueduct.v1.Frontend": ("frontend", {"rules": (), "natives": ()}),
    "aqueduct.v1.Backend": ("backend", {"host": None, "members": (), "natives": ()}),
}
"""The type by the original's word, and what fields say that are not set."""


def resource_document(message: Message) -> dict[str, Any]:
    """Return a message as the body of an answer."""
    document = to_document(message)
    found = _DEFAULTS.get(message.DESCRIPTOR.full_name)
    if found is None:
        return document
    kind, defaults = found
    missing = {name: value for name, value in defaults.items() if name not in document}
    return {"id": f"{kind}/{document.get('key', '')}", "_type": kind, **document, **missing}
