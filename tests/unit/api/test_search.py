"""The read routes: answers, headers, and what reaches the engine."""

import json
from dataclasses import replace

import falcon.testing
import pytest

from searchsvc.api.app import create_app
from searchsvc.domain.query import Equals, Ids, Not
from searchsvc.search.planner import STEPS
from searchsvc.settings import Api

SEARCH = "/v1/indexes/books/search"


def test_a_search_by_query_string(api) -> None:
    """Hits, facets, totals and times come in the published shape; documents pass as they are."""
    result = api.client.simulate_get(SEARCH, query_string="q=dune&facets=genre&page=2&per_page=1")
    assert result.status_code == 200
    body = result.json
    assert body.pop("took_ms") > 0
    assert list(body.pop("timing")) == ["parse", "plan", "engine", "render"]
    assert body == {
        "query": "dune",
        "index": "books",
        "version": "books-20260823t101500z-7",
        "total": {"value": 1, "relation": "eq", "unit": "documents"},
        "page": 2,
        "per_page": 1,
        "next_cursor": None,
        "hits": [
            {
                "id": "a/b%c",
                "score": 2.5,
                "doc": {"title": "Dune", "year": 1965},
                "highlight": {"title": "<mark>Dune</mark>"},
                "pinned": False,
            }
        ],
        "facets": {
            "genre": {
                "type": "values", "selected": [], "values": [{"value": "novel", "count": 1}],
            }
        },
        "correction": None,
        "applied": {
            "match": "all", "ignored_words": [], "rules": [], "synonyms": [], "rewritten": None,
        },
        "redirect": None,
        "query_id": None,
    }  # fmt: skip


def test_the_same_search_is_given_the_same_answer_for_a_moment(api) -> None:
    """Whichever way it comes; times, ids and headers are its own. After a swap, not once more."""
    client = falcon.testing.TestClient(create_app(replace(api.services, settings=Api())))
    first = client.simulate_get(SEARCH, query_string="q=dune&fields=title")
    again = client.simulate_get(SEARCH, query_string="fields=title&q=dune")
    within = client.simulate_post(
        "/v1/search", json={"searches": [{"q": "dune", "fields": "title", "index": "books"}]}
    ).json["results"][0]
    assert len(api.engine.asked) == 1
    for answer in (again.json, within):
        assert set(answer["timing"]) == {"parse", "cache"}
        assert {**first.json, "took_ms": 0, "timing": {}} == {**answer, "took_ms": 0, "timing": {}}
    assert again.headers["x-index-version"] == first.headers["x-index-version"]
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    assert "cache;dur=" in again.headers["server-timing"]
    client.simulate_get(SEARCH, query_string="q=dune")
    api.engine.held = replace(api.engine.held)
    client.simulate_get(SEARCH, query_string="q=dune&fields=title")
    assert len(api.engine.asked) == 3


@pytest.mark.parametrize("q", ["!!!", "%F0%9F%90%8D", "a" * 256, "%22", "%C2%A0."])
def test_a_text_without_a_word_finds_nothing(api, q: str) -> None:
    """No document and no value; the engine, to which no words mean everything, is not asked."""
    body = api.client.simulate_get(SEARCH, query_string=f"q={q}&facets=genre").json
    assert (body["total"]["value"], body["hits"]) == (0, [])
    assert body["facets"]["genre"]["values"] == []
    assert body["version"] == "books-20260823t101500z-7"
    assert set(body["timing"]) == {"parse", "plan", "engine", "render"}
    assert api.engine.asked == []


@pytest.mark.parametrize("q", ["", "+", "%20%20"])
def test_no_text_finds_everything(api, q: str) -> None:
    """Nothing typed, or only spaces, is a question for all."""
    body = api.client.simulate_get(SEARCH, query_string=f"q={q}").json
    assert body["total"]["value"] == 1


def test_a_filter_may_be_an_object(api) -> None:
    """In a body, a filter is JSON as well as an expression, and both ask for the same."""
    for filter in ("genre:novel", {"field": "genre", "eq": "novel"}):
        given = json.dumps({"q": "dune", "filter": filter})
        assert api.client.simulate_post(SEARCH, body=given).status_code == 200
        assert api.engine.asked[-1].filter == Equals("genre", "novel")


