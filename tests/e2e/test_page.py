"""The search page in a real browser against a real server: as it is used, read, and looked at."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.support.albums import LONG
from tests.support.browser import (
    WORST_CONTRAST,
    Visit,
    chromium,
    counted,
    no_browser,
    visiting,
)
from tests.support.server import RunningServer, film_server

pytestmark = pytest.mark.skipif(bool(no_browser()), reason=no_browser())


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[RunningServer]:
    """The films on granian."""
    with film_server(tmp_path_factory.mktemp("films")) as running:
        yield running


@pytest.fixture(scope="module")
def album_server(tmp_path_factory) -> Iterator[RunningServer]:
    """The albums and the artists on granian."""
    app = "tests.support.albums:create_album_app"
    with film_server(tmp_path_factory.mktemp("albums"), app=app) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium that is installed already."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def visit(browser: Browser, server: RunningServer) -> Iterator[Visit]:
    """A tab for the films."""
    with visiting(browser, server) as visit:
        yield visit


@pytest.fixture
def album_visit(browser: Browser, album_server: RunningServer) -> Iterator[Visit]:
    """A tab for the albums and the artists."""
    with visiting(browser, album_server) as visit:
        yield visit


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
    visit.allow("ERR_FAILED")


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


def test_a_suggested_query_is_searched_for_within_its_scope(visit: Visit) -> None:
    """What others search for comes first: as it is, and where most of its hits are."""
    scope = {"field": "genre", "value": "Drama", "count": 12}
    query = {"text": "the garden", "highlight": "the <mark>garden</mark>", "scope": scope}
    answer = {"queries": [query], "values": [], "hits": []}
    visit.page.route(re.compile(r"/suggest\?"), lambda route: route.fulfill(json=answer))
    visit.open()
    visit.type("gar")
    options = visit.page.locator(".suggestion")
    expect(options).to_have_text(["the gardenSearch", "the gardenin Drama · 12"])
    options.nth(1).click()
    expect(visit.page).to_have_url(re.compile(r"q=the\+garden.*f\.genre=Drama"))
    expect(visit.page.get_by_role("checkbox", name="Drama")).to_be_checked()


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


def test_ranges_and_places_refine_and_go_back(visit: Visit) -> None:
    """A range reads as from and to; what lies in a chosen place opens below it."""
    visit.open()
    page = visit.page
    years, shelves = (page.get_by_role("group", name=name) for name in ("Year", "Shelf"))
    expect(shelves.get_by_text("Box 3")).to_have_count(0)
    years.get_by_role("checkbox", name="1960 – 1970").check()
    expect(page.locator("#count strong")).to_have_text("11 results")
    years.get_by_role("checkbox", name="1950 – 1960").check()
    expect(page.locator("#count strong")).to_have_text("14 results")
    page.get_by_role("button", name="Remove Year: 1960 – 1970").click()
    expect(page.locator("#count strong")).to_have_text("3 results")
    shelves.get_by_role("checkbox", name="Archive 1").check()
    shelves.get_by_role("checkbox", name="Box 2").check()
    expect(page.get_by_role("button", name="Remove Shelf: Archive 1 > Box 2")).to_be_visible()
    page.reload()
    expect(shelves.get_by_role("checkbox", name="Box 2")).to_be_checked()
    expect(years.get_by_role("checkbox", name="1950 – 1960")).to_be_checked()


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


def test_each_stage_has_the_colour_of_its_name(visit: Visit) -> None:
    """In the bar as in the words below it, one that is rarely shown too."""
    visit.open()
    colours = visit.page.evaluate(
        """() => ["parse", "plan", "cache", "engine", "render"].map((stage) => {
          const [bar, list] = document.querySelectorAll("#latency svg, #latency ul");
          const part = document.createElementNS(bar.namespaceURI, "rect");
          const name = document.createElement("li");
          part.setAttribute("class", stage);
          name.className = stage;
          bar.append(part);
          list.append(name);
          return [getComputedStyle(part).fill, getComputedStyle(name, "::before").backgroundColor];
        })"""
    )
    assert all(part == name for part, name in colours)
    assert len({part for part, _ in colours}) == len(colours)


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
    visit.allow("400")


def test_a_page_beyond_the_end_is_the_last_one(visit: Visit) -> None:
    """The URL is put right without a step of the history, and the buttons work."""
    for beyond in ("99", "99999999999999999999"):
        visit.open(f"?page={beyond}")
        expect(visit.page.get_by_text("Page 5 of 5")).to_be_visible()
        expect(visit.page).to_have_url(re.compile(r"page=5$"))
        assert visit.page.locator(".hit").count() == 8
        expect(visit.page.get_by_role("button", name="Previous")).to_be_enabled()
    visit.open("?q=winter&page=7")
    expect(visit.page.locator(".hit").first).to_contain_text("Winter")


def test_a_search_is_one_step_of_the_history(visit: Visit) -> None:
    """What was typed is one step, Enter again is none, and Back leads to the search before."""
    visit.open()
    page = visit.page
    box = page.get_by_role("combobox", name="Search")
    steps = page.evaluate("history.length")
    visit.type("winter")
    expect(page).to_have_url(re.compile("q=winter$"))
    for _ in range(3):
        box.press("Enter")
    assert page.evaluate("history.length") == steps + 1
    visit.type(" night")
    expect(page).to_have_url(re.compile(r"q=winter\+night$"))
    page.go_back()
    expect(box).to_have_value("winter")
    page.go_back()
    expect(page.locator("#count strong")).to_have_text("48 results")


def test_signs_alone_and_too_many_words_are_told(visit: Visit) -> None:
    """No word finds nothing and says why; words that were not looked up are counted."""
    visit.open("?q=!!!")
    expect(visit.page.get_by_role("alert")).to_contain_text("words are letters and digits")
    visit.open("?q=" + "+".join(f"the{n}" for n in range(34)) + "+winter")
    expect(visit.page.locator("#count")).to_contain_text("3 words were not looked up")


def test_an_index_that_is_not_there_leaves_a_choice(album_visit: Visit) -> None:
    """Links to those that are, and a selector in which each of them is another one."""
    page = album_visit.page
    for leave in ("link", "selector"):
        page.goto(f"{album_visit.server.url}/ui?index=nope&q=black")
        expect(page.get_by_role("alert")).to_contain_text("Unknown index")
        expect(page.get_by_label("Index")).to_have_value("")
        assert page.get_by_role("button", name="Try again").count() == 0
        if leave == "link":
            page.get_by_role("link", name="Search albums").click()
        else:
            page.get_by_label("Index").select_option("albums")
        expect(page).to_have_url(re.compile(r"index=albums&q=black$"))
        expect(page.locator(".hit").first).to_contain_text("Black Sabbath")
    album_visit.allow("404")


@pytest.mark.parametrize("width", [1280, 320])
def test_long_words_break(album_visit: Visit, width: int) -> None:
    """Typed, in titles, snippets, badges, facets, chips and suggestions: never wider than seen."""
    page = album_visit.page
    page.set_viewport_size({"width": width, "height": 800})
    scrolls = "document.documentElement.scrollWidth"
    for query in (f"?q={'w' * 200}", f"?q={LONG}", f"?f.BillingCity={LONG}", f"?q={'w' * 1001}"):
        page.goto(f"{album_visit.server.url}/ui{query}")
        expect(page.locator("#results")).not_to_have_attribute("aria-busy", "true")
        expect(
            page.locator("#count, #notice p").filter(has_text=re.compile(".")).first
        ).to_be_visible()
        if width == 320 and page.locator("#refine").is_visible():
            page.locator("#refine").click()
        assert page.evaluate(scrolls) <= width, query
    page.goto(f"{album_visit.server.url}/ui")
    album_visit.type("llanf")
    expect(page.locator(".suggestion").first).to_be_visible()
    assert page.evaluate(scrolls) <= width
    album_visit.allow("400")


def test_a_text_is_suggested_once(album_visit: Visit) -> None:
    """A value of a facet that is a title too is one suggestion."""
    album_visit.open("?index=albums")
    album_visit.type("black")
    options = album_visit.page.locator(".suggestion")
    expect(options).to_have_count(1)
    expect(options.first).to_contain_text("Artist · 2")


def test_names_and_values_read_well(album_visit: Visit) -> None:
    """Humps become words, booleans yes or no, a badge neither repeats the title nor another."""
    album_visit.open("?index=albums&q=album+00")
    page = album_visit.page
    expect(page.get_by_role("group", name="Billing City")).to_be_visible()
    hit = page.locator(".hit").first
    assert hit.locator(".badge").all_inner_texts() == ["Singer 00", "City 00"]
    hit.get_by_text("All fields").click()
    expect(hit.locator("dl")).to_contain_text("Recorded LiveYes")
    album_visit.open("?index=albums&q=black+sabbath")
    first = page.locator(".hit").first
    expect(first.locator(".title")).to_have_text("Black Sabbath")
    assert first.locator(".badge").all_inner_texts() == ["Birmingham"]
    names = page.locator("summary").evaluate_all("(all) => all.map((one) => one.ariaLabel)")
    assert len(set(names)) == len(names) == 4


def test_all_values_of_a_facet_can_be_seen(album_visit: Visit) -> None:
    """Ten at first, more when asked for, and the focus stays on the button."""
    album_visit.open("?index=albums")
    page = album_visit.page
    boxes = page.get_by_role("group", name="Billing City").get_by_role("checkbox")
    expect(boxes).to_have_count(10)
    page.get_by_role("button", name="More values of Billing City").click()
    expect(boxes).to_have_count(15)
    fewer = page.get_by_role("button", name="Fewer values of Billing City")
    expect(fewer).to_be_focused()
    assert page.get_by_role("group", name="Band Name").get_by_role("checkbox").count() == 10
    fewer.click()
    expect(boxes).to_have_count(10)
    assert page.get_by_role("group", name="Recorded Live").get_by_role("button").count() == 0


def test_a_problem_offers_only_what_helps(visit: Visit) -> None:
    """A query that is too long can be cleared; values of the answer before are not left over."""
    visit.open()
    page = visit.page
    page.goto(f"{visit.server.url}/ui?q={'w' * 1001}&f.genre=Drama")
    expect(page.get_by_role("alert")).to_contain_text("longer than 1000")
    assert page.get_by_role("button", name="Remove filters and sort").count() == 0
    assert page.get_by_role("checkbox").count() == 0
    page.get_by_role("button", name="Clear the search").click()
    expect(page.locator("#count strong")).to_have_text("48 results")
    visit.allow("400")


def test_a_server_that_is_down_is_said(visit: Visit) -> None:
    """Without an answer the page says so, and can try again."""
    visit.open()
    page = visit.page
    page.route(re.compile("/search"), lambda route: route.abort())
    page.get_by_role("checkbox", name="Drama").click()
    expect(page.get_by_role("alert")).to_contain_text("does not answer")
    page.unroute(re.compile("/search"))
    assert page.get_by_role("checkbox").count() == 0, "values of an answer that is gone"
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#count strong")).to_have_text("12 results")
    expect(page.locator("#results")).to_be_focused()
    visit.allow("ERR_FAILED")


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
    expect(page.get_by_role("heading", level=1)).to_have_text("Search")
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


def test_the_api_is_described_and_can_be_tried(visit: Visit) -> None:
    """On a page that is shipped: a search is filled in, sent and answered."""
    page = visit.page
    page.goto(f"{visit.server.url}/docs")
    # All operations are drawn first, which takes seconds where the machine is busy.
    expect(page.locator(".opblock-tag")).to_have_count(8, timeout=60_000)
    search = page.locator("#operations-search-search")
    search.locator(".opblock-summary-control").click()
    search.get_by_role("button", name="Try it out").click()
    search.get_by_placeholder("index").fill("films")
    search.get_by_placeholder("q", exact=True).fill("winter")
    search.get_by_role("button", name="Execute").click()
    expect(search.locator(".live-responses-table .response-col_status").last).to_contain_text("200")
    expect(search.locator(".live-responses-table")).to_contain_text("Winter")
