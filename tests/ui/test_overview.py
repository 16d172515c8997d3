"""The overview: what serves what, how it fares, and what can be done with members."""

import re

import pytest
from playwright.async_api import Browser, Dialog, Locator, Page, expect

from aqueduct.demo.ports import free_port
from aqueduct.v1.backend_pb2 import Backend, BackendType, DeleteBackendRequest, GetBackendRequest, Member
from aqueduct.v1.common_pb2 import MODE_TCP
from aqueduct.v1.frontend_pb2 import DeleteFrontendRequest, Frontend
from tests.integration.members import dead_member
from tests.load import Load
from tests.ui.browsing import opened, updates
from tests.ui.site import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")


def frontend(page: Page, key: str = "web") -> Locator:
    return page.get_by_role("article", name=f"Frontend {key}", exact=True)


def backend(page: Page, key: str) -> Locator:
    return page.get_by_role("article", name=f"Backend {key}", exact=True)


async def test_a_frontend_tells_where_it_listens_and_how_it_routes(page: Page, site: Site) -> None:
    web = frontend(page)
    await expect(web).to_contain_text(f"127.0.0.1:{site.port}")
    await expect(web.locator(".line .state")).to_have_text("open")
    await expect(web.locator(".line")).to_contain_text("→ api, gone, shop")
    rows = web.get_by_role("table").get_by_role("row")
    await expect(rows.nth(1)).to_contain_text("path_beg/api/api")
    await expect(rows.nth(2)).to_contain_text("hdr Hostold.examplegone does not exist: 503")
    await expect(rows.nth(3)).to_contain_text("elseshop")
    await expect(web.get_by_role("region", name="Natives")).to_have_text(
        "http-response set-header X-Via aqueduct"
    )
    await expect(page.locator(".problems")).to_contain_text("backends/gone does not exist")


async def test_load_is_told_live_and_drawn(page: Page, site: Site) -> None:
    figures = frontend(page).locator(".line .figure")
    async with Load(site.port, connections=4):
        await expect(figures.nth(1)).to_have_text(re.compile(r"^[1-9][\d.,]* req/s$"))
        await expect(figures.nth(0)).to_have_text(re.compile(r"^[1-9]\d* sessions$"))
    canvas = frontend(page).locator(".chart canvas").first
    size = await canvas.evaluate("canvas => canvas.width * canvas.height")
    assert size > 0
    await expect(figures.nth(1)).to_have_text("0 req/s")


async def test_a_backend_tells_its_health_its_members_and_their_checks(page: Page, site: Site) -> None:
    shop = backend(page, "shop")
    await expect(shop.get_by_role("img", name="2 of 2 members up")).to_be_visible()
    await expect(shop.locator(".line")).to_contain_text("roundrobin")
    rows = shop.locator("table.members tbody tr")
    await expect(rows).to_have_count(2)
    for each in site.old:
        row = rows.filter(has_text=f"127.0.0.1:{each.port}")
        await expect(row).to_contain_text("L7OK 200")
        await expect(row.locator(".state")).to_have_text("up")
    versions = shop.get_by_role("group", name="Versions of shop").get_by_role("listitem")
    await expect(versions).to_have_text(
        [re.compile(r"2\.0\.0 2 members"), re.compile(r"1\.0\.0 2 members.*serves")]
    )


async def test_a_member_that_dies_and_comes_back_is_seen(page: Page, site: Site) -> None:
    api = backend(page, "api")
    member = site.api[0]
    row = api.locator("table.members tbody tr", has_text=f":{member.port}")
    await expect(row.locator(".state")).to_have_text("up")
    await member.__aexit__()
    await expect(row.locator(".state")).to_have_text("down")
    await expect(row).to_contain_text("Connection refused")
    await expect(api.get_by_role("img", name="1 of 2 members up")).to_be_visible()
    await member.__aenter__()
    await expect(row.locator(".state")).to_have_text("up")
    await expect(api.get_by_role("img", name="2 of 2 members up")).to_be_visible()


async def test_members_are_drained_put_in_maintenance_and_weighed(page: Page, site: Site) -> None:
    address = f"127.0.0.1:{site.api[1].port}"
    takes = backend(page, "api").get_by_role("group", name=f"What {address} takes")
    row = backend(page, "api").locator("table.members tbody tr", has_text=address)
    for state, seen in (("drain", "drain"), ("maint", "maint"), ("ready", "up")):
        await takes.get_by_role("button", name=state).click()
        await expect(takes.get_by_role("button", name=state)).to_have_attribute("aria-pressed", "true")
        await expect(row.locator(".state")).to_have_text(seen)
    weight = page.get_by_label(re.compile(f"Weight of {address}"))
    await weight.fill("7")
    await updates(page, 2)  # which do not take away what was typed
    await weight.press("Enter")
    await expect(page.locator(".said")).to_contain_text(f"Weight of {address}")
    await weight.fill("999")
    await weight.press("Enter")
    await expect(page.locator(".said")).to_contain_text("weight")
    await expect(weight).to_have_value("7")
    await weight.fill("")
    await weight.press("Enter")
    await expect(weight).to_have_value("1")
    stored = await site.aqueduct.backends.GetBackend(GetBackendRequest(key="api"))
    assert not stored.backend.members[1].HasField("admin_weight")


