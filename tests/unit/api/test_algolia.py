"""The transport of Algolia's wire: bodies, credentials, errors, and what is not served."""

import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import falcon.testing
import pytest

from searchsvc.analytics.ubi import read_event
from searchsvc.api.app import create_app
from searchsvc.domain.definition import Field, FieldType, Groups
from searchsvc.domain.geo import Circle, Point
from searchsvc.domain.query import Equals, Match, Not, OneOf, Or, Range, Within
from searchsvc.errors import EngineUnreachable
from searchsvc.telemetry.events import EventLog
from searchsvc.telemetry.searches import SearchLog

ROOT = "/compat/algolia/1"
QUERIES = f"{ROOT}/indexes/*/queries"
DUNE = json.dumps({"requests": [{"indexName": "books", "query": "dune"}]})


def told(result: Any, status: int) -> str:
    """The message of an error in the shape that their clients read."""
    assert result.status_code == status, result.text
    assert result.json["status"] == status
    return str(result.json["message"])


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "text/plain;charset=UTF-8"},
        {"Content-Type": "application/json"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": ""},
    ],
)
def test_bodies_of_browsers(api, headers: dict[str, str]) -> None:
    """Whatever they call it, so that none of them asks for leave before."""
    url = f"{QUERIES}?x-algolia-api-key=abc&x-algolia-application-id=x&x-algolia-agent=browser"
    result = api.client.simulate_post(url, body=DUNE, headers=headers)
    assert result.status_code == 200, result.text
    (found,) = result.json["results"]
    assert [hit["objectID"] for hit in found["hits"]] == ["a/b%c"]
    assert found["hits"][0]["_highlightResult"]["title"] == {
        "value": "<em>Dune</em>", "matchLevel": "full", "fullyHighlighted": True,
        "matchedWords": ["dune"],
    }  # fmt: skip


