"""What the search page makes of an answer beyond its hits: groups, reasons, corrections, rules."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser import Visit, chromium, counted, no_browser, visiting
from tests.support.server import RunningServer, film_server

pytestmark = pytest.mark.skipif(bool(no_browser()), reason=no_browser())
RULES = """rules:
  - {name: to shelves, when: "query is 'shelves'", redirect: "/shelves?all=1"}
  - {name: first, when: "query is 'night'", pin: film/40}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[RunningServer]:
    """The films on granian, with two rules and a synonym."""
    with film_server(tmp_path_factory.mktemp("films")) as running:
        url = f"{running.url}/v1/indexes/films/rules"
        httpx.put(url, content=RULES).raise_for_status()
        url = f"{running.url}/v1/indexes/films/synonyms"
        httpx.put(url, content="dusk => night\n").raise_for_status()
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


def test_groups_open_and_go_back(visit: Visit) -> None:
    """One hit for each country, counted as such; the others of one are a click away."""
    visit.open("?q=night")
    page = visit.page
    alone = counted(page)
    page.get_by_label("Group by").select_option("country")
    expect(page.locator("#count")).to_contain_text("3 groups")
    expect(page.locator(".hit")).to_have_count(3)
    more = page.locator(".hit").first.get_by_role("button", name="by Country")
    number = int(more.inner_text().split()[0])
    country = more.inner_text().split(" more of ")[1]
    more.click()
    expect(page.get_by_label("Group by")).to_have_value("none")
    expect(page.locator("#count")).to_contain_text(f"{number + 1} results")
    expect(page.locator("#chips")).to_contain_text(f"Country: {country}")
    page.go_back()
    expect(page.locator("#count")).to_contain_text("3 groups")
    assert "group=country" in page.url
    page.get_by_label("Group by").select_option("Nothing")
    expect(page.locator("#count")).to_contain_text(f"{alone} results")
    assert "group=" not in page.url


def test_why_a_hit_is_one(visit: Visit) -> None:
    """In sentences, with the fields that hold each word; asked for only when opened."""
    asked: list[str] = []
    visit.page.on("request", lambda request: asked.append(request.url))
    visit.open("?q=night+drama&sort=newest")
    hit = visit.page.locator(".hit").first
    assert not any("/why/" in url for url in asked)
    hit.get_by_text("Why", exact=True).click()
    why = hit.locator(".why")
    expect(why).to_contain_text("hit 1 of")
    expect(why.locator("li").first).to_be_visible()
    expect(why.get_by_role("row", name="night")).to_contain_text("Title")
    expect(why.get_by_role("row", name="drama")).to_contain_text("Genre")
    (url,) = [url for url in asked if "/why/" in url]
    assert "sort=newest" in url
    hit.get_by_text("Why", exact=True).click()
    hit.get_by_text("Why", exact=True).click()
    expect(why).to_contain_text("hit 1 of")
    assert len([url for url in asked if "/why/" in url]) == 1


def test_what_a_score_is_made_of(visit: Visit) -> None:
    """Bars with their shares, where the score decides; nothing where hits are sorted."""
    visit.open("?q=drama")
    visit.page.locator(".hit").nth(1).get_by_text("Why", exact=True).click()
    score = visit.page.locator(".why").nth(1).get_by_role("table").nth(1)
    expect(score.get_by_role("row").nth(1)).to_contain_text("%")
    expect(score.get_by_role("meter").first).to_be_visible()


def test_why_names_the_rule(visit: Visit) -> None:
    """A pinned document says so."""
    visit.open("?q=night")
    visit.page.locator(".hit").first.get_by_text("Why", exact=True).click()
    why = visit.page.locator(".why").first
    expect(why.get_by_role("listitem").filter(has_text="pinned by a rule")).to_have_count(1)
    expect(why).to_contain_text("Rules that apply: first")


def test_why_names_the_synonym_and_the_filter(visit: Visit) -> None:
    """What stands in the place of a word, and that the chosen values let the hit pass."""
    visit.open("?q=dusk&f.country=Japan")
    visit.page.locator(".hit").first.get_by_text("Why", exact=True).click()
    why = visit.page.locator(".why").first
    expect(why).to_contain_text("Synonyms that apply: dusk => night")
    expect(why.get_by_role("row", name="dusk night in its place")).to_be_visible()
    expect(why).to_contain_text("It passes the filter of the chosen values.")
    expect(why).not_to_contain_text("Every word")


def test_why_tells_which_word_is_missing(visit: Visit) -> None:
    """Where any word is enough, none of them was asked for."""
    visit.open("?q=night+zebra")
    visit.page.locator(".hit").first.get_by_text("Why", exact=True).click()
    why = visit.page.locator(".why").first
    expect(why).to_contain_text("Any of the words is enough.")
    row = why.get_by_role("row", name="zebra")
    expect(row.get_by_role("cell")).to_have_text("nothing")


def test_what_was_probably_meant_is_a_link(visit: Visit) -> None:
    """It searches for that, as one step of the history."""
    visit.open("?q=lantrn")
    visit.page.get_by_role("link", name="lantern").click()
    expect(visit.page.get_by_role("combobox", name="Search")).to_have_value("lantern")
    expect(visit.page.locator("#count")).to_contain_text("for “lantern”")
    expect(visit.page.locator("#count")).not_to_contain_text("did you mean")
    visit.page.go_back()
    expect(visit.page.get_by_role("combobox", name="Search")).to_have_value("lantrn")


def test_a_redirect_is_offered_and_not_followed(visit: Visit) -> None:
    """The page of this server is not the shop that the rule speaks of."""
    visit.open("?q=shelves")
    link = visit.page.locator("#redirect").get_by_role("link", name="/shelves?all=1")
    expect(link).to_have_attribute("href", f"{visit.server.url}/shelves?all=1")
    visit.open("?q=night")
    expect(visit.page.locator("#redirect")).to_be_hidden()


def test_an_index_of_more_groups_than_pages_reach(browser: Browser, tmp_path: Path) -> None:
    """It is grouped by itself; what lies behind the last page leads to the first."""
    app = "tests.support.films:create_reel_app"
    with film_server(tmp_path, app=app) as server, visiting(browser, server) as visit:
        page = visit.page
        visit.open()
        expect(page.get_by_label("Group by")).to_have_value("series")
        # The only order is by distance, and the page has no place to measure from.
        expect(page.get_by_label("Sort by")).to_be_hidden()
        expect(page.locator("#count")).to_contain_text("1,010 groups")
        expect(page.locator("#pages")).to_contain_text("Page 1 of 100")
        page.goto(f"{server.url}/ui?page=500")
        page.get_by_role("button", name="First page").click()
        page.get_by_role("button", name="1 more of series-0001").click()
        expect(page.locator("#count")).to_contain_text("2 results")
        page.get_by_role("button", name="Remove Series").click()
        expect(page.locator("#count")).to_contain_text("1,011 results")
        assert "group=none" in page.url
        visit.open("?q=nitrate")
        page.locator(".hit").get_by_text("Why", exact=True).click()
        row = page.get_by_role("row", name="nitrate")
        expect(row.get_by_role("cell")).to_have_text("a field that is not shown")
        visit.allow("400")
