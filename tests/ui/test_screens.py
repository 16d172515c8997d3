"""How each page looks: AQUEDUCT_TEST_SCREENSHOTS=1 writes docs/screenshots, which the README shows."""

import os
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from aqueduct.v1.backend_pb2 import SetBackendVersionRequest
from aqueduct.v1.common_pb2 import Annotation
from tests.load import Load
from tests.ui.browsing import opened, updates
from tests.ui.site import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")

_WRITES = os.environ.get("AQUEDUCT_TEST_SCREENSHOTS") == "1"
_SCREENS = Path(__file__).parents[2] / "docs" / "screenshots"
_SEEN = 75 if _WRITES else 1
"""Seconds of charts."""


async def shown(page: Page, name: str) -> None:
    await page.mouse.move(0, 0)
    taken = await page.screenshot(animations="disabled", path=_SCREENS / f"{name}.png" if _WRITES else None)
    assert len(taken) < 200_000


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_overview_and_the_switch(browser: Browser, site: Site, scheme: str) -> None:
    async with (
        Load(site.port, connections=4, pause=0.02),
        Load(site.port, connections=2, pause=0.05, path="/api/orders"),
        opened(browser, site.url, scheme=scheme, height=960) as page,
    ):
        await updates(page, _SEEN)
        await shown(page, f"overview-{scheme}")
        await page.get_by_role("button", name="Switch shop to 2.0.0").click()
        dialog = page.get_by_role("dialog")
        await dialog.locator(".diff").wait_for()
        await dialog.get_by_label("Your name").fill("Ada")
        await dialog.get_by_label("Why").fill("the new shop")
        await shown(page, f"switch-{scheme}")
        await dialog.get_by_role("button", name="Switch to 2.0.0").click()
        await expect(dialog.locator(".steps .done")).to_have_count(3)
        await set_version(site, "1.0.0")


async def set_version(site: Site, version: str) -> None:
    annotation = Annotation(author="Ada", message="the new shop")
    request = SetBackendVersionRequest(key="shop", version=version, annotation=annotation)
    await site.aqueduct.backends.SetBackendVersion(request)


async def test_the_other_pages(browser: Browser, site: Site) -> None:
    await set_version(site, "2.0.0")
    async with opened(browser, f"{site.url}#/activity", height=620) as page:
        await expect(page.get_by_text("the switch is complete, 1.0.0 to 2.0.0").first).to_be_visible()
        await shown(page, "activity")
    async with opened(browser, f"{site.url}#/config", height=700) as page:
        await expect(page.locator("pre.code", has_text="frontend web")).to_be_visible()
        await shown(page, "configuration")
        await page.get_by_role("link", name="History").click()
        await page.get_by_role("article").filter(has_text="frontends/web").locator(".turn").click()
        await expect(page.locator(".diff")).to_be_visible()
        await shown(page, "history")
        await page.goto(f"{site.url}#/config/edit/frontends/web")
        await expect(page.get_by_label("bind")).to_be_visible()
        await shown(page, "edit")
