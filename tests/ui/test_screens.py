"""How each page looks: AQUEDUCT_TEST_SCREENSHOTS=1 writes docs/screenshots, which the README shows."""

import os
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from aqueduct.v1.activity_pb2 import Verb
from tests.load import Load
from tests.ui.browsing import opened, updates
from tests.ui.happenings import Happenings, served
from tests.ui.site import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")

_WRITES = os.environ.get("AQUEDUCT_TEST_SCREENSHOTS") == "1"
_SCREENS = Path(__file__).parents[2] / "docs" / "screenshots"
_SEEN = 75 if _WRITES else 1
"""Seconds of charts."""

_HAPPENED = (
    (Verb.VERB_SWITCH_COMPLETED, "backends/shop", "2.0.0 serves alone"),
    (Verb.VERB_OFFLINE, "backends/shop", "10.0.0.12:8080 of 1.0.0 is gone: its sessions have ended"),
    (
        Verb.VERB_HA_PROXY_CONFIG_CHANGED,
        "haproxy",
        "live, without a reload: 2 members of backends/shop added",
    ),
    (Verb.VERB_ONLINE, "backends/shop", "10.0.0.21:8080 of 2.0.0 has passed its check"),
    (Verb.VERB_SWITCH_STARTED, "backends/shop", "from 1.0.0 to 2.0.0"),
    (Verb.VERB_CONFIG_CHANGED, "backends/shop", "revision 41 by Ada: the new shop"),
    (Verb.VERB_UP, "backends/api", "10.0.0.31:8080 is up: Layer7 check passed, code 200"),
    (Verb.VERB_DOWN, "backends/api", "10.0.0.31:8080 is down: Connection refused; 1 member is left"),
    (Verb.VERB_REGISTERED, "registrations//shop/2.0.0/10.0.0.21/8080", "shop 2.0.0 at 10.0.0.21:8080"),
    (Verb.VERB_HA_PROXY_RESTARTED, "haproxy", "a reload: frontend web changed"),
    (Verb.VERB_CONFIG_CHANGED, "frontends/web", "revision 40 by Grace: pictures come from their own backend"),
    (Verb.VERB_STARTED, "aqueduct", "Aqueduct 0.1.0"),
)


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
        await page.get_by_role("dialog").locator(".diff").wait_for()
        await shown(page, f"switch-{scheme}")


async def test_the_activity(browser: Browser) -> None:
    happenings = Happenings()
    for ago, (verb, resource, message) in enumerate(reversed(_HAPPENED)):
        happenings.happen(verb, resource, message, ago=(len(_HAPPENED) - ago) * 47.0)
    async with served(happenings) as url, opened(browser, f"{url}#/activity", height=520) as page:
        await expect(page.get_by_role("article")).to_have_count(len(_HAPPENED))
        await shown(page, "activity")


async def test_the_other_pages(browser: Browser, site: Site) -> None:
    async with opened(browser, f"{site.url}#/config", height=700) as page:
        await expect(page.locator("pre.code", has_text="frontend web")).to_be_visible()
        await shown(page, "configuration")
        await page.get_by_role("link", name="History").click()
        await page.get_by_role("article").nth(1).locator(".turn").click()
        await expect(page.locator(".diff")).to_be_visible()
        await shown(page, "history")
        await page.goto(f"{site.url}#/config/edit/frontends/web")
        await expect(page.get_by_label("bind")).to_be_visible()
        await shown(page, "edit")
