"""The search page by axe-core: WCAG 2.2, levels A and AA, in each of its states."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser import Visit, chromium, no_browser, violations, visiting
from tests.support.frontends import lacking, modules
from tests.support.keys import key_case
from tests.support.server import RunningServer, film_server

pytestmark = [
    pytest.mark.skipif(bool(no_browser()), reason=no_browser()),
    pytest.mark.skipif(bool(lacking()), reason=lacking()),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[RunningServer]:
    """The films on granian."""
    with film_server(tmp_path_factory.mktemp("films")) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium that is installed already."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def visit(browser: Browser, server: RunningServer) -> Iterator[Visit]:
    """A tab for the films, whose pages carry axe-core."""
    with visiting(browser, server) as visit:
        # Half faded in, a text has half its contrast.
        visit.page.emulate_media(reduced_motion="reduce")
        visit.page.add_init_script(path=modules() / "axe-core" / "axe.min.js")
        yield visit


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 390])
@pytest.mark.parametrize("query", ["", "?q=night&f.genre=Drama&sort=newest", "?q=zzzzqqqq"])
def test_the_page(visit: Visit, query: str, width: int, scheme) -> None:
    """Everything, a refined search, and nothing found; wide and narrow, light and dark."""
    visit.page.emulate_media(color_scheme=scheme)
    visit.page.set_viewport_size({"width": width, "height": 860})
    visit.open(query)
    assert violations(visit.page) == []


def test_what_opens_on_it(visit: Visit) -> None:
    """Suggestions with one that is chosen, and all fields of a hit."""
    visit.open()
    visit.type("gar")
    expect(visit.page.get_by_role("option").first).to_be_visible()
    visit.page.get_by_role("combobox", name="Search").press("ArrowDown")
    assert violations(visit.page) == []
    visit.page.get_by_role("combobox", name="Search").press("Escape")
    expect(visit.page).to_have_url(re.compile("q="))
    visit.page.locator(".hit").first.get_by_text("All fields").click()
    assert violations(visit.page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 390])
def test_groups_and_reasons(visit: Visit, width: int, scheme) -> None:
    """A grouped search with a correction, and why its first hit is one."""
    visit.page.emulate_media(color_scheme=scheme)
    visit.page.set_viewport_size({"width": width, "height": 860})
    visit.open("?q=lantrn&group=country")
    expect(visit.page.locator("#count")).to_contain_text("did you mean")
    visit.page.locator(".hit").first.get_by_text("Why", exact=True).click()
    expect(visit.page.locator(".why meter").first).to_be_visible()
    assert violations(visit.page) == []
    assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 390])
def test_a_key_is_asked_for(browser: Browser, tmp_path: Path, width: int, scheme) -> None:
    """By a form that says what it is for, and what is wrong; then it tells whose it is."""
    with key_case(tmp_path) as case:
        secret = case.secret("a key with a long name for the shop's box")
    app = "tests.support.films:create_guarded_film_app"
    with film_server(tmp_path, app=app) as server, visiting(browser, server) as visit:
        visit.page.add_init_script(path=modules() / "axe-core" / "axe.min.js")
        visit.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        visit.page.set_viewport_size({"width": width, "height": 860})
        visit.page.goto(f"{server.url}/ui")
        visit.page.get_by_label("Key").fill("ssk_search_nope_nope")
        assert violations(visit.page) == []
        visit.page.get_by_role("button", name="Use").click()
        expect(visit.page.get_by_text("That key does not hold.")).to_be_visible()
        assert violations(visit.page) == []
        visit.page.get_by_label("Key").fill(secret)
        visit.page.get_by_role("button", name="Use").click()
        expect(visit.page.locator("#key")).to_contain_text("shop's box, search")
        assert violations(visit.page) == []
        assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        visit.page.get_by_role("button", name="Forget key").click()
        visit.page.goto(f"{server.url}/admin")
        expect(visit.page.get_by_label("Key")).to_be_visible()
        assert violations(visit.page) == []
        visit.allow("401")


def test_a_fault_would_be_found(visit: Visit) -> None:
    """So that nothing found means something."""
    visit.open()
    visit.page.evaluate("document.documentElement.removeAttribute('lang')")
    assert [name for name, _ in violations(visit.page)] == ["html-has-lang"]
