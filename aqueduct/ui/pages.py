"""The page's files, by the paths at which the gateway serves them: `/`, and `/ui/...` for all else.

Nothing is made when it is asked for, and no path but those of files that the package holds is known. The
document names each module of the page, so that a browser fetches them all at once. It holds the digest of all
files, by which a page that stays open notices that Aqueduct was upgraded.
"""

from collections.abc import Iterator, Mapping
from functools import cache, partial
from hashlib import blake2b
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

from aqueduct.gateway.answers import Answer
from aqueduct.gateway.compression import compressible
from aqueduct.gateway.negotiation import HTML
from aqueduct.gateway.openapi.pages import Page, fixed

_TYPES: Final = {"js": "text/javascript", "css": "text/css", "txt": "text/plain", "svg": "image/svg+xml"}
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "Cache-Control": "no-cache",
    "Referrer-Policy": "no-referrer",
}
_MARK: Final = "<!-- modules -->"
_DIGEST: Final = 'name="page-digest" content="'
_DIGEST_BYTES: Final = 8


def pages() -> Mapping[str, Page]:
    """Return the page and its files by their paths. Each is read when it is first asked for."""
    files = {f"/ui/{name}": fixed(partial(_file, name)) for name in _names()}
    return {"/": fixed(_document), **files}


@cache
def _names() -> tuple[str, ...]:
    """Return the names of all files that browsers may have, ordered."""
    return tuple(sorted(name for name in _below(_root(), "") if name.rpartition(".")[2] in _TYPES))


def _below(directory: Traversable, prefix: str) -> Iterator[str]:
    for entry in directory.iterdir():
        if entry.is_dir():
            yield from _below(entry, f"{prefix}{entry.name}/")
        else:
            yield prefix + entry.name


@cache
def _document() -> Answer:
    modules = [name for name in _names() if name.endswith(".js")]
    links = "\n    ".join(f'<link rel="modulepreload" href="/ui/{name}">' for name in modules)
    text = _root().joinpath("index.html").read_text("utf-8").replace(_MARK, links)
    text = text.replace(_DIGEST, _DIGEST + _digest())
    return compressible(Answer(text.encode(), HTML, headers=_HEADERS))


def _digest() -> str:
    """Return what tells these files from those of another version."""
    found = blake2b(digest_size=_DIGEST_BYTES)
    for name in ("index.html", *_names()):
        content = _root().joinpath(name).read_bytes()
        found.update(f"{name} {len(content)}\n".encode() + content)
    return found.hexdigest()


@cache
def _file(name: str) -> Answer:
    content, media_type = _root().joinpath(name).read_bytes(), _TYPES[name.rpartition(".")[2]]
    return compressible(Answer(content, media_type, headers=_HEADERS))


def _root() -> Traversable:
    return resources.files("aqueduct.ui")
