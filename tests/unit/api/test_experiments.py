"""Experiments over HTTP: two rankings in one list, told to nobody but the log."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

import falcon.testing
import pytest

from searchsvc.api.app import create_app
from searchsvc.domain.access import Role
from searchsvc.domain.definition import Ranking
from searchsvc.domain.query import SearchQuery
from searchsvc.domain.result import Bucket, Facet, Hit, LiveIndex, SearchResult
from searchsvc.errors import EngineTimeout
from searchsvc.settings import Api
from searchsvc.telemetry.searches import SearchLog
from tests.support.keys import key_case
from tests.unit.api.conftest import BOOKS, VERSION

SEARCH = "/v1/indexes/books/search"
PATH = "/v1/relevance/experiments"
RANKED = replace(BOOKS, rankings=(Ranking("popular"),))
IDS = [f"{number:02}" for number in range(60)]


def found(query: SearchQuery) -> SearchResult:
    """Sixty books, which `popular` has in the opposite order."""
    ids = IDS[::-1] if query.ranking == "popular" else IDS
    start = query.offset if query.after is None else query.after.seen
    hits = tuple(Hit(id, 1.0, b"{}") for id in ids[start : start + query.limit])
    facets = tuple(Facet(facet.field, (Bucket("novel", 60),)) for facet in query.facets)
    return SearchResult(VERSION, len(ids), hits, facets)


@dataclass
class Case:
    """A client of an app on whose books an experiment runs, and what its log has."""

    client: falcon.testing.TestClient
    engine: Any
    log: SearchLog
    folder: Path

    def get(self, query: str = "q=dune", address: str = "10.0.0.1", **headers: str) -> Any:
        """The answer to a search."""
        answer = self.client.simulate_get(
            SEARCH, query_string=query, headers=headers, remote_addr=address
        )
        assert answer.status_code == 200, answer.text
        return answer.json

    def ids(self, *args: str, **headers: str) -> list[str]:
        """Of its hits."""
        return [hit["id"] for hit in self.get(*args, **headers)["hits"]]

    def logged(self) -> list[dict[str, Any]]:
        """The lines of the log; nothing is remembered afterwards."""
        self.log.close()
        lines = [path.read_text().splitlines() for path in sorted(self.folder.glob("searches-*"))]
        return [json.loads(line) for line in chain.from_iterable(lines)]


@pytest.fixture
def start(api, tmp_path: Path) -> Iterator[Callable[..., Case]]:
    """Makes a case with such an experiment."""
    made = []

    def case(a: str = "default", b: str = "popular", cache_ms: int = 0) -> Case:
        api.engine.held = LiveIndex(VERSION, RANKED)
        api.engine.answers = found
        log = SearchLog(tmp_path / "logs", b"s" * 32, 30)
        made.append(log)
        services = replace(api.services, searches=log, settings=Api(cache_ms=cache_ms, edit=True))
        client = falcon.testing.TestClient(create_app(services))
        body = {"index": "books", "a": a, "b": b}
        assert client.simulate_post(PATH, json=body).status_code == 200
        return Case(client, api.engine, log, tmp_path / "logs")

    yield case
    for log in made:
        log.close()


def test_hits_of_both_and_teams_in_the_log_alone(start) -> None:
    """As many of either; the same again; both are asked, and what is found is counted once."""
    case = start()
    body = case.get("q=dune&facets=genre")
    ids = [hit["id"] for hit in body["hits"]]
    assert sorted(ids) == [*IDS[:5], *IDS[-5:]]
    assert body["total"]["value"] == 60
    first, second = case.engine.asked
    assert {first.ranking, second.ranking} == {"default", "popular"}
    assert [len(one.facets) for one in (first, second)] == [1, 0]
    assert case.ids() == ids
    assert {hit["score"] for hit in body["hits"]} == {None}
    assert "teams" not in json.dumps(body)
    assert "popular" not in json.dumps(body)
    line, _ = case.logged()
    assert line["query_response_hit_ids"] == ids
    attributes = line["query_attributes"]
    assert attributes["experiment"].startswith("books-")
    assert attributes["ranking"] == "default+popular"
    assert [team == "A" for team in attributes["teams"]] == [id < "30" for id in ids]


def test_pages_go_on_from_each_other(start) -> None:
    """By number and by cursor, through every hit once, as far as both are drafted."""
    case = start()
    pages = (case.ids(f"q=dune&page={number}") for number in range(1, 7))
    numbered = list(chain.from_iterable(pages))
    assert sorted(numbered) == IDS
    walked, body = [], case.get("q=dune&per_page=7")
    while body["next_cursor"]:
        walked += [hit["id"] for hit in body["hits"]]
        body = case.get(f"q=dune&per_page=7&cursor={body['next_cursor']}")
    assert [*walked, *(hit["id"] for hit in body["hits"])] == numbered
    last = case.logged()[-1]["query_attributes"]
    assert (last["offset"], len(last["teams"])) == (56, 4)


def test_people_get_their_own_lists(start) -> None:
    """Each always the same one; equal lists are made once as long as they are remembered."""
    case = start(cache_ms=60_000)
    lists = {address: case.ids("q=dune", f"10.0.{address}.1") for address in range(60)}
    assert len({tuple(ids) for ids in lists.values()}) > 4
    assert len(case.engine.asked) <= 2 * 16
    asked = len(case.engine.asked)
    assert all(case.ids("q=dune", f"10.0.{one}.1") == ids for one, ids in lists.items())
    assert len(case.engine.asked) == asked


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("q=dune&ranking=default", {}), ("q=dune&sort=newest", {}), ("q=", {}), ("q=%21%21", {}),
        ("q=dune&explain=true", {}), ("q=dune&per_page=10&page=11", {}), ("q=dune", {"DNT": "1"}),
        ("q=dune&per_page=0", {}),
    ],
)  # fmt: skip
def test_who_is_in_no_experiment(start, query: str, headers: dict[str, str]) -> None:
    """Who names a ranking or an order, is not remembered, or looks far down."""
    case = start()
    case.get(query, **headers)
    assert {one.ranking for one in case.engine.asked} <= {"default"}
    assert all("experiment" not in line["query_attributes"] for line in case.logged())


@pytest.mark.parametrize("failing", ["default", "popular"])
def test_one_side_that_fails_takes_nobody_along(start, failing: str) -> None:
    """The other's hits are served, and count for nobody."""
    case = start()

    def broken(query: SearchQuery) -> SearchResult:
        if query.ranking == failing:
            raise EngineTimeout("too slow")
        return found(query)

    case.engine.answers = broken
    wanted = IDS if failing == "popular" else IDS[::-1]
    assert case.ids() == wanted[:10]
    assert case.ids("q=dune&page=2") == wanted[10:20]
    assert all("experiment" not in line["query_attributes"] for line in case.logged())


