"""The search page on a server that asks for keys: what each kind of them lets somebody see."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from searchsvc.access.tokens import write_token
from searchsvc.domain.access import Role
from tests.support.browser import Visit, chromium, counted, no_browser, visiting
from tests.support.keys import key_case
from tests.support.server import RunningServer, film_server

pytestmark = pytest.mark.skipif(bool(no_browser()), reason=no_browser())


@dataclass(frozen=True)
class Guarded:
    """A server that asks for keys, its folder, and one key of each kind."""

    server: RunningServer
    folder: Path
    search: str
    analyst: str
    elsewhere: str


@pytest.fixture(scope="module")
def guarded(tmp_path_factory) -> Iterator[Guarded]:
    """The films behind keys."""
    folder = tmp_path_factory.mktemp("guarded")
    with key_case(folder) as case:
        search = case.secret("box", indexes=("films",))
        analyst = case.secret("ann", Role.ANALYST)
        elsewhere = case.secret("other", indexes=("books",))
    with film_server(folder, app="tests.support.films:create_guarded_film_app") as server:
        yield Guarded(server, folder, search, analyst, elsewhere)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium that is installed already."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def visit(browser: Browser, guarded: Guarded) -> Iterator[Visit]:
    """A tab; the browser's own words on a refusal are no fault of the page's.

    Whatever it does, no key is in an address that it asks for.
    """
    with visiting(browser, guarded.server) as visit:
        asked: list[str] = []
        visit.page.on("request", lambda request: asked.append(request.url))
        yield visit
        assert asked
        assert not [url for url in asked if "ssk_" in url or "sst_" in url]
        visit.allow("status of 40")


def with_key(visit: Visit, key: str, query: str = "") -> Page:
    """The page as it is with that key."""
    visit.page.goto(f"{visit.server.url}/ui{query}")
    visit.page.get_by_label("Key").fill(key)
    visit.page.get_by_role("button", name="Use").click()
    return visit.page


def test_a_search_key_searches(visit: Visit, guarded: Guarded) -> None:
    """With facets, ranges, suggestions and sorts; not with what only analysts may see."""
    page = with_key(visit, guarded.search, "?q=night")
    expect(page.locator(".hit .title").first).to_contain_text("Night")
    total = counted(page)
    page.get_by_role("checkbox", name="Drama").check()
    expect(page.locator("#chips")).to_contain_text("Genre: Drama")
    assert counted(page) < total
    page.get_by_role("group", name="Year").get_by_role("checkbox").first.check()
    expect(page.locator("#chips li")).to_have_count(2)
    expect(page.locator(".hit")).not_to_have_count(0)
    expect(page.get_by_text("Why", exact=True)).to_have_count(0)
    expect(page.get_by_label("Sort by")).to_be_visible()
    page.reload()
    expect(page.locator("#chips li")).to_have_count(2)
    expect(page.locator(".hit")).not_to_have_count(0)


def test_an_analyst_sees_why(visit: Visit, guarded: Guarded) -> None:
    """The key is asked for once."""
    page = with_key(visit, guarded.analyst, "?q=night")
    page.locator(".hit").first.get_by_text("Why", exact=True).click()
    expect(page.locator(".why").first).to_contain_text("hit 1 of")
    page.goto(f"{visit.server.url}/admin")
    expect(page.get_by_role("article", name="films")).to_be_visible()


def test_a_token_sees_what_its_filter_lets_pass(visit: Visit, guarded: Guarded) -> None:
    """Pages as short as it says, too."""
    until = time.time() + 600
    token = write_token(guarded.search, filter="country:Japan", max_per_page=4, expires=until)
    page = with_key(visit, token)
    expect(page.locator(".hit")).to_have_count(4)
    expect(page.get_by_role("checkbox", name="Japan")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Kenya")).to_have_count(0)
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#pages")).to_contain_text("Page 2 of 4")


def test_a_token_whose_time_is_over_says_so(visit: Visit, guarded: Guarded) -> None:
    """Else somebody would look for a typing mistake in it."""
    token = write_token(guarded.search, expires=time.time() - 1)
    visit.page.goto(f"{visit.server.url}/ui")
    visit.page.get_by_label("Key").fill(token)
    visit.page.keyboard.press("Enter")
    expect(visit.page.get_by_text("The token has expired.")).to_be_visible()


def test_an_index_out_of_reach_leads_to_those_within(visit: Visit, guarded: Guarded) -> None:
    """Instead of the same refusal; who gives a key by the keyboard goes on at the search box."""
    visit.page.goto(f"{visit.server.url}/ui?index=books&q=night")
    visit.page.get_by_label("Key").fill(guarded.search)
    visit.page.keyboard.press("Enter")
    expect(visit.page.get_by_role("alert")).to_contain_text("does not reach index 'books'")
    expect(visit.page.get_by_role("combobox", name="Search")).to_be_focused()
    expect(visit.page.get_by_role("button", name="Try again")).to_have_count(0)
    visit.page.get_by_role("link", name="Search films").click()
    expect(visit.page.locator(".hit .title").first).to_contain_text("Night")


def test_a_key_that_reaches_nothing_here(visit: Visit, guarded: Guarded) -> None:
    """Is told so; another one can be given."""
    page = with_key(visit, guarded.elsewhere)
    expect(page.locator("#notice")).to_contain_text("reaches no index")
    page.get_by_role("button", name="Forget key").click()
    expect(page.get_by_label("Key")).to_be_visible()


def test_the_page_tells_whose_key_it_uses(visit: Visit, guarded: Guarded) -> None:
    """Its name and role, or that it is a token; a reload keeps it, forgetting it asks anew."""
    page = with_key(visit, guarded.analyst)
    expect(page.locator("#key")).to_contain_text("ann, analyst")
    page.reload()
    expect(page.locator("#key")).to_contain_text("ann, analyst")
    page.get_by_role("button", name="Forget key").click()
    expect(page.get_by_text("This server asks for a key.")).to_be_visible()
    token = write_token(guarded.search, filter="country:Japan", expires=time.time() + 600)
    page.get_by_label("Key").fill(token)
    page.get_by_role("button", name="Use").click()
    expect(page.locator("#key")).to_contain_text("box, a token for search")


def test_relevance_goes_on_once_a_key_is_typed(visit: Visit, guarded: Guarded) -> None:
    """What it shows is there without a reload."""
    page = visit.page
    page.goto(f"{visit.server.url}/admin/relevance")
    page.get_by_label("Key").fill(guarded.analyst)
    page.get_by_role("button", name="Use").click()
    expect(page.locator("#index")).to_have_value("films")
    expect(page.locator("#evaluate-ranking")).to_have_value("default")


def test_a_token_of_an_analyst_is_told_why(visit: Visit, guarded: Guarded) -> None:
    """Of documents that its filter lets pass, as is an analyst's key of some fields."""
    token = write_token(guarded.analyst, filter="country:Japan", expires=time.time() + 600)
    page = with_key(visit, token, "?q=night")
    page.locator(".hit").first.get_by_text("Why", exact=True).click()
    expect(page.locator(".why").first).to_contain_text("hit 1 of")
    fields = {"return": ("title", "genre")}
    token = write_token(guarded.analyst, fields=fields, expires=time.time() + 600)
    page.get_by_role("button", name="Forget").click()
    page.get_by_label("Key").fill(token)
    page.get_by_role("button", name="Use").click()
    page.locator(".hit").first.get_by_text("Why", exact=True).click()
    expect(page.locator(".why").first).to_contain_text("hit 1 of")
    expect(page.get_by_role("group", name="Genre")).to_be_visible()
    expect(page.get_by_role("group", name="Country")).to_have_count(0)