def test_gzipped_bodies(api) -> None:
    """As the client for Node sends longer ones; not such as stand for a megabyte and more."""
    headers = {"Content-Type": "text/plain", "Content-Encoding": "gzip"}

    def send(data: bytes) -> Any:
        return api.client.simulate_post(QUERIES, body=data, headers=headers)

    assert send(gzip.compress(DUNE.encode())).json["results"][0]["nbHits"] == 1
    told(send(gzip.compress(b" " * (1 << 20) + b" {}")), 413)
    assert "no end" in told(send(gzip.compress(DUNE.encode())[:-9]), 400)
    assert "not gzip" in told(send(DUNE.encode()), 400)
    headers["Content-Encoding"] = "br"
    assert "only by gzip" in told(send(DUNE.encode()), 415)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{", "not JSON"),
        ("{}", "'requests' must be a list"),
        ('{"requests": [1]}', "'requests' must be a list"),
        ('{"requests": [{}]}', "needs 'indexName'"),
        (json.dumps([{"indexName": "books"}] * 51), "may be 50, not 51"),
        ('[{"indexName": "books", "query": {"a": 1}}]', "'query' must be a string"),
        ('[{"indexName": "books", "page": -1}]', "'page' must be a whole number"),
        ('[{"indexName": "books", "facets": [1]}]', "'facets' must be a list of strings"),
        ('[{"indexName": "books", "facetFilters": [["genre"]]}]', "no attribute:value"),
        ('[{"indexName": "books", "facetFilters": [[["a"]]]}]', "must be strings in lists"),
        ('[{"indexName": "books", "numericFilters": ["year"]}]', "no comparison"),
        ('[{"indexName": "books", "filters": 3}]', "'filters' must be a string"),
        ('[{"indexName": "books", "facetFilters": "(genre:x,genre:y"}]', "to filter by: '(genre'"),
        ('[{"indexName": "books", "facetFilters": "genre:x,(genre)"}]', "no attribute:value"),
        ('[{"indexName": "books", "filters": "year=1e99999"}]', "expected a finite number"),
        (
            '[{"indexName": "books", "restrictSearchableAttributes": ["titel"]}]',
            "no searchable attribute 'titel' (did you mean 'title'?)",
        ),
        (
            '[{"indexName": "books", "restrictSearchableAttributes": "title,secret"}]',
            "no searchable attribute 'secret'",
        ),
        ('[{"indexName": "books", "optionalFilters": ["genre"]}]', "no attribute:value"),
        ('[{"indexName": "books", "optionalFilters": 5}]', "must be strings in lists"),
        (
            json.dumps([{"indexName": "books", "optionalFilters": ["genre:x"] * 21}]),
            "may be 20, not 21",
        ),
        ('{"requests": [], "strategy": "first"}', "one of: none, stopIfEnoughMatches"),
        ('[{"indexName": "books", "typoTolerance": "no"}]', "one of: true, false, min, strict"),
        ('[{"indexName": "books", "queryType": "prefix"}]', "'queryType' cannot be 'prefix'"),
        ('[{"indexName": "books", "removeWordsIfNoResults": 1}]', "cannot be '1'"),
        ('[{"indexName": "books", "sortFacetValuesBy": "name"}]', "one of: count, alpha"),
        ('[{"indexName": "books", "filters": "genre:x AND"}]', "expected an attribute"),
        ('[{"indexName": "books", "filters": "genre x"}]', "expected ':' or a comparison"),
        ('[{"indexName": "books", "filters": "(genre:x"}]', "a closing ')'"),
        ('[{"indexName": "books", "filters": "genre:x genre:y"}]', "AND, OR or the end"),
        ('[{"indexName": "books", "aroundLatLng": "1,2"}]', "no geo field"),
        ('[{"indexName": "books", "insideBoundingBox": [[1, 2, 3, 4]]}]', "no geo field"),
        ('[{"indexName": "books", "insideBoundingBox": [[1, 2]]}]', "four numbers"),
        ('[{"indexName": "books", "insidePolygon": [[1, 2, 3, 4, 5]]}]', "two for each corner"),
        ('[{"indexName": "books", "insidePolygon": [[1, 2, 3, 4, 5, "x"]]}]', "six numbers"),
        ('[{"indexName": "books", "insidePolygon": [1, [2]]}]', "six numbers"),
        ('[{"indexName": "books", "insidePolygon": "1,2,3,4,5,6"}]', "no geo field"),
        ('[{"indexName": "books", "type": "facet", "facet": "secret"}]', "no facet 'secret'"),
        (json.dumps([{"indexName": "books", "filters": "NOT " * 30 + "year:1"}]), "deeper than 20"),
        ('[{"indexName": "books", "distinct": "x"}]', "'distinct' must be"),
        ('[{"indexName": "books", "distinct": 1.5}]', "'distinct' must be"),
        ('[{"indexName": "books", "distinct": -1}]', "'distinct' must be"),
        ('[{"indexName": "books", "optionalFilters": ["genre:a<score=x>"]}]', "no score from 0"),
        ('[{"indexName": "books", "clickAnalytics": "yes"}]', "'clickAnalytics' cannot be 'yes'"),
        ('[{"indexName": "books", "analytics": [1]}]', "'analytics' cannot be '[1]'"),
        ('[{"indexName": "books", "type": "facets"}]', "one of: default, facet"),
        ('[{"indexName": "books", "aroundLatLng": "x"}]', "'aroundLatLng' cannot be used"),
        (json.dumps([{"indexName": "books", "query": "a" * 1001}]), "'query' has more than 1000"),
        (
            json.dumps([{"indexName": "books", "type": "facet", "facetQuery": "a" * 1001}]),
            "'facetQuery' has more than 1000",
        ),
    ],
)
def test_a_bad_request_says_why(api, body: str, message: str) -> None:
    """400, before any engine is asked."""
    assert message in told(api.client.simulate_post(QUERIES, body=body), 400)
    assert api.engine.asked == []


def test_what_is_preferred_is_asked_as_boosts(api) -> None:
    """One of each inner list; where hits are sorted, none."""
    preferred = [["genre:novel", "genre:essay<score=4>"], "genre:-poem"]
    for name in ("books", "books_newest"):
        asked = [{"indexName": name, "optionalFilters": preferred}]
        assert api.client.simulate_post(QUERIES, json=asked).status_code == 200
    by_relevance, by_year = api.engine.asked
    assert [(one.condition.filter, one.weight) for one in by_relevance.boosts] == [
        (OneOf("genre", ("novel", "essay")), 36.0),
        (Not(Equals("genre", "poem")), 9.0),
    ]
    assert by_year.boosts == ()


