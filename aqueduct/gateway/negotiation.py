"""What a client accepts, and what it sends: media types (RFC 9110, 8.3 and 12.5.1). Pure."""

from collections.abc import Sequence
from email.message import Message as Header
from typing import Final

from aqueduct.gateway.errors import not_acceptable, unsupported

JSON: Final = "application/json"
TEXT: Final = "text/plain"
NDJSON: Final = "application/x-ndjson"
EVENTS: Final = "text/event-stream"
HTML: Final = "text/html"

_UTF8: Final = frozenset({"", "utf-8", "utf8", "us-ascii"})


def chosen(accept: str | None, offered: Sequence[str]) -> str:
    """Return which of the types `offered` an `Accept` likes best, the first of equals.

    HttpError 406 where it likes none.
    """
    if accept is None or not accept.strip():
        return offered[0]
    ranges = [_range(part) for part in accept.split(",")]
    best, quality = offered[0], 0.0
    for media_type in offered:
        found = _quality(media_type, ranges)
        if found > quality:
            best, quality = media_type, found
    if not quality:
        raise not_acceptable(", ".join(offered))
    return best


def _range(text: str) -> tuple[str, float]:
    name, *parameters = (part.strip().lower() for part in text.split(";"))
    quality = next((part[2:] for part in parameters if part.startswith("q=")), "1")
    try:
        return name, min(1.0, max(0.0, float(quality)))
    except ValueError:
        return name, 0.0


def _quality(media_type: str, ranges: Sequence[tuple[str, float]]) -> float:
    """Return the quality by the range that names the type most closely."""
    kind = media_type.partition("/")[0]
    for name in (media_type, f"{kind}/*", "*/*"):
        found = [quality for range_, quality in ranges if range_ == name]
        if found:
            return max(found)
    return 0.0


def check_json(content_type: str | None, content_encoding: str | None) -> None:
    """HttpError 415 for a body that says that it is no JSON. One that says nothing is taken for it."""
    if content_encoding not in (None, "", "identity"):
        raise unsupported(f"the body must not be encoded, and is by {content_encoding!r}")
    if not content_type or content_type == JSON:
        return
    header = Header()
    header["Content-Type"] = content_type
    media_type, charset = header.get_content_type(), str(header.get_param("charset", "")).lower()
    if media_type != JSON and not media_type.endswith("+json"):
        raise unsupported(f"the body must be {JSON}, not {content_type!r}")
    if charset not in _UTF8:
        raise unsupported(f"JSON is UTF-8, not {charset!r}")
