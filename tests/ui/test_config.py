"""The configuration: as it runs, its history, the ways back, and forms."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from aqueduct.v1.backend_pb2 import Backend, BackendType, GetBackendRequest
from aqueduct.v1.frontend_pb2 import GetFrontendRequest
from tests.integration.members import members
from tests.ui.browsing import opened
from tests.ui.site import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")

STATIC = BackendType.BACKEND_TYPE_STATIC


async def test_the_configuration_is_shown_as_it_runs_and_follows(browser: Browser, site: Site) -> None:
    async with opened(browser, f"{site.url}#/config") as page:
        web = page.locator("pre.code", has_text="frontend web")
        await expect(web).to_contain_text("default_backend shop")
        await expect(web.locator(".section")).to_have_text("frontend")
        await expect(web.locator(".name", has_text="web").first).to_be_visible()
        await site.put(Backend(key="late", type=STATIC))
        await expect(page.locator("pre.code", has_text="backend late")).to_be_visible()
        await page.get_by_role("searchbox").fill("leastconn")
        await expect(page.locator("pre.code")).to_have_count(1)
        await expect(page.locator("pre.code")).to_contain_text("backend api")


async def test_history_tells_who_when_and_what_and_leads_back(browser: Browser, site: Site) -> None:
    await site.put(Backend(key="old", type=STATIC, members=members(site.api)), "Ada", "first")
    await site.put(Backend(key="old", type=STATIC, balance="first"), "Grace", "second <b>thoughts</b>")
    async with opened(browser, f"{site.url}#/config/history") as page:
        row = page.get_by_role("article").first
        await expect(row).to_contain_text("Grace")
        await expect(row).to_contain_text("second <b>thoughts</b>")
        await expect(row).to_contain_text("backends/old")
        await row.locator(".turn").click()
        await expect(row.locator(".diff .add", has_text="balance first")).to_be_visible()
        await expect(row.locator(".diff .remove", has_text="server").first).to_be_visible()

        await row.get_by_role("button", name="Undo this change").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog.locator(".changes")).to_contain_text("put backends/old")
        await expect(dialog.locator(".diff")).to_contain_text("server")
        await dialog.get_by_label("Why").fill("it was better")
        await dialog.get_by_role("button", name="Restore").click()
        await expect(dialog).to_have_count(0)
        await expect(page.get_by_role("article").first).to_contain_text("it was better")
        stored = await site.aqueduct.backends.GetBackend(GetBackendRequest(key="old"))
        assert len(stored.backend.members) == 2


async def test_a_long_history_is_drawn_where_it_is_seen(browser: Browser, site: Site) -> None:
    time, changes = "2026-01-01T00:00:00Z", [{"resource": "backends/old"}]
    revisions = [{"revision": each, "createTime": time, "changes": changes} for each in range(500, 0, -1)]
    async with opened(browser, f"{site.url}#/activity") as page:
        await page.route("**/v1/revisions?*", lambda route: route.fulfill(json=revisions))
        await page.goto(f"{site.url}#/config/history")
        await page.get_by_role("article", name="Revision 500", exact=True).wait_for()
        assert await page.get_by_role("article").count() < 80
        await page.keyboard.press("End")
        await expect(page.get_by_role("article", name="Revision 1", exact=True)).to_be_in_viewport()
        assert await page.get_by_role("article").count() < 80


async def test_a_frontend_is_edited_after_its_plan(browser: Browser, site: Site) -> None:
    async with opened(browser, f"{site.url}#/config/edit/frontends/web") as page:
        await expect(page.get_by_label("bind")).to_have_value(f"127.0.0.1:{site.port}")
        first = page.get_by_role("listitem", name="rule 1")
        await first.get_by_label("value", exact=True).fill("/v2/")
        await page.get_by_role("button", name="Add rule").click()
        second = page.get_by_role("listitem", name="rule 3")
        await second.get_by_label("operation").select_option("path_end")
        await second.get_by_label("values").fill(".png\n.jpg\n")
        await second.get_by_label("backend").fill("api")
        await page.get_by_role("button", name="See the plan").click()
        dialog = page.get_by_role("dialog", name="Change frontend web")
        await expect(dialog).to_contain_text("By a hitless reload")
        await expect(dialog.locator(".diff .add", has_text="/v2/")).to_be_visible()
        await dialog.get_by_role("button", name="Apply").click()
        await expect(page.locator(".said")).to_contain_text("Change frontend web: done")
        stored = (await site.aqueduct.frontends.GetFrontend(GetFrontendRequest(key="web"))).frontend
        assert [rule.value for rule in stored.rules] == ["/v2/", "old.example", ""]
        assert list(stored.rules[2].values) == [".png", ".jpg"]


async def test_what_is_wrong_is_told_at_its_field_and_haproxys_words_at_the_line(
    browser: Browser, site: Site
) -> None:
    async with opened(browser, f"{site.url}#/config/edit/backends/api") as page:
        await page.get_by_label("balance").fill("nonsense")
        await page.get_by_role("listitem", name="member 2").get_by_label("port").fill("99999")
        await page.get_by_role("button", name="See the plan").click()
        balance = page.get_by_label("balance")
        await expect(balance).to_have_attribute("aria-invalid", "true")
        await expect(page.locator('[id="balance-error"]')).to_contain_text(
            "must begin with one of roundrobin"
        )
        await expect(page.locator('[id="members[1].port-error"]')).to_contain_text("99999")
        await balance.fill("roundrobin")
        await page.get_by_role("listitem", name="member 2").get_by_label("port").fill(str(site.api[1].port))
        await page.get_by_label("natives").fill("option forwardfor\n\nno such keyword\n")
        await page.get_by_role("button", name="See the plan").click()
        told = page.locator('[id="natives-error"]')
        await expect(told).to_contain_text("line 2: ")
        await expect(told).to_contain_text("unknown keyword")


async def test_what_is_wrong_is_brought_into_view(browser: Browser, site: Site) -> None:
    async with opened(browser, f"{site.url}#/config/edit/backends/api", height=400) as page:
        balance = page.get_by_label("balance")
        await balance.fill("nonsense")
        await page.get_by_role("button", name="See the plan").click()
        await expect(balance).to_be_focused()
        await expect(balance).to_be_in_viewport()
        await expect(page.locator('[id="balance-error"]')).to_be_in_viewport()


async def test_an_object_is_edited_as_json(browser: Browser, site: Site) -> None:
    async with opened(browser, f"{site.url}#/config/edit/backends/api") as page:
        meta = page.get_by_role("listitem", name="member 1").get_by_label("meta")
        for wrong, words in (('{"zone": ', "is no JSON"), ("[1]", "must be an object")):
            await meta.fill(wrong)
            await page.get_by_role("button", name="See the plan").click()
            await expect(page.locator('[id="members[0].meta-error"]')).to_contain_text(words)
            await expect(meta).to_be_focused()
            await expect(meta).to_have_value(wrong)
        await meta.fill('{"zone": "a"}')
        await _agree(page, "See the plan", "Apply")
        stored = (await site.aqueduct.backends.GetBackend(GetBackendRequest(key="api"))).backend
        assert dict(stored.members[0].meta) == {"zone": "a"}


async def test_entries_are_added_and_removed_by_the_keyboard(browser: Browser, site: Site) -> None:
    async with opened(browser, f"{site.url}#/config/edit/backends/api") as page:
        await page.get_by_role("button", name="Add member").press("Enter")
        third = page.get_by_role("listitem", name="member 3")
        await expect(third.get_by_label("host")).to_be_focused()
        await third.get_by_role("button", name="Remove member 3").press("Enter")
        await expect(third).to_have_count(0)
        await expect(page.get_by_role("button", name="Add member")).to_be_focused()
        await page.get_by_role("button", name="Remove health").press("Enter")
        await expect(page.get_by_role("button", name="Add health")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("group", name="health").locator(":focus")).to_have_count(1)


async def test_a_backend_is_made_and_deleted(browser: Browser, site: Site) -> None:
    async with opened(browser, f"{site.url}#/config/edit") as page:
        await page.get_by_role("link", name="New backend").click()
        await page.get_by_label("key").fill("fresh")
        await page.get_by_label("type").select_option("static")
        await page.get_by_role("button", name="Add health").click()
        await page.get_by_label("uri").fill("/up")
        await page.get_by_role("button", name="Add member").click()
        await page.get_by_label("host").last.fill("127.0.0.1")
        await page.get_by_label("port").fill(str(site.api[0].port))
        await _agree(page, "See the plan", "Apply")
        made = (await site.aqueduct.backends.GetBackend(GetBackendRequest(key="fresh"))).backend
        assert (made.health.uri, made.members[0].port) == ("/up", site.api[0].port)
        await page.get_by_role("link", name="fresh").click()
        await _agree(page, "Delete", "Delete")
        await expect(page.get_by_role("link", name="fresh")).to_have_count(0)


async def _agree(page: Page, first: str, then: str) -> None:
    await page.get_by_role("button", name=re.compile(f"^{first}")).click()
    await page.get_by_role("dialog").get_by_role("button", name=then, exact=True).click()
    await expect(page.locator(".said.ok")).to_be_visible()
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_who_was_faster_is_told_of_before_anything_is_overwritten(browser: Browser, site: Site) -> None:
    async with opened(browser, f"{site.url}#/config/edit/backends/old") as page:
        await page.get_by_label("balance").fill("source")
        await site.put(Backend(key="old", type=STATIC, balance="leastconn"), "Grace")
        await page.get_by_role("button", name="See the plan").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog.get_by_role("alert")).to_contain_text("Changed meanwhile by Grace, revision")
        await expect(dialog.locator(".diff .remove")).to_contain_text("balance leastconn")
        await site.put(Backend(key="old", type=STATIC, balance="first"), "Ada")
        await dialog.get_by_role("button", name="Apply").click()
        await expect(dialog.get_by_role("alert")).to_contain_text("Changed meanwhile by Ada, revision")
        await expect(dialog.locator(".diff .remove")).to_contain_text("balance first")
        assert await _balance(site, "old") == "first"
        await dialog.get_by_role("button", name="Apply").click()
        await expect(page.locator(".said.ok")).to_be_visible()
        assert await _balance(site, "old") == "source"


async def test_a_restore_is_of_what_was_planned(browser: Browser, site: Site) -> None:
    await site.put(Backend(key="twice", type=STATIC, balance="first"))
    await site.put(Backend(key="twice", type=STATIC, balance="static-rr"))
    async with opened(browser, f"{site.url}#/config/history") as page:
        row = page.get_by_role("article").first
        await row.locator(".turn").click()
        await row.get_by_role("button", name="Undo this change").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog.locator(".diff .remove")).to_contain_text("balance static-rr")
        await site.put(Backend(key="twice", type=STATIC, balance="leastconn"), "Grace")
        await dialog.get_by_role("button", name="Restore").click()
        await expect(dialog.get_by_role("alert")).to_contain_text("Changed meanwhile by Grace, revision")
        await expect(dialog.locator(".diff .remove")).to_contain_text("balance leastconn")
        assert await _balance(site, "twice") == "leastconn"
        await dialog.get_by_role("button", name="Restore").click()
        await expect(dialog).to_have_count(0)
        assert await _balance(site, "twice") == "first"


async def _balance(site: Site, key: str) -> str:
    return (await site.aqueduct.backends.GetBackend(GetBackendRequest(key=key))).backend.balance
