"""Pages by gzip, for clients that take it (RFC 9110, 8.4.1.3 and 12.5.3). Pure.

Only what stays the same: each body is compressed once, and kept.
"""

import gzip
from dataclasses import replace
from functools import cache
from typing import Final

from aqueduct.gateway.answers import Answer

_WORTH: Final = 1_024
"""Bytes from which it pays."""


def compressed(answer: Answer, accept_encoding: str | None) -> Answer:
    """Return a page's answer as a client that sends this `Accept-Encoding` is to have it."""
    headers = {**answer.headers, "Vary": "Accept-Encoding"}
    if len(answer.body) < _WORTH or not accepts_gzip(accept_encoding):
        return replace(answer, headers=headers)
    return replace(answer, body=_gzip(answer.body), headers={**headers, "Content-Encoding": "gzip"})


def accepts_gzip(accept_encoding: str | None) -> bool:
    """Tell whether an `Accept-Encoding` takes gzip; one that is not there does not ask for it."""
    qualities: dict[str, str] = {}
    for part in (accept_encoding or "").lower().split(","):
        name, _, parameter = (each.strip() for each in part.partition(";"))
        qualities[name] = parameter.removeprefix("q=")
    quality = qualities.get("gzip", qualities.get("*", "0"))
    return quality.strip("0.") != "" or quality == ""


@cache
def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)
