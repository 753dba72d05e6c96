"""Several searches in one request: their order, their faults, and what is booked for each."""

import pytest

from searchsvc.errors import EngineTimeout

ROUTE = "/v1/search"


def ask(api, *searches, **more):
    """The answer to these searches."""
    return api.client.simulate_post(ROUTE, json={"searches": list(searches), **more})


def test_answers_come_in_the_order_of_the_searches(api) -> None:
    """Each is what the search would be answered alone, with times of its own."""
    searches = [{"index": "books", "q": f"word{n}", "page": n + 1} for n in range(5)]
    result = ask(api, *searches)
    assert result.status_code == 200
    assert [one["query"] for one in result.json["results"]] == [s["q"] for s in searches]
    for answer, search in zip(result.json["results"], searches, strict=True):
        alone = api.client.simulate_post(
            f"/v1/indexes/{search.pop('index')}/search", json=search
        ).json
        assert {**alone, "took_ms": 0, "timing": {}} == {**answer, "took_ms": 0, "timing": {}}
        assert set(answer["timing"]) == {"parse", "plan", "engine", "render"}
    assert {"results", "took_ms", "timing"} == set(result.json)


def test_a_bad_search_takes_no_other_along(api) -> None:
    """Its problem stands in its place, as if it had been asked alone."""
    results = ask(
        api,
        {"index": "books", "filter": "yaer>1"},
        {"index": "books", "q": "dune"},
        {"index": "boks"},
        {"index": "songs"},
        {"q": "no index"},
        {"index": "books", "qq": "x"},
        {"index": "books", "cursor": "x"},
    ).json["results"]
    assert [one.get("status", 200) for one in results] == [400, 200, 404, 503, 400, 400, 400]
    assert [one.get("param") for one in results] == [
        "filter", None, None, None, "index", "qq", "cursor",
    ]  # fmt: skip
    assert results[0]["code"] == "bad_filter"
    assert results[2]["hint"] == "did you mean 'books'?"
    assert results[1]["hits"][0]["doc"]["title"] == "Dune"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (EngineTimeout("at secret:9200"), 503, "engine_timeout"),
        (KeyError("secret"), 500, "internal"),
    ],
)
def test_an_engine_that_fails(api, error, status, code) -> None:
    """Each search that it failed says so, and nothing of what is behind it."""
    api.engine.error = error
    result = ask(api, {"index": "books"}, {"index": "books", "q": "!!!"})
    failed, nothing = result.json["results"]
    assert (failed["status"], failed["code"]) == (status, code)
    assert failed["request_id"] == result.headers["x-request-id"]
    assert nothing["total"]["value"] == 0
    assert "secret" not in result.text


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "searches"),
        ({"searches": []}, "searches"),
        ({"searches": {}}, "searches"),
        ({"searches": [1]}, "searches"),
        ({"searches": [{"index": "books"}] * 21}, "searches"),
        ({"searches": [{"index": "books"}], "serches": []}, "serches"),
        ({"serches": [{"index": "books"}]}, "serches"),
    ],
)
def test_what_is_no_list_of_searches_is_refused(api, body, param) -> None:
    """As a whole, before any is asked."""
    result = api.client.simulate_post(ROUTE, json=body)
    assert (result.status_code, result.json["param"]) == (400, param)
    assert api.engine.asked == []


def test_only_post(api) -> None:
    """Searches do not fit a query string."""
    assert api.client.simulate_get(ROUTE).status_code == 405


def test_latency_is_booked_by_index(api) -> None:
    """For each search, also a bad one, and for the request; unknown names make no series."""
    ask(api, {"index": "books"}, {"index": "books", "page": 0}, {"index": "made_up"})
    body = api.client.simulate_get("/v1/latency", query_string="minutes=1").json
    counts = {
        (s["index"], s["stage"]): s["count"]
        for s in body["windows"][0]["series"]
        if s["route"] == ROUTE
    }
    assert (counts["books", "engine"], counts["books", "total"]) == (1, 2)
    assert counts["", "total"] == 1
    assert {index for index, _ in counts} == {"", "books"}


def test_searches_run_side_by_side(api) -> None:
    """Five of a tenth of a second take less than all of them one after the other."""
    api.engine.delay = 0.1
    assert ask(api, *[{"index": "books"}] * 5).json["took_ms"] < 400