def test_words_that_were_not_looked_up_are_told(api) -> None:
    """What is too long, and what comes after the 32nd word."""
    many = " ".join(f"w{n}" for n in range(35))
    body = api.client.simulate_post(SEARCH, body=json.dumps({"q": f"{'x' * 300} {many} w1"})).json
    assert body["applied"]["ignored_words"] == ["x" * 300, "w32", "w33", "w34"]
    assert len(api.engine.asked[-1].terms) == 32


def test_the_steps_of_a_plan_are_told_when_asked_for(api) -> None:
    """Each with what it changed, also where there is no word; without `explain` there are none."""
    body = api.client.simulate_get(SEARCH, query_string="q=dune+%21%F0%9F%90%8D&explain=true").json
    assert [step["step"] for step in body["explain"]] == list(STEPS)
    assert body["explain"][0]["changes"] == {"words": ["dune"]}
    wordless = api.client.simulate_get(SEARCH, query_string="q=%21&explain=true").json
    assert wordless["explain"][-1] == {"step": "synonyms", "changes": {}}
    assert "explain" not in api.client.simulate_get(SEARCH, query_string="q=dune").json


def test_a_search_says_what_it_cost(api) -> None:
    """Every answer names its stages, its request and its version in headers."""
    result = api.client.simulate_get(SEARCH, query_string="q=dune")
    stages = [part.partition(";dur=") for part in result.headers["server-timing"].split(", ")]
    assert [stage for stage, _, _ in stages] == ["parse", "plan", "engine", "render", "total"]
    assert sum(float(ms) for _, _, ms in stages[:-1]) <= float(stages[-1][2]) + 0.01
    assert result.headers["x-index-version"] == "books-20260823t101500z-7"
    assert result.headers["x-content-type-options"] == "nosniff"
    assert "server" not in result.headers


def test_a_sane_request_id_is_kept_and_others_are_replaced(api) -> None:
    """Ids that could forge headers or fill logs are not taken over; made ones differ."""

    def answered(given: str) -> str:
        return api.client.simulate_get("/livez", headers={"X-Request-Id": given}).headers[
            "x-request-id"
        ]

    assert answered("trace-1.A_b") == "trace-1.A_b"
    made = {answered(bad) for bad in ("", "a b", "x" * 65, "a\tb", "a;b")}
    assert len(made) == 5
    assert "a b" not in made


@pytest.mark.parametrize("media_type", ["application/json", "text/plain", "", "Text/Plain; a=b"])
def test_a_search_by_body(api, media_type: str) -> None:
    """POST takes the same parameters as JSON, whichever of the media types it says."""
    headers = {"Content-Type": media_type} if media_type else {}
    body = json.dumps({"q": "dune", "per_page": 5, "facets": ["genre"], "highlight": False})
    result = api.client.simulate_post(SEARCH, body=body, headers=headers)
    assert result.status_code == 200
    query = api.engine.asked[-1]
    assert (query.text, query.limit, query.highlight) == ("dune", 5, False)


def test_values_are_decoded_once(api) -> None:
    """Plus, percent, ampersand and non-Latin text reach the engine as they were typed."""
    api.client.simulate_get(SEARCH, query_string="q=a%2Bb+c%26d%25+%E4%BD%A0")
    assert api.engine.asked[-1].text == "a+b c&d% 你"


def test_suggestions(api) -> None:
    """Values and hits come with their highlights."""
    body = api.client.simulate_get("/v1/indexes/books/suggest", query_string="q=du").json
    assert body["values"] == [
        {
            "field": "genre",
            "value": "novel",
            "count": 1,
            "highlight": "<mark>no</mark>vel",
            "scope": None,
        }
    ]
    assert (body["queries"], body["correction"]) == ([], None)
    assert body["hits"][0]["text"] == "Dune"
    assert set(body["timing"]) == {"parse", "plan", "engine", "render"}


