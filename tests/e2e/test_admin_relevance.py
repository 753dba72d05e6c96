"""The page of relevance in a real browser: evaluate, compare, judge; keys; WCAG 2.2 AA."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.support.browser import Visit, chromium, no_browser, violations, visiting
from tests.support.command import RunningCommand
from tests.support.frontends import lacking, modules
from tests.support.server import RunningServer
from tests.support.shop import Shop, serving

pytestmark = pytest.mark.skipif(bool(no_browser()), reason=no_browser())
# What is cheap is what people want: equal hits come by their ids, as texts, so 10 follows 1.
# Of fewer than six queries nothing is proven.
QUERIES = (
    "bicycle",
    "number",
    "bicycle number",
    "number bicycle",
    "bicycles",
    "numbers",
    "a bicycle",
)
JUDGMENTS = "query,id,rating\n" + "".join(
    f"{query},{n},{n % 3}\n" for query in QUERIES for n in range(1, 9)
)
RANKING = """
ranking:
  default: []
  dear:
    - boost: {field: price, by: value, weight: 5}
  tuned: []
"""
RUN = 60_000  # ms; a process has to start


@pytest.fixture(scope="module")
def command(tmp_path_factory) -> Iterator[RunningCommand]:
    """40 bicycles on a server that takes judgments, and does what it is asked for."""
    shop = Shop.new(tmp_path_factory.mktemp("shop"))
    shop.mapping.write_text(shop.mapping.read_text() + RANKING)
    (shop.mapping.parent / "judgments.csv").write_text(JUDGMENTS)
    shop.settings.write_text(shop.settings.read_text() + "api: {edit: true, cache_ms: 0}\n")
    assert shop.run("index", "rebuild", "products").code == 0
    with serving(shop, "serve") as command:
        yield command


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium that is installed already."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def visit(browser: Browser, command: RunningCommand) -> Iterator[Visit]:
    """A tab."""
    with visiting(browser, server_of(command)) as visit:
        visit.page.emulate_media(reduced_motion="reduce")
        yield visit


def server_of(command: RunningCommand) -> RunningServer:
    """The server that it is."""
    return RunningServer(command.url, int(command.url.rpartition(":")[2]), command.process)


def opened(visit: Visit, view: str) -> Page:
    """The page at that view."""
    visit.page.goto(f"{visit.server.url}/admin/relevance#{view}")
    expect(visit.page.locator(f"#view-{view.partition('?')[0]}")).to_be_visible()
    expect(visit.page.locator("#index")).to_have_value("products")
    expect(visit.page.locator("#set option").first).to_have_text("Beside the mapping")
    return visit.page


def evaluate(page: Page, ranking: str) -> None:
    """Once its run has ended well."""
    page.locator("#evaluate-ranking").select_option(ranking)
    page.get_by_role("button", name="Evaluate now").click()
    expect(page.locator("#evaluate-run")).to_contain_text(f"{ranking}: ndcg@10 0.", timeout=RUN)


def judge(visit: Visit, name: str, ids: list[int]) -> None:
    """A set in which these are right for 24 queries; of each, one word is in every name."""
    given = [
        {"query": f"bicycle x{n}y{n}z", "id": str(id), "rating": 1} for n in range(24) for id in ids
    ]
    url = f"{visit.server.url}/v1/indexes/products/judgments/{name}"
    assert httpx.put(url, json={"judgments": given}).status_code == 200


def tune(page: Page, set: str) -> None:
    """Until it has ended."""
    page.locator("#set").select_option(set)
    page.get_by_role("button", name="Tune now").click()
    expect(page.get_by_role("button", name="Tune now")).to_be_enabled(timeout=RUN)


def newest_kept(page: Page, ranking: str) -> str:
    """The id of its newest evaluation that can be chosen for a side, once the view has them."""
    kept = page.locator("#side-a option", has_text=re.compile(rf"^{ranking}, ")).first
    expect(kept).to_be_attached()
    return str(kept.get_attribute("value"))


def judged(visit: Visit, q: str, set: str = "default") -> dict[str, float]:
    """The ratings that the server has of a query."""
    url = f"{visit.server.url}/v1/indexes/products/judgments/{set}"
    found: list[dict[str, Any]] = httpx.get(url, params={"q": q}).json().get("judgments", [])
    return {one["id"]: one["rating"] for one in found}


def pressed(hit: Locator, rating: int) -> Locator:
    """The button of a hit, once it is that of its rating."""
    return hit.locator(f'.rate[data-rating="{rating}"][aria-pressed="true"]')


def test_an_evaluation_is_made_and_shown(visit: Visit) -> None:
    """While its run goes on, then in the picture and in the table, with its worst queries."""
    page = opened(visit, "evaluations")
    evaluate(page, "dear")
    picture = page.get_by_role("img", name=re.compile(r"ndcg@10 of \d evaluations"))
    expect(picture).to_be_visible()
    row = page.locator("#list tbody tr").first
    expect(row).to_contain_text("dear")
    expect(row).to_contain_text(re.compile(r"0\.\d{3} to 0\.\d{3}"))
    row.get_by_role("button", name="Show").click()
    page.locator("#whole").get_by_role("link", name="bicycle", exact=True).click()
    expect(page.get_by_label("Query")).to_have_value("bicycle")
    expect(page.locator("#hits > li")).to_have_count(10)


def test_two_rankings_are_compared(visit: Visit) -> None:
    """A sentence, a picture, and both lists of what moves most, with ratings in figures."""
    page = opened(visit, "compare")
    page.locator("#side-b").select_option("dear")
    page.get_by_role("button", name="Compare").click()
    verdict = page.locator(".verdict")
    expect(verdict).to_contain_text("dear is worse than default by ndcg@10: −0.", timeout=RUN)
    expect(page.get_by_role("img", name=re.compile("0 lies outside"))).to_be_visible()
    page.locator(".mover summary").first.click()
    sides = page.locator(".mover .sides").first
    expect(sides.locator("ol").first.locator("li").first).to_contain_text("bicycle number 1")
    expect(sides.locator(".rating.r1").first).to_have_text("1 related")
    expect(sides.locator("ol").nth(1).locator("li").first).to_contain_text("– not judged")


def test_kept_evaluations_are_compared_at_once(visit: Visit) -> None:
    """Those of other judgments are refused with the reason."""
    asked = {"index": "products", "ranking": "default"}
    answer = httpx.post(f"{visit.server.url}/v1/relevance/evaluate", json=asked)
    page = opened(visit, "evaluations")
    expect(page.locator("#list tbody tr", has_text="default")).to_have_count(1, timeout=RUN)
    assert answer.status_code == 202
    evaluate(page, "dear")
    page.get_by_role("link", name="Compare", exact=True).click()
    page.locator("#side-a").select_option(value=newest_kept(page, "dear"))
    page.locator("#side-b").select_option(value=newest_kept(page, "default"))
    page.get_by_role("button", name="Compare").click()
    expect(page.locator(".verdict")).to_contain_text("default is better than dear", timeout=RUN)


def test_what_would_rank_better_is_found(visit: Visit) -> None:
    """By queries that were held out, with the lines for the mapping; or that nothing is proven."""
    judge(visit, "dearest", [40, 39, 38])
    judge(visit, "as-it-is", [1, 10, 11])
    page = opened(visit, "tune")
    tune(page, "dearest")
    expect(page.locator(".verdict")).to_contain_text(
        "Better on queries that were held out: ndcg@10"
    )
    expect(page.get_by_role("img", name=re.compile("0 lies outside"))).to_be_visible()
    expect(page.locator("#tuned tbody tr", has_text="log(price)")).to_be_visible()
    # Nobody has judged anything wrong.
    expect(page.locator("#tuned")).to_contain_text("Of judged hits alone: 1.0000 for 1.0000.")
    expect(page.locator("#tuned pre")).to_contain_text("tuned2:")  # a name that is free
    expect(page.locator("#tuned pre")).to_contain_text("- boost: {field: price, by: log, weight:")
    expect(page.locator("#tuned")).to_contain_text(
        "searchsvc tune products --set dearest --ranking tuned2 --write"
    )
    expect(page.locator("#tuned")).to_contain_text("It takes a rebuild")
    tune(page, "as-it-is")
    expect(page.locator(".verdict")).to_contain_text("Not proven better than the default")
    expect(page.locator("#tuned pre")).to_have_count(0)
    tune(page, "")
    expect(page.locator("#notice")).to_contain_text(
        "7 queries with a relevant document are too few"
    )
    visit.allow("400")


def test_what_is_not_beside_the_mapping_is_not_offered(browser: Browser, tmp_path: Path) -> None:
    """But where there is nothing else."""
    shop = Shop.new(tmp_path)
    shop.settings.write_text(shop.settings.read_text() + "api: {edit: true, cache_ms: 0}\n")
    assert shop.run("index", "rebuild", "products").code == 0
    with serving(shop, "serve") as command, visiting(browser, server_of(command)) as visit:
        page, offered = visit.page, visit.page.locator("#set option")
        page.goto(f"{command.url}/admin/relevance#tune")
        expect(offered).to_have_text(["Beside the mapping"])
        body = {"judgments": [{"query": "bicycle", "id": "1", "rating": 1}]}
        url = f"{command.url}/v1/indexes/products/judgments/people"
        assert httpx.put(url, json=body).status_code == 200
        page.reload()
        expect(offered).to_have_text(["people: 1 of 1 queries"])


def test_what_was_chosen_last_is_what_is_tuned(visit: Visit) -> None:
    """Also where the button is pressed before the choice has been read."""
    judge(visit, "quick", [3, 4])
    page = opened(visit, "tune")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/v1/indexes/products/judgments", hold)
    with page.expect_request("**/v1/indexes/products/judgments"):
        page.locator("#set").select_option("quick")
    with page.expect_request("**/v1/relevance/tune") as asked:
        page.get_by_role("button", name="Tune now").click()
        for route in held:
            route.continue_()
    assert asked.value.post_data_json["set"] == "quick"
    expect(page.locator(".verdict")).to_be_visible(timeout=RUN)


def test_a_comparison_waits_for_its_sides(visit: Visit) -> None:
    """Pressed at once, it compares what is offered then."""
    page, held = visit.page, list[Route]()

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/v1/relevance/evaluations?*", hold)
    with page.expect_request("**/v1/relevance/evaluations?*"):
        page.goto(f"{visit.server.url}/admin/relevance#compare")
    with page.expect_request("**/v1/relevance/compare") as asked:
        page.get_by_role("button", name="Compare").click()
        for route in held:
            route.continue_()
    body = asked.value.post_data_json
    assert (body["a"], body["b"]) == ("default", ["dear"])
    expect(page.locator(".verdict")).to_be_visible(timeout=RUN)


def test_results_are_judged_by_click_and_by_key(visit: Visit) -> None:
    """Each rating is sent at once; the server has them, and so has a page that is opened anew."""
    page = opened(visit, "judge")
    page.get_by_label("Query").fill("number")
    page.get_by_role("button", name="Show hits").click()
    hits = page.locator("#hits > li")
    expect(hits).to_have_count(10)
    hits.nth(0).get_by_role("button", name="3 perfect").click()
    expect(pressed(hits.nth(0), 3)).to_be_visible()
    hits.nth(1).locator(".rate").first.focus()
    page.keyboard.press("0")
    page.keyboard.press("2")
    expect(page.locator("#judge-state")).to_contain_text("3 of 10 hits judged")
    assert judged(visit, "number") == {"1": 3.0, "10": 0.0, "11": 2.0}
    page.get_by_label("Query").press_sequentially("3")  # a figure that is typed rates nothing
    opened(visit, "judge?index=products&q=number").reload()
    expect(pressed(hits.nth(2), 2)).to_be_visible()
    assert judged(visit, "number") == {"1": 3.0, "10": 0.0, "11": 2.0}
    hits.nth(0).get_by_text("Why", exact=True).click()
    expect(hits.nth(0).locator(".why").first).to_contain_text("It is hit 1")


def test_a_hit_against_another(visit: Visit) -> None:
    """The one above it first, and any that is chosen; figures typed there rate nothing."""
    page = opened(visit, "judge?index=products&q=bicycle+number+7")
    hit = page.locator("#hits > li").nth(1)
    hit.get_by_text("Against another", exact=True).click()
    against = hit.locator(".why").last
    expect(against.get_by_role("listitem").first).to_contain_text("is hit 1")
    expect(against.get_by_role("columnheader", name="There")).to_be_visible()
    choice = against.get_by_role("combobox")
    choice.select_option(index=1)
    expect(against.get_by_role("listitem").first).to_contain_text("both score the same")
    choice.press("1")
    assert judged(visit, "bicycle number 7") == {}


def test_no_rating_is_lost(visit: Visit) -> None:
    """What cannot be sent is kept, told, and sent again."""
    page = opened(visit, "judge?index=products&q=bicycle+number")
    hits = page.locator("#hits > li")
    page.route("**/judgments/default", lambda route: route.abort())
    hits.nth(0).get_by_role("button", name="1 related").click()
    hits.nth(1).get_by_role("button", name="2 good").click()
    notice = page.locator("#judge-notice")
    expect(notice).to_contain_text("2 ratings are kept here")
    expect(hits.nth(0)).to_contain_text("not saved")
    assert judged(visit, "bicycle number") == {}
    page.unroute("**/judgments/default")
    notice.get_by_role("button", name="Try again").click()
    expect(notice).to_be_hidden()
    assert judged(visit, "bicycle number") == {"1": 1.0, "10": 2.0}
    visit.allow("ERR_FAILED")


def test_what_is_refused_hinders_no_other_rating(visit: Visit) -> None:
    """It is told, and let go: nobody could save it ever, nor what comes behind it."""
    page = opened(visit, "judge?index=products&q=bicycle+number")
    hits, notice = page.locator("#hits > li"), page.locator("#judge-notice")
    page.get_by_label("Into the set").fill("Bad Set")
    page.get_by_role("button", name="Show hits").click()
    expect(page.locator("#judge-state")).to_contain_text("“Bad Set”")
    held: list[Route] = []
    page.route("**/judgments/Bad%20Set", lambda route: held.append(route), times=1)  # noqa: PLW0108 - it is inspected
    with page.expect_request("**/judgments/Bad%20Set"):
        hits.nth(0).get_by_role("button", name="1 related").click()
    for number in (1, 2):  # faster than an answer
        hits.nth(number).get_by_role("button", name="1 related").click()
    held[0].continue_()
    expect(notice).to_contain_text("2 ratings are refused, and not kept")
    expect(notice).to_contain_text("'Bad Set' cannot name a set of judgments")
    page.wait_for_timeout(200)
    expect(notice).to_be_visible()
    page.get_by_label("Into the set").fill("good")
    page.get_by_role("button", name="Show hits").click()
    expect(page.locator("#judge-state")).to_contain_text("“good”")
    hits.nth(1).get_by_role("button", name="2 good").click()
    expect(notice).to_be_hidden()
    found = httpx.get(f"{visit.server.url}/v1/indexes/products/judgments/good").json()
    assert [(one["id"], one["rating"]) for one in found["judgments"]] == [("10", 2.0)]
    visit.allow("400")


def test_a_report_leads_to_judging(visit: Visit, command: RunningCommand) -> None:
    """Its rows have a way into the query set."""
    command.get("/v1/indexes/products/search?q=bicycle+brand1")
    command.wait_for(lambda: "bicycle brand1" in command.get("/v1/reports/popular").text, 20)
    visit.page.goto(f"{visit.server.url}/admin#queries")
    visit.page.get_by_role("link", name="Add to query set: bicycle brand1").first.click()
    expect(visit.page.get_by_label("Query")).to_have_value("bicycle brand1")
    expect(visit.page.locator("#hits > li")).to_have_count(10)


@pytest.mark.skipif(bool(lacking()), reason=lacking())
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 390])
def test_everybody_can_use_it(visit: Visit, width: int, scheme) -> None:
    """Each view by axe-core, with pictures, lists side by side, lines to copy and an error."""
    page = visit.page
    page.add_init_script(path=modules() / "axe-core" / "axe.min.js")
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 860})
    evaluate(opened(visit, "evaluations"), "default")
    page.locator("#list").get_by_role("button", name="Show").first.click()
    expect(page.locator("#whole table")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    opened(visit, "compare").locator("#side-b").select_option("dear")
    page.get_by_text("What may differ").click()
    page.get_by_role("button", name="Compare").click()
    expect(page.locator(".verdict")).to_be_visible(timeout=RUN)
    page.locator(".mover summary").first.click()
    expect(page.locator(".mover .sides").first).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    judge(visit, "dearest", [40, 39, 38])
    tune(opened(visit, "tune"), "dearest")
    expect(page.locator("#tuned pre")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("#set").select_option("")
    opened(visit, "judge?index=products&q=bicycle")
    page.route("**/judgments/default", lambda route: route.abort())
    for rating in range(4):
        page.locator("#hits > li").nth(rating).locator(".rate").nth(rating).click()
    expect(page.locator("#judge-notice")).to_contain_text("kept here")
    page.locator("#hits > li").nth(1).get_by_text("Against another", exact=True).click()
    expect(page.locator(".against")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.unroute("**/judgments/default")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#judge-notice")).to_be_hidden()
    visit.allow("ERR_FAILED")
