"""Evaluations, comparisons and tunings over HTTP: what is refused, begun, and answered at once."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import falcon.testing
import pytest

from searchsvc.api.app import create_app
from searchsvc.api.services import ApiServices
from searchsvc.domain.access import Role
from searchsvc.domain.definition import Ranking
from searchsvc.domain.judgment import Judgment
from searchsvc.domain.run import Counts, RunKind, RunStatus
from searchsvc.relevance.evaluate import basis_of, ratings_hash
from searchsvc.relevance.judgments import of_set
from searchsvc.relevance.tasks import MOST_WAITING
from tests.support import evaluations
from tests.support.films import FILMS as SERVED
from tests.support.films import film_services
from tests.support.keys import key_case

EVALUATE, COMPARE, TUNE = (f"/v1/relevance/{name}" for name in ("evaluate", "compare", "tune"))
EVALUATIONS = "/v1/relevance/evaluations"
FILMS = {"index": "films"}
JUDGED = [Judgment("night", "film/1", 2.0), Judgment("night", "film/2", 0.0)]


@pytest.fixture
def services(tmp_path: Path) -> Iterator[ApiServices]:
    """Films with judgments in a set, and beside the mapping."""
    services = film_services(tmp_path, replace(SERVED, rankings=(Ranking("popular"),)))
    services.judgments.put("films", "people", JUDGED)
    file = tmp_path / "mappings" / "films" / "judgments.csv"
    file.write_text("query,id,rating\nriver,film/1,1\nnight,film/2,3\n", encoding="utf-8")
    yield services
    services.judgments.close()
    services.state.close()


@pytest.fixture
def client(services: ApiServices) -> falcon.testing.TestClient:
    """A client that no key is asked of."""
    return falcon.testing.TestClient(create_app(services))


def keep(services: ApiServices, ranking: str, ids: str, **other: object) -> str:
    """The id of an evaluation that is kept."""
    return evaluations.keep(services.relevance.room.evaluations, ranking, ids, **other)


def keep_served(services: ApiServices, depth: int) -> str:
    """The same of one that rests on what is served, and on the judgments of `people`."""
    judgments = ratings_hash(of_set(services.judgments, "films", "people").ratings)
    served, engine = services.search.basis("films"), services.relevance.room.engine
    basis = basis_of(served, engine, "default", judgments, depth)
    return keep(services, ids="x", **{name: getattr(basis, name) for name in basis.__slots__})


def test_an_evaluation_is_a_run_to_follow(client, services) -> None:
    """It waits, with how many queries it has; once it has ended it tells what came of it."""
    result = client.simulate_post(EVALUATE, json={**FILMS, "set": "people", "metrics": ["rr@5"]})
    assert result.status_code == 202
    run = result.json["run"]
    assert (run["kind"], run["status"]) == ("evaluate", "running")
    assert run["progress"] == {"phase": "wait", "done": 0, "total": 1}
    assert result.headers["location"] == f"/v1/runs/{run['id']}"
    tasks = services.relevance.room.tasks
    (number,) = tasks.waiting()
    tasks.begin(number)
    task = tasks.read(number)
    assert (task.set, task.rankings, task.metrics) == ("people", ("default",), ("rr@5",))
    assert client.simulate_get(result.headers["location"]).json == {**run, "result": None}
    tasks.keep(number, {"evaluation": "abcd"})
    begun = services.state.run(number)
    services.state.finish_run(begun, RunStatus.SUCCEEDED, Counts(), datetime.now(UTC))
    found = client.simulate_get(result.headers["location"]).json
    assert (found["status"], found["result"]) == ("succeeded", {"evaluation": "abcd"})
    assert client.simulate_get("/v1/runs").json["runs"][0]["id"] == number


@pytest.mark.parametrize(
    ("path", "body", "status", "code", "said"),
    [
        (EVALUATE, {}, 400, "bad_parameter", "'index' is needed"),
        (EVALUATE, {"index": "filsm"}, 404, "unknown_index", "filsm"),
        (EVALUATE, {**FILMS, "rankign": "x"}, 400, "unknown_parameter", "rankign"),
        (EVALUATE, {**FILMS, "ranking": "defualt"}, 400, "bad_parameter", "no ranking 'defualt'"),
        (EVALUATE, {**FILMS, "set": "peeple"}, 404, "unknown_set", "peeple"),
        (EVALUATE, {**FILMS, "set": "A B"}, 400, "bad_parameter", "A B"),
        (EVALUATE, {**FILMS, "metrics": ["ndgc"]}, 400, "bad_parameter", "ndgc"),
        (EVALUATE, {**FILMS, "metrics": []}, 400, "bad_parameter", "no metric"),
        (COMPARE, FILMS, 400, "bad_parameter", "'a' is needed"),
        (COMPARE, {**FILMS, "a": "default"}, 400, "bad_parameter", "'b' is needed"),
        (COMPARE, {**FILMS, "a": "default", "b": "feed"}, 404, "unknown_evaluation", "feed"),
        (COMPARE, {**FILMS, "a": "default", "b": "populer"}, 404, "unknown_evaluation",
         "'populer' is neither a ranking nor an evaluation"),
        (COMPARE, {**FILMS, "a": "default", "b": ["popular"], "despite": ["depth"]}, 400,
         "bad_parameter", "'depth' cannot"),
        (COMPARE, {**FILMS, "a": "default", "b": ["default"]}, 400, "usage", "there twice"),
        (TUNE, {**FILMS, "folds": 1}, 400, "bad_parameter", "folds"),
        (TUNE, {**FILMS, "ranking": "default"}, 400, "bad_parameter", "already"),
        (TUNE, {**FILMS, "set": "people"}, 400, "usage", "too few"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_no_run(client, services, path, body, status, code, said) -> None:
    """It is told at once, by its name."""
    result = client.simulate_post(path, json=body)
    assert (result.status_code, result.json["code"]) == (status, code)
    assert said in result.json["message"]
    assert services.relevance.room.tasks.waiting() == []
    assert client.simulate_get("/v1/runs").json["runs"] == []


def test_a_set_that_can_tell_nothing(client, services) -> None:
    """Without a relevant document there is nothing to evaluate by."""
    services.judgments.put("films", "none", [Judgment("night", "film/1", 0.0)])
    result = client.simulate_post(EVALUATE, json={**FILMS, "set": "none"})
    assert (result.status_code, result.json["code"]) == (400, "usage")
    assert "relevant" in result.json["message"]


def test_when_too_many_wait(client) -> None:
    """429 with when to come again."""
    for _ in range(MOST_WAITING):
        assert client.simulate_post(EVALUATE, json=FILMS).status_code == 202
    result = client.simulate_post(EVALUATE, json=FILMS)
    assert (result.status_code, result.json["code"]) == (429, "queue_full")
    assert int(result.headers["retry-after"]) > 0


def test_kept_evaluations_are_compared_at_once(client, services) -> None:
    """With the lists of what moves, and what was judged of them."""
    first, second = keep(services, "default", "yax"), keep(services, "popular", "xy")
    asked = {**FILMS, "a": first, "b": [second], "movers": 1}
    result = client.simulate_post(COMPARE, json=asked)
    assert result.status_code == 200
    (one,) = result.json["comparisons"]
    assert one["verdict"].startswith("popular is better than default: ndcg@10 +0.5")
    assert one["difference"]["won"] == 20
    (mover,) = one["movers"]
    assert (mover["a"], mover["b"]) == (["y", "a", "x"], ["x", "y"])
    assert mover["ratings"] == {"x": 3.0, "y": 0.0}


def test_unlike_evaluations_are_refused(client, services) -> None:
    """Kept ones, and one that would be made now; what differs may be let differ."""
    first = keep(services, "default", "x")
    other = keep(services, "popular", "x", version="films-2")
    result = client.simulate_post(COMPARE, json={**FILMS, "a": first, "b": [other]})
    assert (result.status_code, result.json["code"]) == (409, "unlike_evaluations")
    assert "differ in version (films-1 and films-2)" in result.json["message"]
    asked = {**FILMS, "a": first, "b": [other], "despite": ["version"]}
    assert client.simulate_post(COMPARE, json=asked).status_code == 200
    asked = {**FILMS, "a": first, "b": ["default"], "set": "people"}
    result = client.simulate_post(COMPARE, json=asked)
    assert (result.status_code, "judgments" in result.json["message"]) == (409, True)


def test_rankings_are_compared_by_a_run(client, services) -> None:
    """Each of them is asked once."""
    result = client.simulate_post(COMPARE, json={**FILMS, "a": "default", "b": ["popular"]})
    assert (result.status_code, result.json["run"]["progress"]["total"]) == (202, 4)
    tasks = services.relevance.room.tasks
    tasks.begin(result.json["run"]["id"])
    task = tasks.read(result.json["run"]["id"])
    assert (task.kind, task.sides, task.rankings) == (
        RunKind.COMPARE, ("default", "popular"), ("default", "popular"),
    )  # fmt: skip


def test_nothing_is_compared_with_itself(client, services) -> None:
    """By whatever names: a short id, a ranking beside what is kept of it."""
    first = keep(services, "default", "yax")
    result = client.simulate_post(COMPARE, json={**FILMS, "a": first, "b": [first[:8]]})
    assert (result.status_code, result.json["code"]) == (400, "usage")
    assert "is there twice" in result.json["message"]
    own = keep_served(services, 10)
    asked = {**FILMS, "a": "default", "b": [own], "set": "people"}
    result = client.simulate_post(COMPARE, json=asked)
    assert (result.status_code, result.json["code"]) == (400, "usage")
    assert services.relevance.room.tasks.waiting() == []


def test_a_ranking_is_asked_as_deep_as_what_is_kept(client, services) -> None:
    """Else only their depth would keep them from being compared; what is too short is named."""
    kept, tasks = keep_served(services, 50), services.relevance.room.tasks
    asked = {**FILMS, "a": kept, "b": ["popular"], "set": "people"}
    result = client.simulate_post(COMPARE, json=asked)
    assert result.status_code == 202
    tasks.begin(result.json["run"]["id"])
    assert tasks.read(result.json["run"]["id"]).depth == 50
    result = client.simulate_post(COMPARE, json={**asked, "metric": "r@60"})
    assert (result.status_code, result.json["code"]) == (400, "usage")
    assert f"evaluation {kept[:8]} asked for 50 hits" in result.json["message"]


def test_the_evaluations_of_an_index(client, services) -> None:
    """The newest first, in a few figures; one of them whole."""
    first, second = keep(services, "default", "ax"), keep(services, "popular", "x")
    keep(services, "default", "x", index="others")
    body = client.simulate_get(EVALUATIONS, params=FILMS).json
    assert (body["total"], [one["id"] for one in body["evaluations"]]) == (2, [second, first])
    one = body["evaluations"][1]
    assert one["metrics"]["rr@5"] == {"mean": 0.5, "low": 0.5, "high": 0.5}
    assert (one["judged"], one["queries"], one["left_out"]) == (0.5, 20, 1)
    assert client.simulate_get(EVALUATIONS, params={**FILMS, "limit": 1}).json["total"] == 2
    whole = client.simulate_get(f"{EVALUATIONS}/{first[:8]}").json
    answers = whole.pop("answers")
    assert whole == one
    assert answers["q3"] == {"ndcg@10": pytest.approx(0.63093), "rr@5": 0.5, "ids": ["a", "x"],
                             "ms": 2.0}  # fmt: skip
    assert client.simulate_get(EVALUATIONS).json["param"] == "index"
    assert client.simulate_get(f"{EVALUATIONS}/feed").json["code"] == "unknown_evaluation"


@pytest.mark.parametrize("id", ["0", "99", "x", "1" * 40, "-1", "²"])
def test_runs_that_are_not_there(client, id: str) -> None:
    """404."""
    result = client.simulate_get(f"/v1/runs/{id}")
    assert (result.status_code, result.json["code"]) == (404, "unknown_run")


def test_a_key_reaches_its_indexes_only(client, services, tmp_path: Path) -> None:
    """Wherever the index stands: in a body, a query string, a run or an evaluation."""
    kept = keep(services, "default", "x")
    other = keep(services, "default", "x", index="others")
    run = client.simulate_post(EVALUATE, json=FILMS).json["run"]["id"]
    with key_case(tmp_path) as made:
        guarded = falcon.testing.TestClient(create_app(replace(services, door=made.keyring)))
        films = made.secret("ann", Role.ANALYST, indexes=("films",))
        others = made.secret("bob", Role.ANALYST, indexes=("others",))
        search = made.secret("shop")

        def status(secret: str, path: str, body: object = None) -> int:
            headers = {"X-API-Key": secret, "Content-Type": "application/json"}
            method = "GET" if body is None else "POST"
            text = None if body is None else json.dumps(body)
            return guarded.simulate_request(method, path, headers=headers, body=text).status_code

        both = {**FILMS, "a": kept, "b": [other], "despite": []}
        gets = (f"{EVALUATIONS}?index=films", f"{EVALUATIONS}/{kept}", f"/v1/runs/{run}")
        assert [status(films, path) for path in gets] == [200] * 3
        assert [status(others, path) for path in gets] == [403] * 3
        assert [status(search, path) for path in gets] == [403] * 3
        assert status(films, EVALUATE, FILMS) == 202
        assert status(films, COMPARE, both) == 403
        for path in (EVALUATE, COMPARE, TUNE):
            assert status(others, path, FILMS) == status(search, path, FILMS) == 403
