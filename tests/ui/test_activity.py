"""The activity: live, filtered, and back without end."""

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from aqueduct.v1.activity_pb2 import Verb
from tests.ui.axe import violations
from tests.ui.browsing import opened
from tests.ui.happenings import Happenings, served

pytestmark = pytest.mark.asyncio(loop_scope="module")

DOWN, UP, CHANGED = Verb.VERB_DOWN, Verb.VERB_UP, Verb.VERB_CONFIG_CHANGED
_KEPT = 450


@pytest_asyncio.fixture(loop_scope="module")
async def happenings() -> Happenings:
    """Return events of which each is a minute after the one before, the last of them just now."""
    made = Happenings()
    for number in range(_KEPT):
        verb = (DOWN, UP, CHANGED)[number % 3]
        resource = "frontends/web" if verb == CHANGED else "backends/shop"
        made.happen(verb, resource, f"Event {number} of the shop", ago=60.0 * (_KEPT - number))
    return made


@pytest_asyncio.fixture(loop_scope="module")
async def url(happenings: Happenings) -> AsyncIterator[str]:
    async with served(happenings) as address:
        yield address


def events(page: Page) -> Locator:
    return page.get_by_role("list", name="Activity").get_by_role("article")


async def test_what_happens_is_told_live_the_newest_first(
    browser: Browser, happenings: Happenings, url: str
) -> None:
    async with opened(browser, f"{url}#/activity") as page:
        await expect(events(page).first).to_contain_text(f"Event {_KEPT - 1} of the shop")
        happenings.happen(DOWN, "backends/shop", "Connection refused", member="10.0.0.1:80")
        await expect(events(page).first).to_contain_text("Connection refused")
        await expect(events(page).first).to_contain_text("backends/shop 10.0.0.1:80")
        await expect(events(page).first.locator(".state.bad")).to_have_text("down")
        await expect(events(page).nth(1)).to_contain_text(f"Event {_KEPT - 1} of the shop")


async def test_a_stream_that_was_cut_goes_on_after_the_last_event(
    browser: Browser, happenings: Happenings, url: str
) -> None:
    async with opened(browser, f"{url}#/activity") as page:
        await expect(page.locator(".facts [role=status]")).to_have_text("live")
        await page.route("**/v1/activity:watch*", lambda route: route.abort())
        happenings.cut()
        await expect(page.locator(".banner.bad")).to_contain_text("Not live")
        happenings.happen(UP, "backends/shop", "While nobody listened")
        await page.unroute("**/v1/activity:watch*")
        await expect(events(page).first).to_contain_text("While nobody listened")
        await expect(page.locator(".banner.bad")).to_have_count(0)
        assert happenings.asked[-1].after_id == _KEPT
        assert await page.get_by_text("While nobody listened").count() == 1


async def test_it_is_read_back_to_the_beginning(browser: Browser, url: str) -> None:
    async with opened(browser, f"{url}#/activity") as page:
        await expect(events(page).first).to_be_visible()
        last = page.get_by_text("Event 0 of the shop")
        while not await last.count():
            await page.keyboard.press("End")
            await page.evaluate("new Promise(requestAnimationFrame)")
        await expect(page.get_by_text("That is all that is kept.")).to_be_visible()
        row = page.get_by_role("listitem").filter(has=last)
        await expect(row).to_have_attribute("aria-setsize", str(_KEPT))
        assert await events(page).count() < 120  # those far from the window are not drawn


async def test_it_is_filtered_by_words_kinds_and_resource(
    browser: Browser, happenings: Happenings, url: str
) -> None:
    async with opened(browser, f"{url}#/activity") as page:
        await expect(page.locator(".facts [role=status]")).to_have_text("live")
        box = page.get_by_role("searchbox", name="Words in the message")
        await box.fill("event 44")
        await box.press("Enter")
        await expect(events(page)).to_have_count(11)  # 44 and those of the 440s
        await page.get_by_text("All kinds").first.click()
        await page.get_by_label("down", exact=True).check()
        await expect(events(page)).to_have_count(3)
        assert page.url.endswith("#/activity?text=event+44&verb=down")
        await expect(page.locator(".facts [role=status]")).to_have_text("live")
        happenings.happen(UP, "backends/shop", "event 449 is no such kind")
        happenings.happen(DOWN, "backends/shop", "other words")
        happenings.happen(DOWN, "backends/shop", "Event 4499 fits")
        await expect(events(page)).to_have_count(4)
        await expect(events(page).first).to_contain_text("Event 4499 fits")
    async with opened(browser, f"{url}#/activity?resource=frontends/web&text=Event 44") as page:
        await expect(events(page)).to_have_count(5)
        await expect(page.get_by_label("Resource")).to_have_value("frontends/web")


async def test_it_is_filtered_by_time_in_the_viewers_zone(browser: Browser, url: str) -> None:
    now = datetime.now(ZoneInfo("Europe/Berlin"))
    async with opened(browser, f"{url}#/activity") as page:
        await expect(events(page).first).to_be_visible()
        await page.get_by_label("Time").select_option("last 15 minutes")
        await expect(events(page)).to_have_count(14)
        await page.get_by_label("Time").select_option("from, to…")
        await page.get_by_label("From", exact=True).fill(f"{now - timedelta(minutes=60):%Y-%m-%dT%H:%M}")
        await page.get_by_label("To", exact=True).fill(f"{now - timedelta(minutes=50):%Y-%m-%dT%H:%M}")
        await expect(events(page)).to_have_count(10)
        await page.reload()
        await expect(events(page)).to_have_count(10)
        shown = await events(page).first.locator("time").inner_text()
        assert re.search(r"\d\d:\d\d:\d\d", shown)


async def test_nothing_that_fits_is_said(browser: Browser, url: str) -> None:
    async with opened(browser, f"{url}#/activity?text=nothing-of-this") as page:
        await expect(page.get_by_text("Nothing happened that fits.")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing(browser: Browser, url: str, scheme: str) -> None:
    async with opened(browser, f"{url}#/activity?from=2026-01-01T00:00", scheme=scheme) as page:
        await expect(events(page).first).to_be_visible()
        await page.get_by_text("All kinds").first.click()
        assert await violations(page) == []


async def test_nothing_is_wider_than_a_phone(browser: Browser, url: str) -> None:
    async with opened(browser, f"{url}#/activity", width=360, height=740) as page:
        await expect(events(page).first).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360
