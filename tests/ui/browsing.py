"""A Chromium, and pages in it that fail their test by what they log or raise.

Debian's `chromium`, or the one that $AQUEDUCT_TEST_CHROMIUM names; none is downloaded.
"""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect

_PATIENCE = 20_000
"""Milliseconds until what is waited for is taken not to come: machines are slow at times."""
_EXPECTED = ("net::ERR_", "status of 4", "status of 5")
"""What the browser itself logs of requests that fail, which tests have happen."""


def chromium() -> str:
    """Return the program. The test is skipped where there is none."""
    expect.set_options(timeout=_PATIENCE)
    found = os.environ.get("AQUEDUCT_TEST_CHROMIUM") or shutil.which("chromium")
    if found is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    return found


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Run a browser without a window."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=chromium(), args=["--enable-precise-memory-info", *arguments]
        )
        try:
            yield started
        finally:
            await started.close()


@asynccontextmanager
async def opened(
    browser: Browser, url: str, *, width: int = 1280, height: int = 900, scheme: str = "light"
) -> AsyncIterator[Page]:
    """Open a page; it must log no error of its own, and raise none, until it is closed."""
    faults: list[str] = []

    def logged(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(each in message.text for each in _EXPECTED):
            faults.append(message.text)

    context = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        locale="en-GB",
        timezone_id="Europe/Berlin",
    )
    try:
        page = await context.new_page()
        page.set_default_timeout(_PATIENCE)
        page.on("console", logged)
        page.on("pageerror", lambda error: faults.append(str(error)))
        await page.goto(url)
        yield page
    finally:
        await context.close()
    assert faults == []


async def updates(page: Page, number: int) -> None:
    """Wait until the page has been told statistics so many times more."""
    await page.evaluate(
        """async number => {
          const { overview } = await import("/ui/js/stores.js");
          await new Promise(done => {
            let time = overview.get().stats.time;
            const leave = overview.follow(() => {
              const now = overview.get().stats.time;
              if (now !== time && (time = now) && --number <= 0) done(leave());
            });
          });
        }""",
        number,
    )


def node_modules() -> Path:
    """Return where the packages of npm are. The test is skipped where they were not installed."""
    found = Path(__file__).with_name("node_modules")
    if shutil.which("node") is None or not found.is_dir():
        pytest.skip("needs Node.js, and tests/ui/install.sh to have been run")
    return found