def test_both_sides_that_fail_are_an_error(start) -> None:
    """As without an experiment."""
    case = start()
    case.engine.error = EngineTimeout("too slow")
    answer = case.client.simulate_get(SEARCH, query_string="q=dune")
    assert (answer.status_code, answer.json["code"]) == (503, "engine_timeout")


def test_rankings_that_find_other_documents_are_not_mixed(start) -> None:
    """A total would be neither's."""
    case = start()

    def fewer(query: SearchQuery) -> SearchResult:
        result = found(query)
        return replace(result, total=9) if query.ranking == "popular" else result

    case.engine.answers = fewer
    body = case.get()
    assert [hit["id"] for hit in body["hits"]] == IDS[:10]
    assert body["total"]["value"] == 60
    assert "experiment" not in case.logged()[0]["query_attributes"]


def test_a_version_without_one_of_the_rankings(start) -> None:
    """As a rollback may bring back: searches go on as without an experiment."""
    case = start()
    case.engine.held = LiveIndex(VERSION, BOOKS)
    assert case.ids() == IDS[:10]
    assert "experiment" not in case.logged()[0]["query_attributes"]


def test_an_experiment_from_its_start_to_its_end(start) -> None:
    """Listed, told with what it has found, and stopped; then nobody is in it."""
    case = start()
    body = {"index": "books", "a": "default", "b": "default", "sessions": 6}
    again = case.client.simulate_post(PATH, json=body)
    assert (again.status_code, again.json["code"]) == (409, "experiment_runs")
    (one,) = case.client.simulate_get(PATH, query_string="index=books").json["experiments"]
    assert (one["a"], one["b"], one["sessions"], one["ended"]) == ("default", "popular", 803, None)
    told = case.client.simulate_get(f"{PATH}/{one['id']}").json
    assert told["found"] == {"a": 0, "b": 0, "tied": 0, "silent": 0}
    assert (told["final"], told["winner"], told["p"]) == (False, None, None)
    assert told["verdict"] == "no session prefers a side"
    over = case.client.simulate_post(f"{PATH}/{one['id']}/stop", json={}).json
    assert over["why"] == "stopped"
    assert case.client.simulate_post(f"{PATH}/{one['id']}/stop").json == over
    assert case.client.simulate_get(f"{PATH}/{one['id']}").json == over
    started = case.client.simulate_post(PATH, json=body).json
    assert case.client.simulate_get(PATH).json["experiments"][0] == started
    assert case.client.simulate_get(PATH, query_string="index=songs").json["experiments"] == []


