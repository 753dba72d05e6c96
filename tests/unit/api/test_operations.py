"""The routes about the service itself: indexes, runs, latency, health, page, description."""

import json

import pytest

from searchsvc.domain.experiment import Experiment
from searchsvc.domain.judgment import Judgment
from searchsvc.errors import StateError
from tests.support.evaluations import keep
from tests.unit.api.conftest import MADE


def test_the_indexes(api) -> None:
    """Every defined index with its live version, if it has one."""
    body = api.client.simulate_get("/v1/indexes").json
    assert body == {
        "indexes": [
            {
                "name": "books",
                "serving": True,
                "version": "books-20260823t101500z-7",
                "documents": 42,
            },
            {"name": "songs", "serving": False, "version": None, "documents": 0},
        ]
    }


def test_one_index_tells_fields_and_sorts_but_nothing_hidden(api) -> None:
    """What a page needs to know; a hidden field is not named."""
    body = api.client.simulate_get("/v1/indexes/books").json
    assert [f["name"] for f in body["fields"]] == ["title", "genre", "year"]
    assert body["fields"][1]["facet"] is True
    assert body["sorts"] == [{"name": "newest", "field": "year", "descending": True}]


def test_versions(api) -> None:
    """Each version with its size and whether it is live."""
    (version,) = api.client.simulate_get("/v1/indexes/books/versions").json["versions"]
    assert (version["documents"], version["size_bytes"], version["live"]) == (42, 1000, True)
    assert version["created"] == "2026-08-23T10:15:00Z"


def test_runs(api) -> None:
    """Newest first; of an error only its first line."""
    second, first = api.client.simulate_get("/v1/runs").json["runs"]
    assert (second["status"], second["finished"], second["seconds"]) == ("running", None, None)
    assert (first["seconds"], first["error"], first["counts"]["indexed"]) == (60.0, "boom", 42)
    only = api.client.simulate_get("/v1/runs", query_string="index=songs&limit=5").json
    assert only == {"runs": []}
    assert api.client.simulate_get("/v1/runs", query_string="limit=0").status_code == 400


def test_latency_has_three_windows_or_the_one_asked_for(api) -> None:
    """1, 5 and 60 minutes; any other is refused."""
    windows = api.client.simulate_get("/v1/latency").json["windows"]
    assert [window["minutes"] for window in windows] == [1, 5, 60]
    one = api.client.simulate_get("/v1/latency", query_string="minutes=5").json["windows"]
    assert [window["minutes"] for window in one] == [5]
    (series,) = [s for s in one[0]["series"] if s["route"] == "/v1/latency"]
    assert series["count"] == 1
    assert 0 < series["p50_ms"] <= series["max_ms"]
    refused = api.client.simulate_get("/v1/latency", query_string="minutes=7")
    assert refused.status_code == 400


def test_alive_whatever_is_down(api) -> None:
    """Liveness asks nobody."""
    api.state.error = StateError("gone")
    api.engine.error = RuntimeError("gone")
    assert api.client.simulate_get("/livez").json == {"live": True}


def test_ready_when_the_state_store_answers_and_an_index_serves(api) -> None:
    """200, and the body tells each index."""
    result = api.client.simulate_get("/readyz")
    assert result.status_code == 200
    assert result.json["indexes"] == {"books": "serving", "songs": "not_serving"}


@pytest.mark.parametrize("part", ["state", "engine", "draining"])
def test_not_ready_without_its_parts(api, part: str) -> None:
    """503 when the state store fails, nothing serves, or the server is about to stop."""
    if part == "state":
        api.state.error = StateError("gone")
    elif part == "engine":
        api.engine.serving = False
    else:
        api.services.draining.begin()
    result = api.client.simulate_get("/readyz")
    assert (result.status_code, result.json["ready"]) == (503, False)


def test_probes_do_not_load_the_state_store(api) -> None:
    """A hundred probes ask it once; the end of draining is seen at once."""
    for _ in range(100):
        api.client.simulate_get("/readyz")
    assert api.state.calls == 1
    api.services.draining.begin()
    assert api.client.simulate_get("/readyz").status_code == 503
    api.services.draining.end()
    assert api.client.simulate_get("/readyz").status_code == 200


def test_metrics_of_the_indexes(api) -> None:
    """Documents of the live version, freshness, and the last finished run."""
    text = api.client.simulate_get("/metrics").text
    assert 'searchsvc_index_documents{index="books"} 42.0' in text
    assert 'searchsvc_index_freshness_seconds{index="books"}' in text
    assert 'searchsvc_index_dead_letters{index="books"} 3.0' in text
    assert 'kind="rebuild",status="succeeded"' in text


def test_the_page_and_its_files(api) -> None:
    """HTML, script and style with their types, a policy, and 304 for who has them."""
    types = {
        "/ui": "text/html",
        "/ui/app.js": "text/javascript",
        "/ui/app.css": "text/css",
        "/ui/searchsvc.js": "text/javascript",
        "/ui/searchsvc.d.ts": "text/plain",
    }
    for path, media_type in types.items():
        result = api.client.simulate_get(path)
        assert result.headers["content-type"].startswith(media_type)
        assert "default-src 'self'" in result.headers["content-security-policy"]
        assert "unsafe" not in result.headers["content-security-policy"]
        again = api.client.simulate_get(path, headers={"If-None-Match": result.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_the_page_is_there_with_a_slash_too(api) -> None:
    """`/ui/` is the same page as `/ui`; its files have absolute names."""
    pages = [api.client.simulate_get(path) for path in ("/ui", "/ui/")]
    assert [page.status_code for page in pages] == [200, 200]
    assert pages[0].content == pages[1].content


def test_the_root_leads_to_the_page(api) -> None:
    """A redirect that stays on the host."""
    result = api.client.simulate_get("/")
    assert (result.status_code, result.headers["location"]) == (302, "/ui")


def test_the_description_lists_every_route(api) -> None:
    """Each documented path is served, and each parameter of the tables is there."""
    body = api.client.simulate_get("/openapi.json").json
    api.services.judgments.put("books", "default", [Judgment("dune", "a/b%c", 3)])
    api.services.experiments.start(Experiment("e", "books", "default", "default", 9, MADE))
    evaluation = keep(api.services.relevance.room.evaluations, "default", "x")
    ids = {"/v1/runs/{id}": "1", "/v1/relevance/evaluations/{id}": evaluation}
    named = {"/v1/relevance/explain": {"index": "books", "id": "x"}}
    named["/v1/relevance/evaluations"] = {"index": "books"}
    for path, item in body["paths"].items():
        concrete = path.replace("{index}", "books").replace("{id}", ids.get(path, "a%2Fb%25c"))
        concrete = concrete.replace("{field}", "genre").replace("{name}", "books")
        concrete = concrete.replace("{facet}", "genre").replace("{set}", "default")
        concrete = concrete.replace("{experiment}", "e")
        refused = 403 if path.startswith("/compat/algolia/") else 405
        expected = 200 if "get" in item else refused
        answer = api.client.simulate_get(concrete, params=named.get(path, {}))
        assert answer.status_code == expected, path
    names = {p["name"] for p in body["paths"]["/v1/indexes/{index}/search"]["get"]["parameters"]}
    assert {"q", "page", "filter", "facets", "sort", "match", "typo"} <= names
    assert "expression" in json.dumps(body)


def test_the_engine_is_closed_with_the_worker(api) -> None:
    """Shutdown ends what the services hold; the client runs it after each request."""
    api.client.simulate_get("/livez")
    assert api.engine.closed
