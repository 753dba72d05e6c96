"""The routes that tell an analyst how the service does: status, latencies, reports."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import falcon.testing
import pytest

from searchsvc.analytics.reports import Reports
from searchsvc.analytics.searches import Searches
from searchsvc.api.app import create_app
from searchsvc.api.routes import REPORTS
from searchsvc.domain.result import SearchResult
from searchsvc.domain.run import RunProgress
from searchsvc.settings import Api
from searchsvc.telemetry.searches import SearchLog

SEARCH = "/v1/indexes/books/search"


@pytest.fixture
def searched(api, tmp_path: Path) -> Callable[..., Any]:
    """Sends searches to an app that remembers them; gives a client of it when they are written."""

    def search(*queries: str, finds: bool = True) -> falcon.testing.TestClient:
        log = SearchLog(tmp_path / "logs", b"s" * 32, 30)
        reports = Reports(Searches(tmp_path / "logs"))
        services = replace(api.services, searches=log, reports=reports)
        client = falcon.testing.TestClient(create_app(services))
        if not finds:
            api.engine.answers = lambda _: SearchResult(api.engine.held.version, 0, (), ())
        for query in queries:
            assert client.simulate_get(SEARCH, query_string=query).status_code == 200
        log.close()
        return client

    return search


def test_what_is_searched_for(searched) -> None:
    """A further page is no search; by their texts in one form; and since when."""
    client = searched("q=Dune", "q=dune&page=2", "q=tea&match=all", "q=dune", "q=")
    body = client.simulate_get("/v1/reports/popular").json
    assert (body["logged"], body["searches"]) == (True, 3)
    assert body["since"].endswith("Z")
    assert [(row["q"], row["searches"], row["hits"]) for row in body["rows"]] == [
        ("dune", 2, 1),
        ("tea", 1, 1),
    ]
    assert client.simulate_get("/v1/reports/zero-results").json["rows"] == []


def test_what_is_searched_for_in_vain(searched) -> None:
    """Whether it had a filter is told; signs without a word are nobody's search."""
    client = searched("q=unicorn", "q=unicorn&filter=year>3000", "q=%21%21", finds=False)
    (row,) = client.simulate_get("/v1/reports/zero-results", query_string="index=books").json[
        "rows"
    ]
    last = row.pop("last")
    assert last.endswith("Z")
    assert row == {
        "q": "unicorn", "index": "books", "searches": 2, "clients": 1, "filtered": 1, "hits": 0,
        "explain": "/v1/indexes/books/search?q=unicorn&explain=true",
    }  # fmt: skip


def test_a_report_of_an_index_that_is_none(api) -> None:
    """Is refused, as a limit is that cannot be."""
    for name in REPORTS:
        result = api.client.simulate_get(f"/v1/reports/{name}", query_string="index=nope")
        assert (result.status_code, result.json["code"]) == (404, "unknown_index")
        for query in ("limit=0", "since=soon", "format=xml", "nope=1"):
            assert api.client.simulate_get(f"/v1/reports/{name}?{query}").status_code == 400


def test_without_a_log_it_is_said(api) -> None:
    """Else an empty report would mean that nobody searches."""
    body = api.client.simulate_get("/v1/reports/popular").json
    assert body == {"logged": False, "since": None, "searches": 0, "clicked": 0, "rows": []}


def test_rows_as_csv_and_lines(searched) -> None:
    """By the parameter, or as Accept asks; a text that begins a formula is none."""
    client = searched("q==1%2Bdune", "q=tea")
    path = "/v1/reports/popular"
    answers = [
        client.simulate_get(path, query_string="format=csv"),
        client.simulate_get(path, headers={"Accept": "text/csv, */*;q=0.1"}),
    ]
    for answer in answers:
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        heading, *rows = answer.text.splitlines()
        assert heading == "q,index,searches,clients,filtered,hits,last,explain"
        assert [row.partition(",")[0] for row in rows] == ["'=1+dune", "tea"]
    assert "Accept" in answers[1].headers["vary"]
    lines = client.simulate_get(path, headers={"Accept": "application/x-ndjson"})
    assert lines.headers["content-type"] == "application/x-ndjson"
    assert [json.loads(line)["q"] for line in lines.text.splitlines()] == ["=1+dune", "tea"]
    for accept in ("*/*", "text/html,*/*;q=0.8", "image/png"):
        assert client.simulate_get(path, headers={"Accept": accept}).json["logged"] is True
    slow = client.simulate_get("/v1/reports/slow", query_string="format=csv")
    assert (slow.status_code, slow.text) == (200, "")


