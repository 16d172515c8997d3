"""One browser and one shop for all tests of a file. Their tests need the file's event loop (`loop_scope`)."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.ui import browsing
from tests.ui.site import Site, shop


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with browsing.browser() as started:
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    browsing.chromium()
    async with shop(tmp_path_factory.mktemp("ui")) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, site: Site) -> AsyncIterator[Page]:
    """Open the overview, and wait until it shows statistics."""
    async with browsing.opened(browser, site.url) as opened:
        await opened.locator(".facts .state", has_text="live").wait_for()
        yield opened