@pytest.mark.parametrize("text", ["ssk_search_“quoted”", "ssk search nope", "ключ"])
def test_what_can_be_no_key_is_told_to_be_none(visit: Visit, text: str) -> None:
    """What cannot even be sent is a wrong key, not a server that does not answer."""
    page = with_key(visit, text)
    expect(page.get_by_text("That key does not hold.")).to_be_visible()
    expect(page.get_by_label("Key")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("does not answer")).to_be_hidden()
    assert page.evaluate("sessionStorage.length") == 0


def test_a_late_refusal_of_another_key_takes_none_away(visit: Visit, guarded: Guarded) -> None:
    """Somebody was quicker with the right key than the server with its no to the wrong one."""
    page = with_key(visit, guarded.analyst, "?q=night")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/why/*", hold)
    page.locator(".hit").first.wait_for()
    page.evaluate("sessionStorage.setItem('searchsvc key', 'ssk_search_nope_nope')")
    with page.expect_request("**/why/*"):
        page.locator(".hit").first.get_by_text("Why", exact=True).click()
    visit.type("s")
    expect(page.get_by_text("That key does not hold.")).to_be_visible()
    page.get_by_label("Key").fill(guarded.analyst)
    page.get_by_role("button", name="Use").click()
    expect(page.locator("#key")).to_contain_text("ann, analyst")
    with page.expect_response("**/why/*") as refused:
        held[0].continue_()
    assert refused.value.status == 401
    page.reload()
    expect(page.locator("#key")).to_contain_text("ann, analyst")


def test_a_wrong_key_and_none(visit: Visit, guarded: Guarded) -> None:
    """The form says what is wrong; a key is in no address, no storage that stays, and no log."""
    page = with_key(visit, "ssk_search_nope_nope")
    expect(page.get_by_text("That key does not hold.")).to_be_visible()
    page.get_by_label("Key").fill(guarded.search)
    page.get_by_role("button", name="Use").click()
    expect(page.locator(".hit")).not_to_have_count(0)
    assert guarded.search not in page.url
    assert page.evaluate("localStorage.length + document.cookie.length") == 0
    logs = list((guarded.folder / "logs").iterdir())
    assert logs
    assert all(guarded.search.encode() not in path.read_bytes() for path in logs)
