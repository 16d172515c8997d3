"""The activity: live, filtered, and back without end."""

import re
import signal
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, Request, expect

from aqueduct.v1.backend_pb2 import AdminState, Backend, BackendType, SetMemberStateRequest
from tests.refusals import refused
from tests.ui.browsing import opened
from tests.ui.site import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")

_DRAINS = 120
DRAIN, READY = AdminState.ADMIN_STATE_DRAIN, AdminState.ADMIN_STATE_READY


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def url(site: Site) -> str:
    """Have more happen than a page has room for; return the activity's address."""
    member = f"127.0.0.1:{site.api[0].port}"
    for number in range(2 * _DRAINS):
        request = SetMemberStateRequest(key="api", member=member, state=READY if number % 2 else DRAIN)
        await site.aqueduct.backends.SetMemberState(request)
    return f"{site.url}#/activity"


def events(page: Page) -> Locator:
    return page.get_by_role("list", name="Activity").get_by_role("article")


async def test_what_happens_is_told_live_the_newest_first(browser: Browser, site: Site, url: str) -> None:
    async with opened(browser, url) as page:
        await expect(page.locator(".facts [role=status]")).to_have_text("live")
        await site.put(Backend(key="eventful", type=BackendType.BACKEND_TYPE_STATIC), "Ada", "to be seen")
        put = events(page).filter(has_text="Ada: to be seen")
        await expect(put.locator(".state")).to_have_text("configChanged")
        await expect(put).to_contain_text("backends/eventful")
        member = site.api[1]
        for done, word, tone in ((member.__aexit__, "down", "bad"), (member.__aenter__, "up", "ok")):
            await done()
            await expect(events(page).first).to_contain_text(f"127.0.0.1:{member.port} is {word}")
            await expect(events(page).first.locator(f".state.{tone}")).to_have_text(word)
        below = await events(page).all_inner_texts()
        assert " is up" in below[0]
        assert " is down" in below[1]


async def test_a_write_that_haproxy_refused(browser: Browser, site: Site, url: str) -> None:
    async with opened(browser, url) as page:
        await expect(page.locator(".facts [role=status]")).to_have_text("live")
        bad = Backend(key="bad", type=BackendType.BACKEND_TYPE_STATIC, natives=["bogus-keyword x"])
        await refused(site.put(bad, "Ada", "to be refused"))
        row = events(page).filter(has_text="a write of backends/bad by Ada was refused: natives[0]: ")
        await expect(row.locator(".state.bad")).to_have_text("refused")
        await expect(row).to_contain_text("unknown keyword 'bogus-keyword'")


async def test_what_one_reads_stays_in_its_place(browser: Browser, site: Site, url: str) -> None:
    async with opened(browser, url) as page:
        await expect(page.locator(".facts [role=status]")).to_have_text("live")
        await page.evaluate("scrollTo(0, 1500)")
        row = page.locator(".feed .row[aria-posinset='60']")
        await expect(row).to_be_in_viewport()
        key, position = await row.get_attribute("data-key"), "60"
        read = page.locator(f'.row[data-key="{key}"]')
        before = await read.bounding_box()
        await site.put(Backend(key="above", type=BackendType.BACKEND_TYPE_STATIC), "Ada", "above all that")
        await expect(read).not_to_have_attribute("aria-posinset", position)
        after = await read.bounding_box()
        assert before is not None
        assert after is not None
        assert abs(after["y"] - before["y"]) < 3


async def test_it_goes_on_after_the_last_event_over_a_restart(browser: Browser, site: Site, url: str) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        if "activity:watch" in request.url:
            asked.append(request.url)

    async with opened(browser, f"{url}?verb=started") as page:
        page.on("request", note)
        await expect(events(page)).to_have_count(1)
        await site.aqueduct.end(signal.SIGKILL)
        await expect(page.locator(".banner.bad")).to_contain_text("Not live")
        await site.aqueduct.start()
        await expect(events(page)).to_have_count(2)
        await expect(page.locator(".banner.bad")).to_have_count(0)
    assert all(re.search(r"verbs=started&after_id=\d+$", each) for each in asked)


async def test_it_is_read_back_to_the_beginning(browser: Browser, url: str) -> None:
    async with opened(browser, url) as page:
        await expect(events(page).first).to_be_visible()
        last = page.get_by_text("HAProxy was started")
        while not await last.count():
            await page.keyboard.press("End")
            await page.evaluate("new Promise(requestAnimationFrame)")
        await expect(page.get_by_text("That is all that is kept.")).to_be_visible()
        row = page.get_by_role("listitem").filter(has=last)
        size = await row.get_attribute("aria-setsize")
        assert int(size or 0) > 2 * _DRAINS
        await expect(row).to_have_attribute("aria-posinset", size or "")
        assert await events(page).count() < 120  # those far from the window are not drawn


async def test_it_is_filtered_by_kinds_words_and_resource(browser: Browser, site: Site, url: str) -> None:
    async with opened(browser, url) as page:
        await page.get_by_text("All kinds").first.click()
        await page.get_by_label("drained", exact=True).check()
        rows = page.get_by_role("list", name="Activity").get_by_role("listitem")
        await expect(rows.first).to_have_attribute("aria-setsize", re.compile("^100$|^120$"))
        await expect(events(page).filter(has_not_text="drained")).to_have_count(0)
        await page.get_by_label("configChanged", exact=True).check()
        box = page.get_by_role("searchbox", name="Words in the message")
        await box.fill("BY ADA")
        await box.press("Enter")
        await expect(events(page).last).to_contain_text("open the shop")
        await expect(events(page).filter(has_not_text="configChanged")).to_have_count(0)
        assert page.url.endswith("#/activity?text=BY+ADA&verb=drained&verb=configChanged")
        await page.get_by_label("Resource").fill("backends/shop")
        await page.get_by_label("Resource").press("Enter")
        await expect(events(page)).to_have_count(1)
        await expect(page.locator(".facts [role=status]")).to_have_text("live")
        static = BackendType.BACKEND_TYPE_STATIC
        await site.put(Backend(key="other", type=static), "Ada")
        shop = Backend(key="shop", type=BackendType.BACKEND_TYPE_DYNAMIC, name="shop", version="1.0.0")
        await site.put(shop, "Ada", "no check over HTTP")
        await expect(events(page)).to_have_count(2)
        await expect(events(page).first).to_contain_text("no check over HTTP")


async def test_it_is_filtered_by_time_in_the_viewers_zone(browser: Browser, url: str) -> None:
    now = datetime.now(ZoneInfo("Europe/Berlin"))
    async with opened(browser, url) as page:
        await expect(events(page).first).to_be_visible()
        await page.get_by_label("Time").select_option("last 15 minutes")
        await expect(events(page).first).to_be_visible()
        await page.get_by_label("Time").select_option("from, to…")
        await page.get_by_label("From", exact=True).fill(f"{now - timedelta(minutes=30):%Y-%m-%dT%H:%M}")
        await expect(events(page).first).to_be_visible()
        await page.get_by_label("To", exact=True).fill(f"{now - timedelta(minutes=20):%Y-%m-%dT%H:%M}")
        await expect(page.get_by_text("Nothing happened that fits.")).to_be_visible()
        await page.get_by_label("To", exact=True).fill(f"{now + timedelta(minutes=20):%Y-%m-%dT%H:%M}")
        await page.reload()
        shown = await events(page).first.locator("time").inner_text()
        assert re.fullmatch(r"\d\d:\d\d:\d\d", shown)
