"""What axe-core finds on a page: rules of WCAG 2.2, A and AA, and its best practices."""

from playwright.async_api import Page

from tests.ui.browsing import node_modules

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


async def violations(page: Page) -> list[str]:
    """Return what axe finds, of any weight.

    It is run beside the page's policy, being no part of the page.
    """
    axe = (node_modules() / "axe-core" / "axe.min.js").read_text()
    await page.evaluate(axe)
    found = await page.evaluate("only => axe.run(document, { runOnly: only })", _TAGS)
    return [
        f"{each['impact']} {each['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
        for each in found["violations"]
        for node in each["nodes"]
    ]
