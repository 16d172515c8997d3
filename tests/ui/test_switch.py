"""The switch: a version chosen, its plan, the word to do it, and the way back, under load."""

import re

import pytest
from playwright.async_api import Page, expect

from aqueduct.v1.backend_pb2 import GetBackendRequest
from tests.load import Load, fetch
from tests.ui.axe import violations
from tests.ui.site import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_version_is_switched_and_back_without_a_failed_request(page: Page, site: Site) -> None:
    async with Load(site.port, connections=8) as load:
        await page.get_by_role("button", name="Switch shop to 2.0.0").click()
        dialog = page.get_by_role("dialog", name="Switch shop to 2.0.0")
        comes = [f"127.0.0.1:{each.port}" for each in site.new]
        goes = [f"127.0.0.1:{each.port}" for each in site.old]
        for name, expected in (("Members in", comes), ("Members out", goes)):
            told = dialog.get_by_role("list", name=name).get_by_role("listitem")
            await expect(told).to_have_count(2)
            assert sorted(await told.all_inner_texts()) == sorted(expected)
        await expect(dialog).to_contain_text("Live, without a reload")
        await expect(dialog.locator(".diff .add")).to_have_count(2)
        assert (await fetch(site.port)).body == b"1.0.0"
        await dialog.get_by_label("Your name").fill("Ada")
        await dialog.get_by_label("Why").fill("the new shop")
        await dialog.get_by_role("button", name="Switch to 2.0.0").click()
        await dialog.get_by_role("button", name="Switch back to 1.0.0").wait_for()
        assert {(await fetch(site.port)).body for _ in range(8)} == {b"2.0.0"}
        await expect(dialog.locator(".steps .done")).to_have_count(3)
        await load.further(50)
        await dialog.get_by_role("button", name="Switch back to 1.0.0").click()
        back = page.get_by_role("dialog", name="Switch shop to 1.0.0")
        await expect(back.get_by_label("Your name")).to_have_value("Ada")
        await back.get_by_role("button", name="Switch to 1.0.0").click()
        await expect(back.locator(".steps .done")).to_have_count(3)
        assert {(await fetch(site.port)).body for _ in range(8)} == {b"1.0.0"}
        await back.get_by_role("button", name="Close").last.click()
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await load.further(50)
    assert load.failures == []


async def test_a_version_without_members_is_refused_in_words(page: Page) -> None:
    await page.get_by_label("Another version of shop").fill("9.9.9")
    await page.get_by_label("Another version of shop").press("Enter")
    dialog = page.get_by_role("dialog", name="Switch shop to 9.9.9")
    await expect(dialog.get_by_role("alert")).to_contain_text("shop 9.9.9 has no members")
    await expect(dialog.get_by_role("button", name=re.compile("^Switch to"))).to_have_count(0)
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)


async def test_a_version_that_comes_is_offered(page: Page, site: Site) -> None:
    await site.register(site.api[:1], "3.0.0")
    await expect(page.get_by_role("button", name="Switch shop to 3.0.0")).to_be_visible()


async def test_a_switch_that_fails_says_why_and_leaves_the_old_ones(page: Page, site: Site) -> None:
    dead = site.new[0]
    await page.get_by_role("button", name="Switch shop to 2.0.0").click()
    dialog = page.get_by_role("dialog", name="Switch shop to 2.0.0")
    go = dialog.get_by_role("button", name="Switch to 2.0.0")
    await go.wait_for()
    await dead.__aexit__()
    policy = {"switchTimeout": "1s"}
    await page.route(
        "**/backends/shop",
        lambda route: route.continue_(
            post_data={**route.request.post_data_json, "switchPolicy": policy}
            if route.request.method == "POST"
            else None
        ),
    )
    await go.click()
    await expect(dialog.get_by_role("alert")).to_contain_text("Connection refused")
    assert (await fetch(site.port)).body == b"1.0.0"

    await go.click()
    await dialog.get_by_role("button", name="Close").last.click()  # it goes on, and is told all the same
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.locator(".said.bad")).to_contain_text("Connection refused")
    await dead.__aenter__()
    await expect(page.locator(".version", has_text="1.0.0").first).to_be_visible()


async def test_a_plan_that_somebody_outran_is_made_anew(page: Page, site: Site) -> None:
    await page.get_by_role("button", name="Switch shop to 3.0.0").click()
    dialog = page.get_by_role("dialog", name="Switch shop to 3.0.0")
    go = dialog.get_by_role("button", name="Switch to 3.0.0")
    await go.wait_for()
    changed = (await site.aqueduct.backends.GetBackend(GetBackendRequest(key="shop"))).backend
    changed.balance = "leastconn"
    await site.put(changed, "Grace", "slow ones")
    await go.click()
    await expect(dialog.get_by_role("alert").first).to_contain_text(
        "Changed meanwhile by Grace (slow ones), revision"
    )
    stored = (await site.aqueduct.backends.GetBackend(GetBackendRequest(key="shop"))).backend
    assert stored.version == "1.0.0"
    await go.click()
    await expect(dialog.locator(".steps .done")).to_have_count(3)
    stored = (await site.aqueduct.backends.GetBackend(GetBackendRequest(key="shop"))).backend
    assert (stored.version, stored.balance) == ("3.0.0", "leastconn")


async def test_the_dialog_stays_where_its_row_goes_and_keeps_the_focus(page: Page) -> None:
    await page.get_by_role("button", name="Switch shop to 1.0.0").click()
    dialog = page.get_by_role("dialog", name="Switch shop to 1.0.0")
    await dialog.get_by_role("button", name="Switch to 1.0.0").wait_for()
    await page.evaluate("location.hash = '#/?filter=nothing-has-this'")
    await expect(page.get_by_role("article")).to_have_count(0)
    await expect(dialog).to_be_visible()
    await dialog.get_by_role("button", name="Switch to 1.0.0").click()
    await expect(dialog.get_by_role("group", name="Progress")).to_be_focused()
    await expect(dialog.locator(".steps .done")).to_have_count(3)
    assert await violations(page) == []
    await dialog.get_by_role("button", name="Close").last.click()
    await expect(page.locator("main")).to_be_focused()
