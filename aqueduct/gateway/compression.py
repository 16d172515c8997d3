"""Pages by gzip, for clients that take it (RFC 9110, 8.4.1.3 and 12.5.3). Pure.

Only what stays the same is compressed, once: what is made for each request would cost more than it spares.
"""

import gzip
from dataclasses import replace
from typing import Final

from aqueduct.gateway.answers import Answer

_WORTH: Final = 1_024
"""Bytes from which it pays."""


def compressible(answer: Answer) -> Answer:
    """Return an answer that stays the same, with its body by gzip as well where that pays."""
    gzipped = gzip.compress(answer.body, mtime=0) if len(answer.body) >= _WORTH else b""
    return replace(answer, gzipped=gzipped)


def encoded(answer: Answer, accept_encoding: str | None) -> Answer:
    """Return an answer as a client that sends this `Accept-Encoding` is to have it."""
    if not answer.gzipped:
        return answer
    headers = {**answer.headers, "Vary": "Accept-Encoding"}
    if not accepts_gzip(accept_encoding):
        return replace(answer, headers=headers)
    return replace(answer, body=answer.gzipped, headers={**headers, "Content-Encoding": "gzip"})


def accepts_gzip(accept_encoding: str | None) -> bool:
    """Tell whether an `Accept-Encoding` takes gzip; one that is not there does not ask for it."""
    qualities: dict[str, str] = {}
    for part in (accept_encoding or "").lower().split(","):
        name, _, parameter = (each.strip() for each in part.partition(";"))
        qualities[name] = parameter.removeprefix("q=")
    quality = qualities.get("gzip", qualities.get("*", "0"))
    return not quality or bool(quality.strip("0."))
