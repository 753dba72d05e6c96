"""GET and POST /v1/relevance/explain: what it takes, and who may ask."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import falcon.testing
import pytest

from searchsvc.definitions.mappings import parse_mapping
from searchsvc.domain.access import Role
from searchsvc.engines.memory import MemoryEngine, MemoryStore
from tests.contract.support import Engines, document
from tests.support.app import app_for
from tests.support.keys import KeyCase, key_case

LAMPS = parse_mapping("lamps", "fields:\n  name: text^3\n  note: text\n")
PATH = "/v1/relevance/explain"


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[KeyCase]:
    """No key yet."""
    with key_case(tmp_path) as case:
        yield case


@pytest.fixture
def client(keys: KeyCase) -> falcon.testing.TestClient:
    """Two lamps, for who has a key."""
    store = MemoryStore()
    made = Engines(store, MemoryEngine(store))
    made.serve(
        document("a", name="red lamp", note="small"),
        document("b", name="lamp", note="red and small"),
        definition=LAMPS,
    )
    return falcon.testing.TestClient(app_for(store, made.search, LAMPS, door=keys.keyring))


def ask(client: falcon.testing.TestClient, secret: str, **given: Any) -> falcon.testing.Result:
    """By a query string."""
    return client.simulate_get(PATH, params=given, headers={"X-API-Key": secret})


def test_two_hits(client, keys) -> None:
    """One beside the other, by query string and by body alike."""
    secret = keys.secret("ann", Role.ANALYST)
    given = {"index": "lamps", "q": "red lamp", "id": "b", "vs": "a"}
    body = ask(client, secret, **given).json
    assert (body["hit"]["id"], body["other"]["id"], body["ahead"]) == ("b", "a", False)
    assert sum(part["share"] for part in body["hit"]["parts"]) == pytest.approx(1)
    assert body["differences"][0]["there"] > body["differences"][0]["here"]
    assert {one["field"] for one in body["weights"]} >= {"name"}
    again = client.simulate_post(PATH, json=given, headers={"X-API-Key": secret}).json
    assert again["reasons"] == body["reasons"]


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({"q": "lamp", "id": "a"}, "index"),
        ({"q": "lamp", "index": "lamps"}, "id"),
        ({"q": "lamp", "index": "lamps", "id": "a", "page": "2"}, "page"),
        ({"q": "lamp", "index": "lamps", "id": "a", "ranking": "best"}, "ranking"),
    ],
)
def test_what_is_refused(client, keys, given: dict[str, str], param: str) -> None:
    """With the name of the parameter."""
    answer = ask(client, keys.secret("ann", Role.ANALYST), **given)
    assert (answer.status_code, answer.json["param"]) == (400, param)


def test_who_may_ask(client, keys) -> None:
    """An analyst whose key reaches the index; nobody else learns whether it is there."""
    given = {"index": "lamps", "q": "lamp", "id": "a"}
    assert ask(client, keys.secret("page"), **given).status_code == 403
    other = keys.secret("other", Role.ANALYST, indexes=("songs",))
    assert ask(client, other, **given).status_code == 403
    assert ask(client, other, **{**given, "index": "none"}).status_code == 403
    own = keys.secret("own", Role.ANALYST, indexes=("lamps",))
    assert ask(client, own, **given).status_code == 200