def test_no_more_is_searched_than_until_a_page_is_full(api) -> None:
    """What is left says so; each request must be usable all the same."""
    asked = [{"indexName": "books", "hitsPerPage": n} for n in (2, 1, 3)]
    body = {"requests": asked, "strategy": "stopIfEnoughMatches"}
    results = api.client.simulate_post(QUERIES, json=body).json["results"]
    assert [(one["nbHits"], one.get("processed")) for one in results] == [
        (1, None),
        (1, None),
        (0, False),
    ]
    assert results[2]["hitsPerPage"] == 3
    assert len(api.engine.asked) == 2
    for strategy in ("none", None):
        body = {"requests": asked, "strategy": strategy}
        results = api.client.simulate_post(QUERIES, json=body).json["results"]
        assert [one["nbHits"] for one in results] == [1, 1, 1]
    bad = {"requests": [*asked, {"indexName": "boks"}], "strategy": "stopIfEnoughMatches"}
    told(api.client.simulate_post(QUERIES, json=bad), 404)


def test_an_engine_that_is_down_is_told_as_too_busy(api) -> None:
    """429 with a time to wait, since their clients tell a 503 as hosts that nobody can reach."""
    api.engine.error = EngineUnreachable("refused 10.0.0.7")
    result = api.client.simulate_post(QUERIES, body=DUNE)
    assert told(result, 429) == "the engine does not answer"
    assert result.headers["retry-after"] == "1"
    api.engine.serving = False
    told(api.client.simulate_post(QUERIES, body=DUNE), 429)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "indexes/books/batch"),
        ("PUT", "indexes/books/1"),
        ("DELETE", "indexes/books/1"),
        ("POST", "indexes/books/clear"),
        ("PUT", "indexes/books/settings"),
        ("POST", "indexes/books"),
        ("GET", "keys"),
    ],
)
def test_writes_are_refused(api, method: str, path: str) -> None:
    """403, and nothing happens."""
    result = api.client.simulate_request(method, f"{ROOT}/{path}", body="{}")
    assert told(result, 403).endswith("indexes follow their tables")
    assert api.engine.asked == []


def test_an_order_by_a_field_in_a_path_is_led_to_the_other_route(api) -> None:
    """Since a name with slashes reads like a document's path there."""
    result = api.client.simulate_post(f"{ROOT}/indexes/books/sort/year:asc/query", body="{}")
    assert "understood in */queries only" in told(result, 404)


def test_a_radius_is_told_by_its_own_name(api) -> None:
    """And so is what lies around a place where an index has none."""
    ask = {"indexName": "books", "aroundLatLng": "1,2", "aroundRadius": "x"}
    assert told(api.client.simulate_post(QUERIES, json=[ask]), 400).endswith("no geo field")
    held = api.engine.held
    fields = (*held.definition.fields, Field("at", FieldType.GEO))
    api.engine.held = replace(held, definition=replace(held.definition, fields=fields))
    assert "'aroundRadius' must be" in told(api.client.simulate_post(QUERIES, json=[ask]), 400)
    api.client.simulate_post(QUERIES, json=[{**ask, "aroundRadius": 500}])
    assert api.engine.asked[0].filter == Within("at", Circle(Point(1, 2), 500))


def test_a_snippet_tells_whether_it_holds_every_word(api) -> None:
    """As the highlight of the same value does."""
    levels = {}
    for query in ("dune", "dune worm"):
        ask = {
            "indexName": "books",
            "query": query,
            "attributesToSnippet": ["title:9" + "9" * 5000],
        }
        (result,) = api.client.simulate_post(QUERIES, json=[ask]).json["results"]
        (hit,) = result["hits"]
        levels[query] = [
            hit[each]["title"]["matchLevel"] for each in ("_snippetResult", "_highlightResult")
        ]
    assert levels == {"dune": ["full", "full"], "dune worm": ["partial", "partial"]}


def test_one_index_by_body_and_by_query_string(api) -> None:
    """The same result, not in a list; credentials in a query string are no parameters."""
    url = f"{ROOT}/indexes/books/query"
    by_body = api.client.simulate_post(url, body='{"query": "dune", "facets": ["genre"]}').json
    query = "query=dune&facets=%5B%22genre%22%5D&x-algolia-api-key=abc"
    by_query = api.client.simulate_get(url, query_string=query).json
    assert by_body["facets"] == by_query["facets"] == {"genre": {"novel": 1}}
    assert by_body["hits"] == by_query["hits"]
    assert told(api.client.simulate_post(url, body="[]"), 400) == "the body is not a JSON object"


