"""searchsvc.js without a build step: the example of docs/frontends.md, and each function."""

import gzip
import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from searchsvc.analytics.ubi import read_events
from tests.support.browser import Visit
from tests.support.frontends import FOLDER, example, lacking, type_errors
from tests.support.server import ROOT

WEB = ROOT / "searchsvc/api/web"
HEADING = "A search box in 20 lines of HTML"
# A function of the client in the page, and what came of it.
CALL = """async ([name, options, ...args]) => {
  const client = await import("/ui/searchsvc.js");
  const used = options === null ? client : client.connect(options);
  try {
    return await used[name](...args);
  } catch (error) {
    return { refused: error.name, status: error.status, message: error.message };
  }
}"""


@pytest.fixture
def shop(visit: Visit) -> Visit:
    """A tab with the example of the document as its page."""
    page = example("html", HEADING).replace("<title>", '<link rel="icon" href="data:,"><title>')
    visit.page.route(
        "**/shop/", lambda route: route.fulfill(body=page, content_type="text/html; charset=utf-8")
    )
    visit.page.goto(f"{visit.server.url}/shop/")
    return visit


def test_a_search_box(shop: Visit) -> None:
    """Hits come as one types, marked and safe; a click is told of."""
    page = shop.page
    page.get_by_label("Search").press_sequentially("notebook pro", delay=15)
    expect(page.get_by_role("status")).to_have_text(re.compile("^\\d+ found$"))
    expect(page.locator("#hits li").first).to_have_text("Notebook <b>Pro</b> & Pen")
    expect(page.locator("#hits mark").first).to_have_text("Notebook")
    with page.expect_request("**/v1/events") as told:
        page.locator("#hits li").first.click()
    (event,) = told.value.post_data_json
    assert event["action_name"] == "click"
    assert event["event_attributes"]["object"] == {"object_id": "p11"}
    assert event["client_id"].startswith("anonymous-")
    assert read_events([event])
    assert told.value.headers["content-type"].startswith("text/plain")


def test_it_is_short() -> None:
    """The example keeps its promise; the client is 4 kB gzipped at most."""
    assert len(example("html", HEADING).splitlines()) == 20
    assert len(gzip.compress((WEB / "searchsvc.js").read_bytes())) <= 4096


def test_a_newer_search_aborts_the_one_before(shop: Visit) -> None:
    """Of the same index only; which rejects with an AbortError."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    shop.page.route("**/products/search", hold, times=1)
    with shop.page.expect_request("**/products/search"):
        shop.page.evaluate(
            """async () => {
              const { search } = await import("/ui/searchsvc.js");
              window.again = search;
              window.first = search("products", { q: "phone" }).catch((error) => error.name);
            }"""
        )
    second = shop.page.evaluate('again("products", { q: "tea" })')
    assert second["total"]["value"] == 1
    assert shop.page.evaluate("first") == "AbortError"
    assert len(held) == 1
    held[0].abort()


def test_a_search_is_overtaken_while_its_answer_arrives(shop: Visit) -> None:
    """Which is an AbortError, too, and not half an answer."""
    name = shop.page.evaluate(
        """async () => {
          const { connect } = await import("/ui/searchsvc.js");
          const { search } = connect({ url: location.origin });
          const fetched = window.fetch;
          window.fetch = async (url, options) => {
            const response = await fetched(url, options);
            const begun = new Response(new ReadableStream({
              start: (stream) => {
                options.signal.addEventListener("abort", () => stream.error(new Error("cut")));
              },
            }), response);
            return window.slow ? begun : response;
          };
          window.slow = true;
          const first = search("products", { q: "phone" }).catch((error) => error.name);
          await new Promise((done) => setTimeout(done, 200));
          window.slow = false;
          await search("products", { q: "tea" });
          return first;
        }"""
    )
    assert name == "AbortError"


def test_what_goes_wrong_is_shown(shop: Visit) -> None:
    """In the box of the example: what the service says, or that it does not answer."""
    page = shop.page
    page.route("**/products/search", lambda route: route.abort())
    page.get_by_label("Search").fill("phone")
    expect(page.get_by_role("status")).to_contain_text("Failed to fetch")
    page.unroute("**/products/search")
    page.get_by_label("Search").fill("phon")
    expect(page.get_by_role("status")).to_have_text(re.compile("^\\d+ found$"))
    page.get_by_label("Search").fill("x" * 2000)
    expect(page.get_by_role("status")).to_contain_text("'q'")
    expect(page.locator("#hits li")).to_have_count(0)
    shop.allow("ERR_FAILED", "400")


def test_it_works_outside_a_browser(shop: Visit) -> None:
    """Where there is no beacon, and no navigator; what is left out of suggestions is not sent."""
    told = shop.page.evaluate(
        """async () => {
          const { connect } = await import("/ui/searchsvc.js");
          Object.defineProperty(globalThis, "navigator", { value: undefined, configurable: true });
          const { suggest, track } = connect({ url: location.origin });
          track({ action_name: "click", application: "products" });
          return (await suggest("products", { q: "sams", filter: undefined })).values.length;
        }"""
    )
    assert told == 1


def test_widgets_see_no_abort(shop: Visit) -> None:
    """Nobody waits for a search that a newer one of their client has overtaken: it stays open."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    shop.page.route("**/queries", hold, times=1)
    with shop.page.expect_request("**/queries"):
        shop.page.evaluate(
            """async () => {
              const { searchClient } = await import("/ui/searchsvc.js");
              const client = searchClient();
              window.ask = (query) => client.search([{ indexName: "products", params: { query } }]);
              window.first = ask("phone").then(() => "answered", () => "refused");
            }"""
        )
    second = shop.page.evaluate('ask("tea")')
    assert second["results"][0]["nbHits"] == 1
    waited = "Promise.race([first, new Promise((done) => setTimeout(done, 200, 'open'))])"
    assert shop.page.evaluate(waited) == "open"
    assert len(held) == 1
    held[0].abort()