def test_a_document_by_an_id_with_any_characters(api) -> None:
    """A slash and a percent sign in an id work when they are percent-encoded."""
    result = api.client.simulate_get("/v1/indexes/books/docs/a%2Fb%25c")
    assert result.json == {
        "index": "books",
        "version": "books-20260823t101500z-7",
        "id": "a/b%c",
        "doc": {"title": "Dune", "year": 1965},
    }


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_similar_documents(api, method: str) -> None:
    """The document's telling words are looked up in the version that holds it, without itself."""
    path = "/v1/indexes/books/similar/a%2Fb%25c"
    given = {"json": {"per_page": 3}} if method == "POST" else {"query_string": "per_page=3"}
    body = api.client.simulate_request(method, path, **given).json
    assert (body["index"], body["id"], body["words"]) == ("books", "a/b%c", ["dune"])
    assert (body["total"]["value"], body["per_page"]) == (1, 3)
    assert set(body["timing"]) == {"parse", "plan", "engine", "render"}
    query = api.engine.asked[-1]
    assert (query.filter, query.limit) == (Not(Ids(("a/b%c",))), 3)
    assert query.version.name == body["version"]
    assert api.client.simulate_request(method, f"{path}x", **given).status_code == 404


def test_head_and_options(api) -> None:
    """HEAD answers as GET without the body; OPTIONS lists the methods."""
    head = api.client.simulate_head(SEARCH, query_string="q=dune")
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) > 0
    options = api.client.simulate_options(SEARCH)
    assert {"GET", "POST", "HEAD"} <= set(options.headers["allow"].split(", "))


def test_requests_are_booked_by_template_index_and_stage(api) -> None:
    """Neither what was typed nor an index that nobody defined becomes a series."""
    api.client.simulate_get(SEARCH, query_string="q=private+words")
    api.client.simulate_get("/v1/indexes/made_up/search", query_string="q=x")
    api.client.simulate_get("/private/path")
    body = api.client.simulate_get("/v1/latency", query_string="minutes=1").json
    series = {(s["route"], s["index"], s["stage"]) for s in body["windows"][0]["series"]}
    route = "/v1/indexes/{index}/search"
    assert {(route, "books", "engine"), (route, "books", "total"), (route, "", "total")} <= series
    assert ("unmatched", "", "total") in series
    metrics = api.client.simulate_get("/metrics").text
    labels = f'method="GET",route="{route}",status="200"'
    assert f"searchsvc_requests_total{{{labels}}} 1.0" in metrics
    for text in ("private", "made_up"):
        assert text not in metrics
        assert text not in json.dumps(body)


def test_a_slow_request_can_be_sent_again_from_the_log(api) -> None:
    """The line holds method, path, parameters, stages, version and request id."""
    api.engine.delay = 0.3
    result = api.client.simulate_get(SEARCH, query_string="q=dune")
    api.services.slow_log.close()
    (line,) = (api.data_dir / "logs" / "slow.jsonl").read_text().splitlines()
    entry = json.loads(line)
    assert (entry["method"], entry["path"], entry["parameters"]) == ("GET", SEARCH, {"q": "dune"})
    assert entry["request_id"] == result.headers["x-request-id"]
    assert entry["stages"]["engine"] >= 300
    assert (entry["index"], entry["version"]) == ("books", "books-20260823t101500z-7")


def test_the_values_of_a_facet(api) -> None:
    """GET and POST ask the same, the search within which to count by its own names."""
    url, given = "/v1/indexes/books/facets/genre", {"q": "no", "query": "dune", "limit": 3}
    for result in (
        api.client.simulate_get(url, params=given),
        api.client.simulate_post(url, json=given | {"filter": {"field": "genre", "eq": "x"}}),
    ):
        body = result.json
        assert body.pop("took_ms") > 0
        assert list(body.pop("timing")) == ["parse", "plan", "engine", "render"]
        assert body == {
            "query": "no", "index": "books", "version": "books-20260823t101500z-7",
            "field": "genre", "complete": True,
            "values": [{"value": "novel", "count": 1, "highlight": "<mark>no</mark>vel"}],
        }  # fmt: skip
        asked = api.engine.asked[-1]
        assert (asked.field, asked.text, asked.limit) == ("genre", "no", 3)
        assert (asked.within.text, asked.within.filter, asked.within.limit) == ("dune", None, 0)