def test_what_cannot_be_an_experiment(api, start) -> None:
    """Each is named."""
    client = start().client
    for body, param in (
        ({"a": "default", "b": "popular"}, "index"),
        ({"index": "books", "b": "popular"}, "a"),
        ({"index": "books", "a": "default", "b": "populr"}, "b"),
        ({"index": "books", "a": "default", "b": "popular", "sessions": -1}, "sessions"),
        ({"index": "books", "a": "default", "b": "popular", "sessions": 5}, "sessions"),
        ({"index": "books", "c": "default"}, "c"),
    ):
        answer = client.simulate_post(PATH, json=body)
        assert (answer.status_code, answer.json["param"]) == (400, param)
    other = {"index": "nobody", "a": "default", "b": "default"}
    assert client.simulate_post(PATH, json=other).status_code == 404
    assert client.simulate_post(PATH, json={**other, "index": "songs"}).status_code == 503
    assert client.simulate_get(f"{PATH}/books-1").json["code"] == "unknown_experiment"
    assert client.simulate_post(f"{PATH}/books-1/stop", json={}).status_code == 404
    for path in (PATH, f"{PATH}/books-1/stop"):
        body = {} if path.endswith("stop") else {"index": "books", "a": "default", "b": "default"}
        assert api.client.simulate_post(path, json=body).json["code"] == "editing_off"
    services = replace(api.services, settings=Api(edit=True))
    unlogged = falcon.testing.TestClient(create_app(services))
    answer = unlogged.simulate_post(PATH, json={"index": "books", "a": "default", "b": "popular"})
    assert "not remembered" in answer.json["message"]


def test_an_admin_starts_and_an_analyst_looks(api, tmp_path: Path) -> None:
    """By the role of the key."""
    with key_case(tmp_path) as made:
        client = falcon.testing.TestClient(create_app(replace(api.services, door=made.keyring)))
        analyst = {"X-API-Key": made.secret("ann", Role.ANALYST)}
        admin = {"X-API-Key": made.secret("root", Role.ADMIN)}
        assert client.simulate_get(PATH, headers=analyst).status_code == 200
        body = {"index": "books", "a": "default", "b": "default"}
        for path in (PATH, f"{PATH}/x/stop"):
            answer = client.simulate_post(path, json=body, headers=analyst)
            assert answer.json["code"] == "key_forbids"
        assert client.simulate_post(f"{PATH}/x/stop", json={}, headers=admin).status_code == 404