def test_searches_and_suggestions(shop: Visit) -> None:
    """With all parameters of the native routes; what is refused says why, and what to do."""
    page = shop.page
    filter = {"and": [{"field": "brand", "eq": "Fleet & Sons"}]}
    found = page.evaluate(
        CALL, ["search", None, "products", {"filter": filter, "facets": ["tags"]}]
    )
    assert (found["total"]["value"], found["hits"][0]["doc"]["brand"]) == (2, "Fleet & Sons")
    offered = page.evaluate(CALL, ["suggest", None, "products", {"q": "sams", "limit": 2}])
    assert [one["value"] for one in offered["values"]] == ["Samsung"]
    refused = page.evaluate(CALL, ["search", None, "products", {"filter": "prise>1"}])
    assert (refused["refused"], refused["status"]) == ("SearchError", 400)
    assert refused["message"].endswith("did you mean 'price'?")
    shop.allow("400")


def test_a_key_travels_where_it_asks_no_permission(shop: Visit) -> None:
    """In a header of the native API, and in the URL of the wire that is asked across hosts."""
    page = shop.page
    options = {"url": f"{shop.server.url}", "key": "k&1"}
    with page.expect_request("**/products/search") as asked:
        page.evaluate(CALL, ["search", options, "products", {}])
    assert asked.value.headers["authorization"] == "Bearer k&1"
    with page.expect_request("**/compat/algolia/1/**") as asked:
        results = page.evaluate(
            """async (options) => {
              const { searchClient } = await import("/ui/searchsvc.js");
              const client = searchClient(options);
              const params = { facetName: "brand", facetQuery: "sam" };
              const facets = await client.searchForFacetValues([{ indexName: "products", params }]);
              const requests = [{ indexName: "products", params: { query: "tea" } }];
              return [facets, await client.search(requests)];
            }""",
            options,
        )
    assert asked.value.url.endswith("/queries?x-algolia-api-key=k%261")
    assert asked.value.headers["content-type"] == "text/plain"
    assert "authorization" not in asked.value.headers
    assert [one["value"] for one in results[0][0]["facetHits"]] == ["Samsung"]
    assert results[1]["results"][0]["nbHits"] == 1


def test_an_event_without_beacons(shop: Visit) -> None:
    """Is sent by a request that outlives the page as well."""
    shop.page.evaluate("navigator.sendBeacon = undefined")
    event = {"action_name": "view", "timestamp": "2026-11-28T10:00:00Z", "client_id": "me"}
    with shop.page.expect_response("**/v1/events") as told:
        shop.page.evaluate(CALL, ["track", None, event])
    assert told.value.status == 202
    assert told.value.request.post_data_json == [event]


def test_an_event_with_a_key(shop: Visit) -> None:
    """A beacon could not carry it."""
    event = {"action_name": "view", "query_id": None}
    with shop.page.expect_response("**/v1/events") as told:
        shop.page.evaluate(CALL, ["track", {"url": shop.server.url, "key": "k&1"}, event])
    assert told.value.status == 202
    assert told.value.request.headers["authorization"] == "Bearer k&1"


@pytest.mark.skipif(bool(lacking()), reason=lacking())
def test_the_types_fit(tmp_path: Path) -> None:
    """What the client takes and gives, and that InstantSearch takes it."""
    for file in (WEB / "searchsvc.js", WEB / "searchsvc.d.ts", FOLDER / "pages" / "typed.ts"):
        shutil.copy(file, tmp_path)
    assert type_errors(tmp_path / "typed.ts") == ""


def test_every_export_has_its_type() -> None:
    """The file of types declares what the script exports, and nothing else."""
    script = (WEB / "searchsvc.js").read_text(encoding="utf-8")
    types = (WEB / "searchsvc.d.ts").read_text(encoding="utf-8")
    exports = re.compile(r"^export (?:class|function|const) (\w+)", re.MULTILINE)
    assert set(exports.findall(script)) == set(exports.findall(types))
