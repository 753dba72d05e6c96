"""The admin page in a real browser: what it shows, its editor, keys, and WCAG 2.2 AA."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from searchsvc.domain.access import Role
from searchsvc.domain.run import Counts, Run, RunKind, RunProgress, RunStatus
from searchsvc.stores.sql import SqlStateStore
from tests.support.browser import Visit, chromium, no_browser, violations, visiting
from tests.support.frontends import lacking, modules
from tests.support.keys import key_case
from tests.support.server import RunningServer, film_server

pytestmark = pytest.mark.skipif(bool(no_browser()), reason=no_browser())
PIN = "rules:\n  - {name: pinned, when: \"query is 'night'\", pin: film/40}\n"
LOOKED_AT = "document.dispatchEvent(new Event('visibilitychange'))"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """The data folder of the films."""
    return tmp_path_factory.mktemp("films")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[RunningServer]:
    """The films on granian, with what was searched for and what indexers did."""
    with film_server(folder) as running:
        for q in ("night", "night", "river", "unicorn"):
            asked = {"q": q, "match": "all", "typo": "off"}
            found = httpx.get(f"{running.url}/v1/indexes/films/search", params=asked)
            if q == "night":
                click = {"action_name": "click", "query_id": found.json()["query_id"]}
        click["timestamp"] = datetime.now(UTC).isoformat()
        httpx.post(f"{running.url}/v1/events", json=[click]).raise_for_status()
        deadline = time.monotonic() + 10
        for name in ("searches", "events"):
            while not list((folder / "logs").glob(f"{name}-*")) and time.monotonic() < deadline:
                time.sleep(0.1)
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium that is installed already."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def visit(browser: Browser, server: RunningServer) -> Iterator[Visit]:
    """A tab; files as they were before it."""
    with visiting(browser, server) as visit:
        visit.page.emulate_media(reduced_motion="reduce")
        yield visit
    for kind in ("synonyms", "rules"):
        httpx.put(f"{server.url}/v1/indexes/films/{kind}", content="").raise_for_status()


@pytest.fixture
def state(folder: Path, server: RunningServer) -> Iterator[SqlStateStore]:
    """The state store that the server reads."""
    assert server.process.poll() is None
    store = SqlStateStore(f"sqlite:///{folder / 'state.db'}")
    yield store
    store.close()


def opened(visit: Visit, view: str) -> Page:
    """The page at that view, once it shows something."""
    visit.page.goto(f"{visit.server.url}/admin#{view}")
    expect(visit.page.locator(f"#view-{view}")).to_be_visible()
    return visit.page


def test_indexes_and_their_versions(visit: Visit) -> None:
    """A card for each, with what is known; versions on demand."""
    page = opened(visit, "indexes")
    card = page.get_by_role("article", name="films")
    expect(card.get_by_text("Serving")).to_be_visible()
    expect(card).to_contain_text("48")
    expect(card).to_contain_text("never compared")
    card.get_by_text("Versions").click()
    expect(card.get_by_text("Live")).to_be_visible()
    expect(page).to_have_title("Indexes · searchsvc")


def test_a_run_is_followed_while_it_goes_on(visit: Visit, state: SqlStateStore) -> None:
    """From its start to its end, without anybody asking for the page again."""
    page = opened(visit, "indexes")
    run = state.start_run("films", RunKind.REBUILD, "films-1", datetime.now(UTC))
    state.set_progress(run, RunProgress("copy", 500, 2000))
    row = page.locator("#runs tbody tr").first
    expect(row).to_contain_text("copy, 500 of 2,000", timeout=15_000)
    expect(row.get_by_role("progressbar")).to_have_attribute("value", "500")
    state.set_progress(run, RunProgress("check", 2000, 2000))
    expect(row).to_contain_text("check, 2,000 of 2,000")
    _failed(state, run)
    expect(row).to_contain_text("failed")
    expect(row).to_contain_text("the disk is full")
    expect(row.get_by_role("progressbar")).to_have_count(0)


def _failed(state: SqlStateStore, run: Run) -> None:
    counts, now = Counts(read=2000, indexed=2000), datetime.now(UTC)
    state.finish_run(run, RunStatus.FAILED, counts, now, error="the disk is full", drift=7)


def test_a_drift_is_told(visit: Visit, state: SqlStateStore) -> None:
    """As what it is, in words and in colour."""
    run = state.start_run("films", RunKind.VERIFY, "films-1", datetime.now(UTC))
    _failed(state, run)
    card = opened(visit, "indexes").get_by_role("article", name="films")
    expect(card.get_by_text("Drifted")).to_be_visible()
    expect(card).to_contain_text("7 wrong")


def test_latencies_over_time(visit: Visit) -> None:
    """A picture with its numbers behind it, of what is chosen."""
    page = opened(visit, "latency")
    picture = page.get_by_role("img", name=re.compile("p50, p90 and p99"))
    expect(picture).to_be_visible()
    page.locator("#latency-route").select_option("/v1/indexes/{index}/search")
    page.locator("#latency-index").select_option("films")
    page.get_by_text("As a table").click()
    counts = page.locator("#chart tbody tr td:nth-child(2)")
    expect(counts.first).to_be_visible()
    assert sum(int(text) for text in counts.all_inner_texts()) >= 4
    row = page.locator("#percentiles tr", has_text="/v1/indexes/{index}/search")
    expect(row).to_contain_text("films")


def test_queries_without_results_lead_to_the_search(visit: Visit) -> None:
    """With how many asked; the popular ones beside them."""
    page = opened(visit, "queries")
    expect(page.locator("#queries-basis")).to_contain_text("Of 4 searches since")
    expect(page.locator("#queries-basis")).to_contain_text("1 with a click")
    expect(page.locator("#popular tbody tr").first).to_contain_text("night")
    expect(page.locator("#ctr tbody tr").first).to_contain_text("50 %")
    expect(page.locator("#no-click tbody tr")).to_have_count(2)
    link = page.locator("#zero").get_by_role("link", name="unicorn", exact=True)
    link.click()
    expect(page.get_by_role("combobox", name="Search")).to_have_value("unicorn")


def test_a_rule_is_previewed_and_saved(visit: Visit) -> None:
    """What moves is told in words; once saved, a search goes by it."""
    page = opened(visit, "curation")
    expect(page.get_by_label("Searches to compare")).to_have_value(re.compile("^night"))
    page.get_by_label("File", exact=True).select_option("rules")
    expect(page.get_by_text("mappings/films/rules.yaml")).to_be_visible()
    page.locator("#text").fill(PIN)
    page.get_by_role("button", name="Preview").click()
    after = page.locator(".compared").first.locator("ol").nth(1)
    expect(after.locator("li").first).to_contain_text("pinned, new")
    expect(after.locator("li").nth(1)).to_contain_text("down from 1")
    expect(page.locator(".compared .gone")).to_have_count(1)
    assert rules_of(visit) == []
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#file-state")).to_have_text("In use.")
    expect(page.locator(".compared")).to_have_count(0)
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    assert rules_of(visit) == ["pinned"]
    page.get_by_text("Latest changes").click()
    expect(page.locator("#changes li").first).to_contain_text("by 127.0.0.1")


def rules_of(visit: Visit) -> list[str]:
    """The rules that a search for `night` goes by."""
    found = httpx.get(f"{visit.server.url}/v1/indexes/films/search", params={"q": "night"}).json()
    return list(found["applied"]["rules"])


def test_a_fault_is_told_beside_the_editor(visit: Visit) -> None:
    """With its line; what was written stays."""
    page = opened(visit, "curation")
    page.get_by_label("File", exact=True).select_option("rules")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".compared")).not_to_have_count(0)
    page.locator("#text").fill("rules: [{name: a, nope: 1}]")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#file-notice")).to_contain_text("rules.yaml:1")
    expect(page.locator(".compared")).to_have_count(0)
    expect(page.locator("#text")).to_have_value("rules: [{name: a, nope: 1}]")
    visit.allow("422")


@pytest.mark.parametrize("mine", [True, False])
def test_a_file_that_has_changed_meanwhile(visit: Visit, mine: bool) -> None:
    """Whoever saves second is asked, and either way nothing is lost unseen."""
    page = opened(visit, "curation")
    expect(page.locator("#file-state")).to_have_text("Empty.")
    page.locator("#text").fill("dusk => night\n")
    url = f"{visit.server.url}/v1/indexes/films/synonyms"
    httpx.put(url, content="brook, river\n", headers={"X-Forwarded-User": "ann"}).raise_for_status()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#file-notice")).to_contain_text("by ann")
    expect(page.locator("#file-notice").get_by_text("brook, river")).to_be_visible()
    name = "Save mine in its place" if mine else "Take theirs, drop mine"
    page.get_by_role("button", name=name).click()
    expect(page.locator("#file-state")).to_have_text("In use.")
    expect(page.locator("#file-notice")).to_be_hidden()
    wanted = "dusk => night\n" if mine else "brook, river\n"
    expect(page.locator("#text")).to_have_value(wanted)
    assert httpx.get(url).json()["text"] == wanted
    visit.allow("412")


def test_what_is_not_saved_is_not_left_unasked(visit: Visit) -> None:
    """To another view, or to another file."""
    page = opened(visit, "curation")
    page.locator("#text").fill("dusk => night\n")
    answers = iter([False, False, True])
    page.on("dialog", lambda box: box.accept() if next(answers) else box.dismiss())
    page.get_by_role("link", name="Latency").click()
    expect(page.locator("#view-curation")).to_be_visible()
    page.get_by_label("File", exact=True).select_option("rules")
    expect(page.get_by_label("File", exact=True)).to_have_value("synonyms")
    expect(page.locator("#text")).to_have_value("dusk => night\n")
    page.get_by_role("link", name="Latency").click()
    expect(page.locator("#view-latency")).to_be_visible()


def test_a_file_that_is_read_again(visit: Visit) -> None:
    """Shows what it says now; but what somebody writes meanwhile stays, whatever has been read."""
    page, url = opened(visit, "curation"), f"{visit.server.url}/v1/indexes/films/synonyms"
    expect(page.locator("#file-state")).to_have_text("Empty.")
    httpx.put(url, content="brook, river\n").raise_for_status()
    page.evaluate(LOOKED_AT)
    expect(page.locator("#text")).to_have_value("brook, river\n")
    held: list[Route] = []
    page.route("**/synonyms", lambda route: held.append(route))  # noqa: PLW0108 - it is inspected
    with page.expect_request("**/synonyms"):
        page.evaluate(LOOKED_AT)
    page.locator("#text").fill("dusk => night\n")
    with page.expect_response("**/synonyms"):
        held[0].continue_()
    page.wait_for_timeout(200)
    expect(page.locator("#text")).to_have_value("dusk => night\n")
    expect(page.get_by_role("button", name="Save")).to_be_enabled()


def test_what_is_written_while_the_file_is_saved(visit: Visit) -> None:
    """Stays, as changed and not saved."""
    page, held = opened(visit, "curation"), list[Route]()
    page.locator("#text").fill("dusk => night\n")
    page.route("**/synonyms", lambda route: held.append(route))  # noqa: PLW0108 - it is inspected
    with page.expect_request("**/synonyms"):
        page.get_by_role("button", name="Save").click()
    page.locator("#text").press_sequentially("brook, river")
    with page.expect_response("**/synonyms"):
        held[0].continue_()
    expect(page.locator("#file-state")).to_have_text("Changed here, and not saved.")
    expect(page.locator("#text")).to_have_value(re.compile("brook, river"))
    page.get_by_role("button", name="Discard changes").click()
    expect(page.locator("#text")).to_have_value("dusk => night\n")


def test_keys(browser: Browser, tmp_path: Path) -> None:
    """Asked for, kept in the tab and nowhere else; one that may not save says so."""
    with key_case(tmp_path) as case:
        secret = case.secret("ann", Role.ANALYST)
        narrow = case.secret("bob", Role.ADMIN, indexes=("films",))
    app = "tests.support.films:create_guarded_film_app"
    with film_server(tmp_path, app=app) as server, visiting(browser, server) as visit:
        page = opened(visit, "indexes")
        page.get_by_label("Key").fill("ssk_analyst_wrong_wrong")
        page.get_by_role("button", name="Use").click()
        expect(page.get_by_text("That key does not hold.")).to_be_visible()
        page.get_by_label("Key").fill(secret)
        page.get_by_role("button", name="Use").click()
        expect(page.get_by_role("article", name="films")).to_be_visible()
        page.get_by_role("link", name="Synonyms and rules").click()
        page.locator("#text").fill("dusk => night\n")
        expect(page.locator("#file-state")).to_contain_text("Saving takes the key of an admin")
        expect(page.get_by_role("button", name="Save")).to_be_disabled()
        assert secret not in page.url
        assert page.evaluate("localStorage.length") == 0
        page.get_by_role("button", name="Discard changes").click()
        page.get_by_role("button", name="Forget key").click()
        page.get_by_label("Key").fill(narrow)
        page.keyboard.press("Enter")
        page.locator("#text").fill("dusk => night\n")
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#file-state")).to_have_text("In use.")
        page.get_by_role("link", name="Indexes").click()
        expect(page.locator("#notice")).to_contain_text("use a key without --index")
        visit.allow("401", "403")
    logged = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.suffix == ".jsonl")
    assert secret.encode() not in logged


def test_a_late_report_does_not_overwrite_what_is_typed(visit: Visit) -> None:
    """The searches to compare are offered until somebody has written some."""
    page, held = visit.page, []
    page.route("**/v1/reports/popular**", lambda route: held.append(route))  # noqa: PLW0108 - it is inspected
    searches = page.get_by_label("Searches to compare")
    with page.expect_request("**/v1/reports/popular**"):
        opened(visit, "curation")
    searches.fill("dusk")
    with page.expect_response("**/v1/reports/popular**"):
        held[0].continue_()
    expect(searches).to_have_value("dusk")
    page.wait_for_timeout(200)
    expect(searches).to_have_value("dusk")


def test_a_server_that_has_gone(browser: Browser, tmp_path: Path) -> None:
    """Is said, and the page goes on by itself when it is back."""
    with film_server(tmp_path) as server, visiting(browser, server) as visit:
        page = opened(visit, "indexes")
        expect(page.get_by_role("article", name="films")).to_be_visible()
        page.route("**/v1/**", lambda route: route.abort())
        expect(page.locator("#notice")).to_contain_text("does not answer", timeout=15_000)
        page.unroute("**/v1/**")
        expect(page.locator("#notice")).to_be_hidden(timeout=15_000)
        visit.allow("ERR_FAILED")


@pytest.mark.skipif(bool(lacking()), reason=lacking())
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 390])
def test_everybody_can_use_it(visit: Visit, state: SqlStateStore, width: int, scheme) -> None:
    """Each view by axe-core, with runs, a picture, tables and a preview in it."""
    page = visit.page
    page.add_init_script(path=modules() / "axe-core" / "axe.min.js")
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 860})
    run = state.start_run("films", RunKind.REBUILD, "films-1", datetime.now(UTC))
    state.set_progress(run, RunProgress("copy", 500, 2000))
    opened(visit, "indexes").get_by_text("Versions").click()
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    expect(page.locator("#runs")).to_contain_text("copy", timeout=15_000)
    assert violations(page) == []
    _failed(state, run)
    opened(visit, "latency").get_by_text("As a table").click()
    assert violations(page) == []
    expect(
        opened(visit, "queries").locator("#zero").get_by_role("link", name="unicorn", exact=True)
    ).to_be_visible()
    assert violations(page) == []
    opened(visit, "curation").locator("#text").fill("dusk => night")
    page.get_by_label("Searches to compare").fill("dusk\nriver")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".compared")).to_have_count(2)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Discard changes").click()