async def test_a_wheel_over_a_weight_changes_nothing(page: Page, site: Site) -> None:
    weight = page.get_by_label(re.compile(f"Weight of 127.0.0.1:{site.api[0].port}"))
    await weight.focus()
    await weight.hover()
    await page.mouse.wheel(0, -300)
    await page.mouse.wheel(0, 300)
    await updates(page, 1)
    await expect(weight).to_have_value("1")
    await weight.fill("much")
    await weight.press("Enter")
    await expect(page.locator(".said.bad")).to_contain_text("weight")


async def test_what_is_tcp_tells_sessions(page: Page, site: Site) -> None:
    await site.put(Backend(key="raw", type=BackendType.BACKEND_TYPE_STATIC, mode=MODE_TCP))
    await site.route(Frontend(key="raw", bind=f"127.0.0.1:{free_port()}", backend="raw", mode=MODE_TCP))
    for raw in (frontend(page, "raw"), backend(page, "raw")):
        await expect(raw.locator(".line .figure").nth(1)).to_contain_text("sess/s")
        await expect(raw).not_to_contain_text("req/s")
    await site.aqueduct.frontends.DeleteFrontend(DeleteFrontendRequest(key="raw"))
    await site.aqueduct.backends.DeleteBackend(DeleteBackendRequest(key="raw"))
    await expect(backend(page, "raw")).to_have_count(0)


async def test_members_at_any_address_are_found_and_taken_out(page: Page, site: Site) -> None:
    hosts = [
        Member(host="0:0::1", port=9),
        Member(host="/run//aqueduct_nobody.sock"),
        Member(host="abns@nobody"),
    ]
    await site.put(Backend(key="places", type=BackendType.BACKEND_TYPE_STATIC, members=hosts))
    rows = backend(page, "places").locator("table.members tbody tr")
    for address in ("[::1]:9", "unix@/run/aqueduct_nobody.sock", "abns@nobody"):
        row = rows.filter(has_text=address)
        await expect(row.locator(".state")).to_have_text("down")
        takes = row.get_by_role("group", name=f"What {address} takes")
        await takes.get_by_role("button", name="maint").click()
        await expect(row.locator(".state")).to_have_text("maint")
        weight = row.get_by_label(f"Weight of {address}")
        await weight.fill("7")
        await weight.press("Enter")
        await expect(page.locator(".said.ok")).to_contain_text(f"Weight of {address}")
    await expect(rows).to_have_count(3)
    await site.aqueduct.backends.DeleteBackend(DeleteBackendRequest(key="places"))
    await expect(backend(page, "places")).to_have_count(0)


async def test_the_last_member_that_is_up_is_not_taken_by_accident(page: Page, site: Site) -> None:
    single = Backend(key="single", type=BackendType.BACKEND_TYPE_STATIC, members=[dead_member()])
    single.members[0].port = site.api[0].port
    await site.put(single)
    takes = backend(page, "single").get_by_role("group")
    await expect(backend(page, "single").locator("table.members .state")).to_have_text("up")
    asked: list[str] = []

    async def no(dialog: Dialog) -> None:
        asked.append(dialog.message)
        await dialog.dismiss()

    page.on("dialog", no)
    await takes.get_by_role("button", name="maint").click()
    await expect(takes.get_by_role("button", name="ready")).to_have_attribute("aria-pressed", "true")
    assert "last member of single" in asked[0]
    await site.aqueduct.backends.DeleteBackend(DeleteBackendRequest(key="single"))
    await expect(backend(page, "single")).to_have_count(0)


async def test_versions_are_told_of_other_sources_too_and_asked_for_together(page: Page, site: Site) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.partition("/v1/")[2]))
    stock = Backend(
        key="stock", type=BackendType.BACKEND_TYPE_DYNAMIC, name="stock", version="1", discovery="file"
    )
    await site.put(stock)
    versions = backend(page, "stock").get_by_role("group", name="Versions of stock").get_by_role("listitem")
    await expect(versions).to_have_text([re.compile(r"2 1 member"), re.compile(r"1 1 member.*serves")])
    assert "versions?names=shop&names=stock" in asked
    await site.aqueduct.backends.DeleteBackend(DeleteBackendRequest(key="stock"))
    await expect(backend(page, "stock")).to_have_count(0)


async def test_the_filter_finds_by_name_address_and_state_and_stands_in_the_address(
    page: Page, site: Site
) -> None:
    box = page.get_by_role("searchbox", name="Filter frontends and backends")
    await box.fill(str(site.api[0].port))
    await expect(page.get_by_role("article")).to_have_count(1)
    await expect(backend(page, "api")).to_be_visible()
    await box.fill("shop up")
    await expect(backend(page, "shop")).to_be_visible()
    await expect(backend(page, "api")).to_have_count(0)
    assert page.url.endswith("#/?filter=shop+up")
    await page.reload()
    await expect(box).to_have_value("shop up")
    await expect(backend(page, "api")).to_have_count(0)


async def test_a_first_page_says_how_to_begin(browser: Browser, site: Site) -> None:
    async with opened(browser, f"{site.url}#/?filter=nothing-has-this") as page:
        await expect(page.get_by_text("0 of 1 frontend, 0 of 2 backends")).to_be_visible()