def test_values_of_a_facet(api) -> None:
    """With the caller's own tags."""
    body = '{"facetQuery": "no", "highlightPreTag": "[", "highlightPostTag": "]"}'
    result = api.client.simulate_post(f"{ROOT}/indexes/books/facets/genre/query", body=body)
    (value,) = result.json["facetHits"]
    assert value == {"value": "novel", "highlighted": "[no]vel", "count": 1}
    assert result.json["exhaustiveFacetsCount"] is True


def test_objects(api) -> None:
    """One by one, or several; null for what is not there, 404 where it was asked for alone."""
    url = f"{ROOT}/indexes/*/objects"
    asked = [{"indexName": "books", "objectID": id} for id in ("a/b%c", "nobody")]
    asked[0]["attributesToRetrieve"] = ["year"]  # type: ignore[assignment]
    result = api.client.simulate_post(url, json={"requests": asked})
    assert result.json == {"results": [{"year": 1965, "objectID": "a/b%c"}, None]}
    told(api.client.simulate_get(f"{ROOT}/indexes/books/nobody"), 404)
    for wanted in ("title%2Cyear", "title,year", "%5B%22year%22%2C%22title%22%5D"):
        path = f"{ROOT}/indexes/books_newest/a%2Fb%25c"
        found = api.client.simulate_get(path, query_string=f"attributesToRetrieve={wanted}").json
        assert found == {"title": "Dune", "year": 1965, "objectID": "a/b%c"}
    told(api.client.simulate_post(url, json={"requests": [{"indexName": "books"}]}), 400)


def test_indices_and_settings(api) -> None:
    """Read-only: what the definition says, with its orders as replicas."""
    (one,) = api.client.simulate_get(f"{ROOT}/indexes").json["items"]
    assert (one["name"], one["replicas"]) == ("books", ["books_newest"])
    settings = api.client.simulate_get(f"{ROOT}/indexes/books/settings").json
    assert settings["searchableAttributes"] == ["title"]
    assert settings["attributesForFaceting"] == ["searchable(genre)"]
    assert "secret" not in json.dumps(settings)
    held = api.engine.held
    fields = (*held.definition.fields, Field("pages", FieldType.NUMBER, facet=True))
    api.engine.held = replace(held, definition=replace(held.definition, fields=fields))
    settings = api.client.simulate_get(f"{ROOT}/indexes/books/settings").json
    assert settings["attributesForFaceting"] == ["searchable(genre)", "pages"]


def test_filters_reach_the_engine(api) -> None:
    """Lists inside join by OR, those outside by AND."""
    asked = {
        "indexName": "books_newest",
        "query": "dune",
        "facetFilters": [["genre:novel", "genre:poem"], ["genre:x", "year:1"]],
        "numericFilters": ["year>=1960"],
        "removeWordsIfNoResults": "allOptional",
        "typoTolerance": False,
    }
    api.client.simulate_post(QUERIES, json=[asked])
    query = api.engine.asked[0]
    either, unlike = (
        OneOf("genre", ("novel", "poem")),
        Or((Equals("genre", "x"), Equals("year", 1))),
    )
    assert set(query.filter.parts) == {either, unlike, Range("year", 1960.0, None)}
    assert (query.sort[0].field, query.sort[0].descending) == ("year", True)
    assert (query.match, query.terms[0].typos, query.limit) == (Match.ALL, 0, 20)


def test_distinct_is_a_group(api) -> None:
    """As many hits of each as it says; nothing where an index has no groups."""
    grouped = replace(api.engine.held.definition, groups=Groups(("genre",)))
    ask = [{"indexName": "books", "query": "dune", "distinct": 2}]
    assert api.client.simulate_post(QUERIES, json=ask).json["results"][0]["nbHits"] == 1
    api.engine.held = replace(api.engine.held, definition=grouped)
    api.client.simulate_post(QUERIES, json=ask)
    assert any(facet.field == "genre" for query in api.engine.asked[1:] for facet in query.facets)


def test_suggestions_are_an_index(api) -> None:
    """Of queries; there are none before people have searched."""
    ask = [{"indexName": "books_query_suggestions", "query": "du"}]
    (result,) = api.client.simulate_post(QUERIES, json=ask).json["results"]
    assert (result["hits"], result["nbHits"], result["index"]) == ([], 0, ask[0]["indexName"])
    other = f"{ROOT}/indexes/books_query_suggestions"
    assert "cannot be browsed" in told(api.client.simulate_post(f"{other}/browse", body="{}"), 400)
    told(api.client.simulate_get(f"{other}/dune"), 404)


