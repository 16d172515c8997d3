"""For everybody: axe finds nothing in either theme, the keyboard suffices, a phone's width does too."""

import pytest
from playwright.async_api import Browser, Page, expect

from aqueduct.v1.backend_pb2 import Backend, BackendType, DeleteBackendRequest
from tests.ui.axe import violations
from tests.ui.browsing import node_modules, opened
from tests.ui.site import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")

PLACES = [
    "",
    "#/activity",
    "#/config",
    "#/config/history",
    "#/config/edit",
    "#/config/edit/frontends/web",
    "#/config/edit/backends/api",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_on_any_page(browser: Browser, site: Site, scheme: str) -> None:
    node_modules()
    found = {}
    async with opened(browser, site.url, scheme=scheme) as page:
        for place in PLACES:
            await page.goto(site.url + place)
            await expect(page.locator(".facts [role=status]")).to_have_text("live")
            await expect(page.locator("main")).not_to_contain_text("Loading")
            found[place] = await violations(page)
        await page.goto(site.url)
        await page.get_by_role("button", name="Switch shop to 2.0.0").click()
        await page.get_by_role("dialog").locator(".diff").wait_for()
        found["switch"] = await violations(page)
    assert {place: each for place, each in found.items() if each} == {}


async def test_the_keyboard_suffices_to_switch(page: Page) -> None:
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="To the content")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_be_focused()
    await _tab_to(page, "Switch shop to 2.0.0")
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Switch shop to 2.0.0")
    await dialog.get_by_role("button", name="Switch to 2.0.0").wait_for()
    await _tab_to(page, "Cancel")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Switch shop to 2.0.0")).to_be_focused()


async def _tab_to(page: Page, name: str) -> None:
    for _ in range(60):
        await page.keyboard.press("Tab")
        label = await page.evaluate("document.activeElement.ariaLabel ?? document.activeElement.textContent")
        if label == name:
            return
    raise AssertionError(f"{name!r} is not reached by Tab")


async def test_rows_open_and_close_and_say_so(page: Page) -> None:
    turn = page.get_by_role("article", name="Backend api").get_by_role("button", name="api", exact=True)
    await expect(turn).to_have_attribute("aria-expanded", "true")
    await turn.press("Enter")
    await expect(turn).to_have_attribute("aria-expanded", "false")
    await expect(page.get_by_role("table", name="Members of api")).to_have_count(0)


@pytest.mark.parametrize("place", PLACES)
async def test_nothing_is_wider_than_a_phone(browser: Browser, site: Site, place: str) -> None:
    async with opened(browser, site.url + place, width=360, height=740) as page:
        await expect(page.locator(".facts [role=status]")).to_have_text("live")
        await expect(page.locator("main")).not_to_contain_text("Loading")
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360


async def test_times_are_in_the_viewers_zone(browser: Browser, site: Site) -> None:
    async with opened(browser, f"{site.url}#/config/history") as page:
        time = page.get_by_role("article").first.locator("time")
        stored = await time.get_attribute("datetime")
        expected = await page.evaluate(
            "time => new Date(time).toLocaleTimeString('en-GB', { timeZone: 'Europe/Berlin' })", stored
        )
        await expect(time).to_contain_text(expected)


TITLES = {
    "": "Overview",
    "#/activity": "Activity",
    "#/config": "Configuration",
    "#/config/history": "History",
    "#/config/edit/backends": "New backend",
    "#/config/edit/backends/api": "Edit backends/api",
    "#/config/%E0%A4%A": "Not found",
    "#/config/edit/%E0%A4%A": "Not found",
    "#/config/edit/nothing": "Not found",
    "#/nowhere": "Not found",
}


async def test_the_title_says_where_one_is_and_nowhere_is_a_page_too(page: Page, site: Site) -> None:
    for place, title in TITLES.items():
        await page.goto(site.url + place)
        await expect(page).to_have_title(f"{title} · Aqueduct")
        if title == "Not found":
            await page.get_by_role("link", name="To the overview").click()
            await expect(page).to_have_title("Overview · Aqueduct")


async def test_long_names_are_broken_on_a_phone(browser: Browser, site: Site) -> None:
    name = "a-service-of-many-words-" * 4
    long = Backend(key=name, type=BackendType.BACKEND_TYPE_DYNAMIC, name=name, version=name)
    await site.put(long, "A" * 200, "b" * 200)
    await site.register(site.api, "9" * 200)
    async with opened(browser, site.url, width=390, height=3_000) as page:
        await page.get_by_role("button", name=f"Switch shop to {'9' * 200}").wait_for()
        for place in [*PLACES, f"#/config/edit/backends/{name}"]:
            await page.goto(site.url + place)
            await expect(page.locator("main")).not_to_contain_text("Loading")
            assert await page.evaluate("document.documentElement.scrollWidth") <= 390, place
        await page.goto(site.url)
        await page.get_by_role("button", name=f"Switch shop to {'9' * 200}").click()
        dialog = page.get_by_role("dialog")
        await dialog.locator(".diff").wait_for()
        assert await dialog.evaluate("dialog => dialog.scrollWidth - dialog.clientWidth") <= 0
    await site.aqueduct.backends.DeleteBackend(DeleteBackendRequest(key=name))


async def test_states_are_seen_in_colours_that_the_system_forces(page: Page) -> None:
    await page.emulate_media(forced_colors="active")
    seen = await page.evaluate(
        """() => {
          const style = selector => getComputedStyle(document.querySelector(selector));
          return {
            page: getComputedStyle(document.documentElement).backgroundColor,
            part: style(".donut .part").stroke,
            rest: style(".donut .rest").stroke,
            edge: style(".line > .state").borderTopStyle,
            pressed: style(".choice [aria-pressed=true]").backgroundColor,
            other: style(".choice [aria-pressed=false]").backgroundColor,
          };
        }"""
    )
    assert len({seen["page"], seen["part"], seen["rest"]}) == 3, seen
    assert seen["edge"] == "solid"
    assert seen["pressed"] != seen["other"], seen
