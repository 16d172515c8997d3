"""What the gateway serves of the page."""

import re

from aqueduct.gateway.compression import encoded
from aqueduct.ui.pages import pages

PAGES = {path: page(None) for path, page in pages().items()}
MOST = 200_000
"""Bytes of all that a browser fetches, compressed."""


def test_the_document_names_every_module_and_style_that_there_is() -> None:
    text = PAGES["/"].body.decode()
    named = set(re.findall(r'(?:href|src)="(/ui/[^"]+)"', text))
    assert named == {path for path in PAGES if path.endswith((".js", ".css", ".svg"))}


def test_pages_may_load_nothing_from_elsewhere_and_run_nothing_inline() -> None:
    for page in PAGES.values():
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "style-src 'self';" in policy
        assert "unsafe" not in policy


def test_types_fit() -> None:
    assert PAGES["/"].content_type == "text/html; charset=utf-8"
    assert PAGES["/ui/js/main.js"].content_type == "text/javascript; charset=utf-8"
    assert PAGES["/ui/css/base.css"].content_type == "text/css; charset=utf-8"
    assert PAGES["/ui/icon.svg"].content_type == "image/svg+xml"


def test_licences_of_what_is_vendored_go_along_and_sources_of_ours_do_not() -> None:
    assert "preact" in PAGES["/ui/vendor/LICENSES.txt"].body.decode()
    assert not [path for path in PAGES if path.endswith((".py", ".d.ts", ".json", ".pyc"))]


def test_all_of_it_is_small() -> None:
    total = sum(len(encoded(page, "gzip").body) for path, page in PAGES.items() if not path.endswith(".txt"))
    assert total < MOST