def test_a_search_whose_clicks_are_told_has_an_id(api, tmp_path: Path) -> None:
    """Another for each answer; the search and what was done with its hits are logged by it."""
    logs, secret = tmp_path / "told", b"s" * 32
    searches, events = SearchLog(logs, secret, 30), EventLog(logs, secret, 30)
    services = replace(api.services, searches=searches, events=events)
    client = falcon.testing.TestClient(create_app(services))
    ask = [{"indexName": "books", "query": "dune", "clickAnalytics": True}] * 2
    ask.append({"indexName": "books", "query": "", "clickAnalytics": True})
    results = client.simulate_post(QUERIES, json=ask).json["results"]
    ids = [result["queryID"] for result in results]
    assert len(set(ids)) == 3
    event = {
        "eventType": "click", "eventName": "Product Clicked", "index": "books",
        "objectIDs": ["a/b%c", "x"], "positions": [1, 3], "queryID": ids[0],
        "userToken": "anonymous-1",
    }  # fmt: skip
    filtered = {
        "eventType": "conversion", "eventSubtype": "purchase", "index": "books_newest",
        "filters": ["genre%3A%5C-novel"],
    }  # fmt: skip
    useless = [{"eventType": "instantsearch"}, {"eventType": "view", "index": "nowhere"}, 3]
    sent = client.simulate_post(
        f"{ROOT}/events?x-algolia-api-key=a-secret-key",
        body=json.dumps({"events": [*useless, event, filtered]}),
        headers={"Content-Type": "text/plain;charset=UTF-8"},
    )
    assert (sent.status_code, sent.json["status"]) == (200, 200)
    searches.close()
    events.close()
    told, searched = (path.read_text().splitlines() for path in sorted(logs.iterdir()))
    found = [json.loads(line) for line in searched]
    assert [(one["query_id"], one["query_response_hit_ids"]) for one in found] == [
        (ids[0], ["a/b%c"]), (ids[1], ["a/b%c"]),
    ]  # fmt: skip
    first, second, third = map(json.loads, told)
    assert abs(datetime.fromisoformat(first.pop("timestamp")) - datetime.now(UTC)).seconds < 60
    assert first == {
        "application": "books", "action_name": "click", "query_id": ids[0],
        "client_id": "anonymous-1", "message": "Product Clicked",
        "event_attributes": {"object": {"object_id": "a/b%c"}, "position": {"ordinal": 0}},
    }  # fmt: skip
    assert second["event_attributes"] == {"object": {"object_id": "x"}, "position": {"ordinal": 2}}
    assert (third["action_name"], third["application"]) == ("purchase", "books")
    assert third["event_attributes"] == {"filters": ["genre:\\-novel"]}
    assert all(read_event(json.loads(line)) for line in told)
    assert "a-secret-key" not in str(told)


def test_events_that_are_none(api) -> None:
    """A list of too many, or no list at all."""
    for body in ("{}", '{"events": 3}', json.dumps({"events": [{}] * 1001})):
        told(api.client.simulate_post(f"{ROOT}/events", body=body), 400)
    usable = {"eventType": "click", "index": "books", "objectIDs": ["1"], "positions": [1]}
    odd: tuple[Any, ...] = (["click"], {}, 1, None, True)
    events = [{**usable, name: value} for name in ("eventSubtype", *usable) for value in odd]
    sent = api.client.simulate_post(f"{ROOT}/events", json={"events": events})
    assert sent.status_code == 200, sent.text


def test_searches_are_booked_under_their_index(api) -> None:
    """In latencies; and of what was typed for hits, unless the page says that nobody did."""
    ask = [
        {"indexName": "books", "query": "dune"},
        {"indexName": "books", "query": "dune", "hitsPerPage": 0, "analytics": False},
        {"indexName": "books", "query": "worm", "analytics": False},
    ]
    route = "/compat/algolia/1/indexes/*/queries"
    assert len(api.client.simulate_post(QUERIES, json=ask).json["results"]) == 3
    body = api.client.simulate_get("/v1/latency").json
    series = body["windows"][0]["series"]
    booked = [s for s in series if (s["route"], s["index"]) == (route, "books")]
    assert [s["count"] for s in booked if s["stage"] == "engine"] == [2]
