"""The search page on a server that asks for keys: what each kind of them lets somebody see."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

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
    """A tab; the browser's own words on a refusal are no fault of the page's."""
    with visiting(browser, guarded.server) as visit:
        yield visit
        visit.errors = [one for one in visit.errors if "status of 40" not in one]


def with_key(visit: Visit, key: str, query: str = "") -> Page:
    """The page as it is with that key."""
    visit.page.goto(f"{visit.server.url}/ui{query}")
    visit.page.get_by_label("Key").fill(key)
    visit.page.get_by_role("button", name="Use").click()
    return visit.page


def test_a_search_key_searches(visit: Visit, guarded: Guarded) -> None:
    """With facets, ranges and suggestions; not with what only analysts may see."""
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
    expect(page.get_by_label("Sort by")).to_be_hidden()
    page.reload()
    expect(page.locator("#chips li")).to_have_count(2)
    expect(page.locator(".hit")).not_to_have_count(0)


def test_an_analyst_sees_why(visit: Visit, guarded: Guarded) -> None:
    """And sorts; the key is asked for once."""
    page = with_key(visit, guarded.analyst, "?q=night")
    page.locator(".hit").first.get_by_text("Why", exact=True).click()
    expect(page.locator(".why").first).to_contain_text("hit 1 of")
    expect(page.get_by_label("Sort by")).to_be_visible()
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


def test_a_key_that_reaches_nothing_here(visit: Visit, guarded: Guarded) -> None:
    """Is told so; another one can be given."""
    page = with_key(visit, guarded.elsewhere)
    expect(page.locator("#notice")).to_contain_text("reaches no index")
    page.get_by_role("button", name="Forget key").click()
    expect(page.get_by_label("Key")).to_be_visible()


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
