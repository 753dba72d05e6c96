"""A visit to the search page in a browser, and what is measured on it."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.server import RunningServer

_CHROMIUM = os.environ.get("SEARCHSVC_TEST_CHROMIUM") or shutil.which("chromium")
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--no-first-run",
)  # fmt: skip


def no_browser() -> str:
    """Why there is none to be started here, "" where there is one."""
    return "" if _CHROMIUM else "no browser: install chromium or set SEARCHSVC_TEST_CHROMIUM"


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium that is installed already."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=list(_FLAGS))
        yield browser
        browser.close()


@dataclass
class Visit:
    """A page, the server it came from, and what must not happen on it."""

    page: Page
    server: RunningServer
    elsewhere: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    allowed: tuple[str, ...] = ()

    def open(self, query: str = "") -> None:
        """Go to the page and wait for its first answer."""
        self.page.goto(f"{self.server.url}/ui{query}")
        expect(self.page.locator("#status")).not_to_be_empty()

    def type(self, text: str) -> None:
        """Type into the search box as a person does."""
        self.page.get_by_role("combobox", name="Search").press_sequentially(text, delay=30)

    def allow(self, *words: str) -> None:
        """The browser may tell, then or later, of what has one of `words` in it, or that status."""
        self.allowed += tuple(f"status of {word}" if word.isdigit() else word for word in words)

    def unexpected(self) -> list[str]:
        """What the browser told of that nobody has allowed."""
        return [one for one in self.errors if not any(word in one for word in self.allowed)]

    def note(self, url: str) -> None:
        """Remember a request that goes to another host."""
        if urlsplit(url).netloc != f"127.0.0.1:{self.server.port}":
            self.elsewhere.append(url)


@contextmanager
def visiting(browser: Browser, server: RunningServer) -> Iterator[Visit]:
    """A fresh tab; at the end, nothing went to another host and nothing was reported."""
    context = browser.new_context(viewport={"width": 1200, "height": 860})
    context.set_default_timeout(10_000)
    page = context.new_page()
    visit = Visit(page, server)
    page.on("request", lambda request: visit.note(request.url))
    page.on("console", lambda message: visit.errors.append(message.text))
    page.on("pageerror", lambda error: visit.errors.append(str(error)))
    yield visit
    context.close()
    assert visit.elsewhere == []
    assert visit.unexpected() == []


def counted(page: Page) -> int:
    """The number of results that the page shows."""
    return int(re.sub(r"\D", "", page.locator("#count strong").inner_text()))


# The least contrast of any visible text with what is painted under it.
WORST_CONTRAST = """
() => {
  const parse = (c) => c.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] === 1) return c;
    }
    return [255, 255, 255];
  };
  const texts = [...document.querySelectorAll("body *")].filter((e) => e.checkVisibility()
    && !e.disabled && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()));
  return Math.min(...texts.map((e) => {
    const [a, b] = [luminance(parse(getComputedStyle(e).color)), luminance(ground(e))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  }));
}
"""


_LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What is wrong, and where; a page whose policy forbids foreign scripts lets the browser add one.
_VIOLATIONS = """async (levels) => {
  const found = await axe.run(document, { runOnly: levels });
  return found.violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)]);
}"""


def violations(page: Page) -> list[Any]:
    """What axe-core, which the page carries, finds on it now: WCAG 2.2, A and AA."""
    return list(page.evaluate(_VIOLATIONS, _LEVELS))