def test_reports_of_a_time_and_a_ranking(searched) -> None:
    """Rows are about what `by` says."""
    client = searched("q=dune", "q=tea")
    found = client.simulate_get("/v1/reports/ctr", query_string="by=ranking&since=1h&until=0s").json
    (row,) = found["rows"]
    assert row == {
        "index": "books", "ranking": "default", "searches": 2, "clients": 1, "clicked": 0,
        "ctr": 0.0,
    }  # fmt: skip
    for query in ("until=1h", "ranking=other", "since=2100-01-01"):
        assert client.simulate_get("/v1/reports/ctr", query_string=query).json["rows"] == []
    assert client.simulate_get("/v1/reports/ctr?by=hour").status_code == 400


def test_slow_requests(api) -> None:
    """The slowest first, each with what it takes to send it again."""
    client = falcon.testing.TestClient(
        create_app(replace(api.services, settings=Api(slow_ms=1, cache_ms=0)))
    )
    api.engine.delay = 0.02
    client.simulate_get(SEARCH, query_string="q=dune")
    client.simulate_post(SEARCH, json={"q": "tea"})
    api.services.slow_log.close()
    rows = client.simulate_get("/v1/reports/slow").json["rows"]
    assert {row["parameters"]["q"] for row in rows} == {"dune", "tea"}
    assert rows[0]["total_ms"] >= rows[1]["total_ms"] >= 20
    assert rows[0]["path"] == SEARCH
    assert rows[0]["stages"]["engine"] > 19


def test_status(api) -> None:
    """Every index with what is known of it."""
    body = api.client.simulate_get("/v1/status").json
    books, songs = body["indexes"]
    assert (books["name"], books["version"], books["documents"]) == (
        "books", "books-20260823t101500z-7", 42,
    )  # fmt: skip
    assert (books["size_bytes"], books["dead_letters"], books["problems"]) == (1000, 3, [])
    assert (songs["version"], songs["documents"]) == (None, None)


def test_a_broken_file_is_a_problem_of_its_index(api) -> None:
    """As /readyz has it."""
    folder = api.data_dir / "mappings" / "books"
    (folder / "rules.yaml").write_text("rules: [{name: a, nope: 1}]")
    api.services.curations.look()
    (problem,) = api.client.simulate_get("/v1/status").json["indexes"][0]["problems"]
    assert "rules.yaml" in problem


def test_a_run_under_way_tells_how_far_it_is(api) -> None:
    """The others do not."""
    api.state.progress = RunProgress("copy", 500, 2000)
    running, ended = api.client.simulate_get("/v1/runs").json["runs"]
    assert running["progress"] == {"phase": "copy", "done": 500, "total": 2000}
    assert ended["progress"] is None


def test_latency_minute_by_minute(api) -> None:
    """Of a route, an index and a stage; minutes without requests are left out."""
    for _ in range(3):
        api.client.simulate_get(SEARCH, query_string="q=dune")
    place = "route=/v1/indexes/{index}/search&index=books"
    body = api.client.simulate_get("/v1/latency/history", query_string=place).json
    assert (body["route"], body["index"], body["stage"]) == (
        "/v1/indexes/{index}/search", "books", "total",
    )  # fmt: skip
    assert sum(row["count"] for row in body["rows"]) == 3
    assert 0 < body["rows"][-1]["p50_ms"] <= body["rows"][-1]["max_ms"]
    assert body["rows"][-1]["minute"].endswith(":00Z")
    none = api.client.simulate_get("/v1/latency/history", query_string="index=songs").json
    assert none["rows"] == []
    engine = api.client.simulate_get("/v1/latency/history", query_string="stage=engine").json
    assert sum(row["count"] for row in engine["rows"]) == 3
