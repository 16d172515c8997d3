"""The client for TypeScript in a real browser, without a bundler, in a page that is not the gateway's."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from playwright.async_api import Page

from aqueduct.demo.processes import Aqueduct
from tests.clients.toolchain import CLIENTS
from tests.ui import browsing

_HERE: Final = CLIENTS / "typescript"
_BUF: Final = "/node_modules/@bufbuild/protobuf/dist/esm"
_PACKAGES: Final = {
    "@aqueduct/client/browser": "/dist/src/browser.js",
    "@aqueduct/client/v1": "/dist/src/v1.js",
    "@bufbuild/protobuf": f"{_BUF}/index.js",
    "@bufbuild/protobuf/codegenv2": f"{_BUF}/codegenv2/index.js",
    "@bufbuild/protobuf/wire": f"{_BUF}/wire/index.js",
    "@bufbuild/protobuf/wkt": f"{_BUF}/wkt/index.js",
    "@connectrpc/connect": "/node_modules/@connectrpc/connect/dist/esm/index.js",
}
_PAGE: Final = f"""<!doctype html>
<title>client</title>
<script type="importmap">{json.dumps({"imports": _PACKAGES})}</script>
"""


@asynccontextmanager
async def _origin() -> AsyncIterator[str]:
    """Serve the page and the packages; yield the origin. Loopback: others may not ask loopback."""
    app = web.Application()
    app.router.add_get("/", _page)
    for name in ("dist", "node_modules"):
        app.router.add_static(f"/{name}", _HERE / name)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def _page(_: web.Request) -> web.Response:
    return web.Response(text=_PAGE, content_type="text/html")


async def _begin(page: Page, gateway: str) -> None:
    """Connect, and watch backends from then on."""
    await page.evaluate(
        """async gateway => {
          const { connect } = await import("@aqueduct/client/browser");
          window.client = connect(gateway);
          window.told = [];
          window.watching = (async () => {
            for await (const event of client.watchConfig({ resources: ["backends/"] })) {
              told.push(event.kind === "snapshot" ? "snapshot" : event.change.changes[0].resource);
            }
          })();
        }""",
        gateway,
    )


async def _put(page: Page, key: str, balance: str = "roundrobin") -> Any:
    """Put a backend; return its balance, or what is wrong."""
    return await page.evaluate(
        """async ([key, balance]) => {
          const { AqueductError, Code } = await import("@aqueduct/client/browser");
          const { BackendType } = await import("@aqueduct/client/v1");
          try {
            const put = await client.putBackend({ key, type: BackendType.STATIC, balance });
            return put.backend.balance;
          } catch (error) {
            if (!(error instanceof AqueductError && error.code === Code.InvalidArgument)) throw error;
            return error.violations.map(each => each.field);
          }
        }""",
        [key, balance],
    )


_LIST: Final = """async () => {
  const keys = [];
  for await (const each of client.listBackends()) keys.push(each.key);
  return keys;
}"""


async def _is_told(page: Page, event: str) -> None:
    await page.wait_for_function("event => told.includes(event)", arg=event)


async def try_client(data_dir: Path) -> None:
    """Have a page do what programs do; AssertionError where it comes out otherwise."""
    async with _origin() as origin, browsing.browser() as browser, browsing.opened(browser, origin) as page:
        options = ["--on-exit=keep", "--cors-origin", origin]
        async with Aqueduct(data_dir, options=options) as aqueduct:
            await _begin(page, f"http://127.0.0.1:{aqueduct.port}")
            await _is_told(page, "snapshot")
            assert await _put(page, "one", "leastconn") == "leastconn"
            assert await _put(page, "two", "most-idle") == ["backend.balance"]
            await _is_told(page, "backends/one")

            await aqueduct.end()
            await aqueduct.start()
            assert await _put(page, "three") == "roundrobin"
            await _is_told(page, "backends/three")
            assert await page.evaluate("() => told") == ["snapshot", "backends/one", "backends/three"]
            assert await page.evaluate(_LIST) == ["one", "three"]
            await page.evaluate("async () => { client.close(); await watching.catch(() => null); }")
