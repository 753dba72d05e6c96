"""The search page in a real browser against a real server: as it is used, read, and looked at."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect, sync_playwright

from tests.support.browser import WORST_CONTRAST, Visit, counted
from tests.support.server import RunningServer, film_server

CHROMIUM = os.environ.get("SEARCHSVC_TEST_CHROMIUM") or shutil.which("chromium")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--no-first-run",
)  # fmt: skip

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no browser: install chromium or set SEARCHSVC_TEST_CHROMIUM"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[RunningServer]:
    """The films on granian."""
    with film_server(tmp_path_factory.mktemp("films")) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium that is installed already."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Browser, server: RunningServer) -> Iterator[Visit]:
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
    assert visit.errors == []


def test_results_come_as_one_types(visit: Visit) -> None:
    """Highlighted hits, their number, badges and the stages of the answer; the URL follows."""
    visit.open()
    assert counted(visit.page) == 48
    visit.type("winter")
    expect(visit.page).to_have_url(re.compile(r"q=winter"))
    expect(visit.page.locator(".hit").first).to_contain_text("Winter")
    expect(visit.page.locator(".hit mark").first).to_be_visible()
    expect(visit.page.locator("#status")).to_have_text(re.compile(r"^\d+ results$"))
    expect(visit.page.locator(".hit .badge").first).to_be_visible()
    expect(visit.page.locator("#latency")).to_contain_text("Answered in")
    for stage in ("parse", "plan", "engine", "render"):
        expect(visit.page.locator(f"#latency li.{stage}")).to_contain_text("ms")


def test_a_late_answer_never_replaces_a_newer_one(visit: Visit) -> None:
    """An answer that was asked for first and comes last is not shown."""
    visit.open()
    late: list[Route] = []

    def hold(route: Route) -> None:
        late.append(route)

    visit.page.route(re.compile(r"/search\?q=w&"), hold)
    visit.type("w")
    visit.page.wait_for_timeout(400)
    visit.type("inter")
    expect(visit.page.locator("#count")).to_contain_text("winter")
    shown = visit.page.locator("#count").inner_text()
    for route in late:
        route.abort()
    visit.page.wait_for_timeout(300)
    assert late
    assert visit.page.locator("#count").inner_text() == shown
    visit.errors.clear()


def test_a_suggestion_is_picked_by_keyboard(visit: Visit) -> None:
    """Arrow keys, Enter and Escape, announced as a combobox with a list."""
    visit.open()
    box = visit.page.get_by_role("combobox", name="Search")
    visit.type("dra")
    options = visit.page.get_by_role("option")
    expect(options.first).to_contain_text("Drama")
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", "suggestion-0")
    box.press("ArrowUp")
    expect(box).not_to_have_attribute("aria-activedescendant", re.compile("."))
    box.press("ArrowDown")
    box.press("Enter")
    expect(visit.page).to_have_url(re.compile(r"f\.genre=Drama"))
    expect(visit.page.get_by_role("button", name="Remove Genre: Drama")).to_be_visible()
    expect(visit.page.get_by_role("checkbox", name="Drama")).to_be_checked()
    assert counted(visit.page) == 12


def test_escape_closes_the_suggestions_and_keeps_the_text(visit: Visit) -> None:
    """The text that was typed stays; the list can be opened again."""
    visit.open()
    visit.type("riv")
    expect(visit.page.get_by_role("option").first).to_be_visible()
    box = visit.page.get_by_role("combobox", name="Search")
    box.press("Escape")
    expect(visit.page.get_by_role("listbox")).to_be_hidden()
    expect(box).to_have_value("riv")
    box.press("ArrowDown")
    expect(visit.page.get_by_role("option").first).to_be_visible()


def test_a_suggested_hit_is_picked_by_mouse(visit: Visit) -> None:
    """A click on a suggested title searches for it."""
    visit.open()
    visit.type("harb")
    option = visit.page.get_by_role("option").filter(has_text="Harbour").first
    text = option.locator("span").first.inner_text()
    option.click()
    expect(visit.page.get_by_role("combobox", name="Search")).to_have_value(text)
    expect(visit.page.locator(".hit").first).to_contain_text(text)


def test_values_refine_remove_and_go_back(visit: Visit) -> None:
    """Two values of one facet add up, chips remove them, the back button returns."""
    visit.open()
    page = visit.page
    page.get_by_role("checkbox", name="Drama").check()
    expect(page.locator("#count strong")).to_have_text("12 results")
    page.get_by_role("checkbox", name="Comedy").check()
    expect(page.locator("#count strong")).to_have_text("24 results")
    expect(page.get_by_role("checkbox", name="Thriller")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Comedy")).to_be_focused()
    page.get_by_role("button", name="Remove Genre: Drama").click()
    expect(page.locator("#count strong")).to_have_text("12 results")
    expect(page.get_by_role("checkbox", name="Drama")).not_to_be_checked()
    page.go_back()
    expect(page.locator("#count strong")).to_have_text("24 results")
    expect(page.get_by_role("checkbox", name="Drama")).to_be_checked()
    page.go_back()
    page.go_back()
    expect(page.locator("#count strong")).to_have_text("48 results")


def test_sorts_and_pages(visit: Visit) -> None:
    """A named sort orders; pages turn, and the focus goes to the results."""
    visit.open()
    page = visit.page
    page.get_by_label("Sort by").select_option("newest")
    expect(page).to_have_url(re.compile("sort=newest"))
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("Page 2 of 5")).to_be_visible()
    expect(page.locator("#results")).to_be_focused()
    expect(page.get_by_role("button", name="Previous")).to_be_enabled()
    page.go_back()
    expect(page.get_by_text("Page 1 of 5")).to_be_visible()
    expect(page.get_by_role("button", name="Previous")).to_be_disabled()


def test_a_shared_url_shows_the_same(visit: Visit) -> None:
    """Text, values, sort and page come from the URL."""
    visit.open("?q=the&f.genre=Drama&f.genre=Comedy&sort=oldest&page=2")
    page = visit.page
    expect(page.get_by_role("combobox", name="Search")).to_have_value("the")
    expect(page.get_by_label("Sort by")).to_have_value("oldest")
    expect(page.get_by_role("checkbox", name="Comedy")).to_be_checked()
    expect(page.get_by_text("Page 2 of 3")).to_be_visible()


def test_markup_in_a_document_stays_text(visit: Visit) -> None:
    """A title that is an image with a script is shown as it is written."""
    visit.open("?q=onerror")
    expect(visit.page.locator(".hit .title").first).to_contain_text("<img src=x onerror=alert(1)>")
    assert visit.page.locator(".hit img").count() == 0


def test_a_hit_shows_all_its_fields(visit: Visit) -> None:
    """The details hold every field and the id."""
    visit.open("?q=onerror")
    hit = visit.page.locator(".hit").first
    hit.get_by_text("All fields").click()
    expect(hit.locator("dl")).to_contain_text("film/1")
    expect(hit.locator("dl")).to_contain_text("Restored")


def test_nothing_found_and_a_bad_state_tell_the_next_step(visit: Visit) -> None:
    """An empty answer and a refused one each offer what to do."""
    visit.open("?q=zzzzqqqq&f.genre=Drama")
    page = visit.page
    expect(page.get_by_role("alert")).to_contain_text("Nothing found")
    page.get_by_role("button", name="Remove them all").click()
    expect(page).not_to_have_url(re.compile("genre"))
    page.goto(f"{visit.server.url}/ui?f.nonsense=1")
    expect(page.get_by_role("alert")).to_contain_text("nonsense")
    page.get_by_role("button", name="Remove filters and sort").click()
    expect(page.locator("#count strong")).to_have_text("48 results")
    visit.errors[:] = [error for error in visit.errors if "400" not in error]


def test_a_server_that_is_down_is_said(visit: Visit) -> None:
    """Without an answer the page says so, and can try again."""
    visit.open()
    page = visit.page
    page.route(re.compile("/search"), lambda route: route.abort())
    page.get_by_role("checkbox", name="Drama").check()
    expect(page.get_by_role("alert")).to_contain_text("does not answer")
    page.unroute(re.compile("/search"))
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#count strong")).to_have_text("12 results")
    visit.errors[:] = [error for error in visit.errors if "ERR_FAILED" not in error]


def test_it_can_be_used_by_keyboard_alone(visit: Visit) -> None:
    """From the box by Tab to a facet, by Space to a choice; the skip link comes first."""
    visit.open()
    page = visit.page
    expect(page.get_by_role("combobox", name="Search")).to_be_focused()
    for _ in range(2):
        page.keyboard.press("Shift+Tab")
    expect(page.get_by_text("Skip to results")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator("#count strong")).not_to_have_text("48 results")
    assert page.evaluate("document.activeElement.type") == "checkbox"


def test_roles_and_names(visit: Visit) -> None:
    """What a screen reader needs: landmarks, names, groups, and a status."""
    visit.open()
    page = visit.page
    for role, name in (("search", None), ("banner", None), ("main", None), ("navigation", "Pages")):
        expect(page.get_by_role(role, name=name)).to_have_count(1)
    expect(page.get_by_role("group", name="Genre")).to_be_visible()
    expect(page.get_by_role("complementary", name="Refine")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("48 results")
    assert page.evaluate("document.documentElement.lang") == "en"
    unnamed = (
        "[...document.querySelectorAll('button,select,input')].filter("
        "(e) => !e.labels?.length && !e.textContent.trim() && !e.ariaLabel).length"
    )
    assert page.evaluate(unnamed) == 0


@pytest.mark.parametrize(
    ("name", "scheme", "width"),
    [("light", "light", 1200), ("dark", "dark", 1200), ("phone", "light", 390)],
)
def test_it_fits_and_can_be_read(
    visit: Visit, tmp_path: Path, name: str, scheme, width: int
) -> None:
    """Nothing is wider than the window; text has 4.5:1 on its ground. A picture is kept."""
    page = visit.page
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 860})
    visit.open("?q=night+garden&f.genre=Drama&f.genre=Comedy")
    folder = Path(os.environ.get("SEARCHSVC_TEST_SCREENSHOTS") or tmp_path)
    page.screenshot(path=folder / f"page-{name}.png")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    visit.type(" o")
    expect(page.get_by_role("option").first).to_be_visible()
    page.screenshot(path=folder / f"suggestions-{name}.png")
    assert page.evaluate(WORST_CONTRAST) >= 4.5
