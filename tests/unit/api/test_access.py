"""Keys over HTTP: who is let in, how far, from which pages, how often, and what is logged of it."""

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import falcon.testing
import pytest

from searchsvc.access.tokens import write_token
from searchsvc.api.app import create_app
from searchsvc.api.credentials import credential_of
from searchsvc.api.request import ApiRequest
from searchsvc.domain.access import Role
from searchsvc.settings import Api
from searchsvc.telemetry.logs import configure_logging
from searchsvc.telemetry.searches import SearchLog
from tests.support.keys import KeyCase, key_case

SEARCH = "/v1/indexes/books/search"
SHOP, OTHER = "https://shop.example", "https://other.example"


@dataclass
class Guarded:
    """The app of the `api` fixture behind a keyring."""

    api: Any
    made: KeyCase
    client: falcon.testing.TestClient
    searches: SearchLog

    def get(self, path: str, key: str | None = None, **headers: str) -> falcon.testing.Result:
        """The answer to a GET with that key."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if key is not None:
            sent["Authorization"] = f"Bearer {key}"
        return self.client.simulate_get(path, headers=sent)


@pytest.fixture
def guarded(api, tmp_path: Path) -> Iterator[Guarded]:
    """The books, with no key yet, and pages of one origin that every key may be used by."""
    settings = Api(cache_ms=60_000, slow_ms=0, origins=(SHOP,))
    searches = SearchLog(tmp_path / "searched", b"s" * 32, 30)
    with key_case(tmp_path) as made:
        services = replace(api.services, settings=settings, door=made.keyring, searches=searches)
        yield Guarded(api, made, falcon.testing.TestClient(create_app(services)), searches)
        searches.close()


def code(answer: falcon.testing.Result) -> tuple[int, str | None]:
    """The status and the code of an answer."""
    return answer.status_code, answer.json.get("code")


def test_with_the_first_key_every_request_needs_one(guarded: Guarded) -> None:
    """By either header; probes and the description stay open; a refusal says how to send it."""
    assert guarded.get(SEARCH).status_code == 200
    secret = guarded.made.secret("shop")
    refused = guarded.get(SEARCH)
    assert code(refused) == (401, "no_key")
    assert refused.headers["www-authenticate"] == 'Bearer realm="searchsvc"'
    bad = guarded.get(SEARCH, "ssk_search_x_y")
    assert code(bad) == (401, "bad_key")
    assert bad.headers["www-authenticate"].endswith('error="invalid_token"')
    assert guarded.get(SEARCH, secret).status_code == 200
    assert guarded.get(SEARCH, X_API_Key=secret).status_code == 200
    assert guarded.get(SEARCH, Authorization=f"bearer {secret}").status_code == 200
    assert guarded.get(SEARCH, Authorization="Basic Zm9vOmJhcg==").status_code == 401
    for path in ("/livez", "/openapi.json", "/ui"):
        assert guarded.get(path).status_code == 200
    assert guarded.get("/readyz").status_code != 401


def test_a_key_in_the_query_string_is_none(guarded: Guarded) -> None:
    """It would stand in histories and in the logs of every proxy."""
    secret = guarded.made.secret("shop")
    for name in ("key", "api_key", "x-api-key", "x-algolia-api-key", "authorization"):
        assert code(guarded.get(f"{SEARCH}?{name}={secret}")) == (401, "no_key")


@pytest.mark.parametrize(
    ("path", "role"),
    [
        (SEARCH, Role.SEARCH),
        ("/v1/indexes/books/suggest", Role.SEARCH),
        ("/v1/indexes/books/facets/genre", Role.SEARCH),
        ("/v1/indexes/books/docs/a%2Fb%25c", Role.SEARCH),
        ("/v1/indexes/books/similar/a%2Fb%25c", Role.SEARCH),
        (f"{SEARCH}?explain=true", Role.ANALYST),
        ("/v1/indexes/books/why/x", Role.ANALYST),
        ("/v1/indexes", Role.ANALYST),
        ("/v1/indexes/books", Role.SEARCH),
        ("/v1/indexes/books/versions", Role.ANALYST),
        ("/v1/indexes/books/rules", Role.ANALYST),
        ("/v1/runs", Role.ANALYST),
        ("/v1/latency", Role.ANALYST),
        ("/metrics", Role.ANALYST),
    ],
)
def test_each_role_reaches_so_far(guarded: Guarded, path: str, role: Role) -> None:
    """What is refused says which role it takes, and how to make a key of it."""
    for has in Role:
        answer = guarded.get(path, guarded.made.secret(has.value, has))
        if has.includes(role):
            assert answer.status_code == 200
        else:
            assert code(answer) == (403, "key_forbids")
            assert f"takes a key of role '{role}'" in answer.json["message"]
            assert f"--role {role}" in answer.json["hint"]


def test_only_an_admin_changes_files(guarded: Guarded) -> None:
    """Without `api.edit`, and by the key's name in the file's history."""
    path, text = "/v1/indexes/books/synonyms", "tv, television"
    for role in Role:
        secret = guarded.made.secret(f"the {role}", role)
        headers = {"X-API-Key": secret, "X-Forwarded-User": "mallory"}
        answer = guarded.client.simulate_put(path, body=text, headers=headers)
        assert answer.status_code == (200 if role is Role.ADMIN else 403)
    assert [change["by"] for change in answer.json["changes"]] == ["the admin"]


def test_a_key_reaches_its_indexes_only(guarded: Guarded) -> None:
    """Also where one request searches several, and where a route tells of all."""
    secret = guarded.made.secret("books", Role.ANALYST, indexes=("books",))
    assert guarded.get(SEARCH, secret).status_code == 200
    for path in ("/v1/indexes/songs/search", "/v1/indexes/nothing", "/v1/indexes", "/metrics"):
        assert code(guarded.get(path, secret)) == (403, "key_forbids")
    body = {"searches": [{"index": "songs"}, {"index": "books"}]}
    headers = {"X-API-Key": secret}
    found = guarded.client.simulate_post("/v1/search", json=body, headers=headers).json["results"]
    assert [one.get("code") for one in found] == ["key_forbids", None]
    assert "it reaches: books" in found[0]["hint"]


def test_a_token_reaches_what_a_filter_narrows(guarded: Guarded) -> None:
    """Never what tells of all documents; and of pages no more than it says."""
    secret = guarded.made.secret("all", Role.ANALYST)
    token = write_token(secret, filter="genre:novel", max_per_page=3)
    assert guarded.get(SEARCH, token).json["per_page"] == 3
    assert guarded.get(f"{SEARCH}?per_page=2", token).json["per_page"] == 2
    assert code(guarded.get(f"{SEARCH}?per_page=4", token)) == (403, "key_forbids")
    assert code(guarded.get("/v1/indexes/books/suggest?limit=4", token)) == (403, "key_forbids")
    for path in ("/versions", "/rules"):
        assert code(guarded.get(f"/v1/indexes/books{path}", token)) == (403, "key_forbids")
    for path in ("/v1/indexes", "/v1/runs", "/v1/latency", "/metrics"):
        assert code(guarded.get(path, token)) == (403, "key_forbids")


def test_search_ui_gets_pages_as_short_as_a_token_says(guarded: Guarded) -> None:
    """Whoever uses the page cannot know; neither its hits nor what is offered while one types."""
    token = write_token(guarded.made.secret("all"), filter="genre:novel", max_per_page=3)
    headers = {"X-API-Key": token}

    def post(path: str, body: Mapping[str, Any]) -> Any:
        url = f"/v1/indexes/books/ui/{path}"
        return guarded.client.simulate_post(url, json=body, headers=headers)

    for state in ({}, {"resultsPerPage": 20}):
        assert post("search", {"state": state}).status_code == 200
        assert guarded.api.engine.asked[-1].limit == 3
    types = {"titles": {"fields": ["title"]}, "hits": {"queryType": "results"}}
    config = {"results": {"resultsPerPage": 9}, "suggestions": {"types": types, "size": 8}}
    answer = post("autocomplete", {"state": {"searchTerm": "d"}, "queryConfig": config})
    assert answer.status_code == 200
    assert {one.limit for one in guarded.api.engine.asked[2:]} == {3}


def test_a_filter_that_cannot_be_read_lets_nothing_through(guarded: Guarded) -> None:
    """It says of which index, and what is wrong."""
    secret = guarded.made.secret("all", Role.ANALYST)
    for filter in ("tenant:7", "genre:", {"field": "secret", "eq": "x"}):
        token = write_token(secret, filter=filter)
        for path in ("search", "suggest", "facets/genre", "docs/x", "similar/x", "why/x"):
            answer = guarded.get(f"/v1/indexes/books/{path}", token)
            assert code(answer) == (403, "key_forbids")
            assert "cannot be used in index 'books'" in answer.json["message"]


def test_a_cached_answer_stays_with_its_filter(guarded: Guarded) -> None:
    """The engine is asked for each filter, once for equal ones, under that filter."""
    secret, asked = guarded.made.secret("all"), guarded.api.engine.asked
    tokens = [write_token(secret, filter=f"genre:{one}") for one in ("novel", "poem", "novel")]
    for token in (secret, *tokens):
        assert guarded.get(f"{SEARCH}?q=dune", token).status_code == 200
    assert [getattr(one.filter, "value", None) for one in asked] == [None, "novel", "poem"]


def test_a_tenants_searches_are_not_remembered(guarded: Guarded, tmp_path: Path) -> None:
    """Those of a key are."""
    secret = guarded.made.secret("all")
    guarded.get(f"{SEARCH}?q=private", write_token(secret, filter="genre:novel"))
    guarded.get(f"{SEARCH}?q=public", secret)
    guarded.searches.close()
    texts = written(tmp_path / "searched")
    assert "public" in texts
    assert "private" not in texts


def written(folder: Path) -> str:
    """All that lies in files below a folder."""
    return "".join(
        path.read_bytes().decode("utf-8", "replace") for path in folder.rglob("*") if path.is_file()
    )


def test_a_key_is_for_pages_of_its_origins(guarded: Guarded) -> None:
    """And of those in the settings, exactly; who sends no origin is no page."""
    secret = guarded.made.secret("shop", origins=("https://m.shop.example",))
    for origin in (SHOP, "https://m.shop.example"):
        answer = guarded.get(SEARCH, secret, Origin=origin)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == origin
        assert "RateLimit" in answer.headers["access-control-expose-headers"]
        assert "Origin" in answer.headers["vary"]
    near = (OTHER, "http://shop.example", "https://shop.example:8443", f"{SHOP}.evil.example",
            "null", "https://evil-shop.example", "*")  # fmt: skip
    for origin in near:
        answer = guarded.get(SEARCH, secret, Origin=origin)
        assert code(answer) == (403, "key_forbids")
        assert "access-control-allow-origin" not in answer.headers
    assert guarded.get(SEARCH, secret).status_code == 200


def test_a_key_without_origins_is_readable_by_those_of_the_settings(guarded: Guarded) -> None:
    """Others are answered, and their browsers keep it from them."""
    secret = guarded.made.secret("server")
    answer = guarded.get(SEARCH, secret, Origin=OTHER)
    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers
    assert "access-control-allow-origin" in guarded.get(SEARCH, secret, Origin=SHOP).headers


def test_preflights_are_answered_without_a_key(guarded: Guarded) -> None:
    """Browsers send none with them; only origins that some key is for are allowed."""
    guarded.made.secret("shop", origins=("https://m.shop.example",))
    for origin, is_known in ((SHOP, True), ("https://m.shop.example", True), (OTHER, False)):
        headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        answer = guarded.client.simulate_options(SEARCH, headers=headers)
        assert answer.status_code == 204
        assert answer.headers.get("access-control-allow-origin") == (origin if is_known else None)
        assert "Authorization" in answer.headers["access-control-allow-headers"]
        assert "PUT" in answer.headers["access-control-allow-methods"]
        assert "Origin" in answer.headers["vary"]


def test_a_refusal_can_be_read_by_the_page(guarded: Guarded) -> None:
    """A page without a key is told so, instead of a network error."""
    guarded.made.secret("shop", origins=("https://m.shop.example",))
    answer = guarded.get(SEARCH, Origin="https://m.shop.example")
    assert answer.status_code == 401
    assert answer.headers["access-control-allow-origin"] == "https://m.shop.example"


def test_without_keys_and_origins_nothing_is_said_of_them(api) -> None:
    """As long as nobody asks for it, answers are what they were."""
    answer = api.client.simulate_get(SEARCH, headers={"Origin": SHOP})
    assert answer.status_code == 200
    assert not {"vary", "access-control-allow-origin", "ratelimit"} & set(answer.headers)


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/v1/events", "POST"),
        ("/compat/algolia/1/events", "POST"),
        ("/v1/indexes/books/judgments/default", "PUT"),
        ("/v1/indexes/books/synonyms", "PUT"),
        ("/v1/relevance/evaluate", "POST"),
        ("/v1/relevance/experiments", "POST"),
    ],
)
def test_without_keys_a_foreign_page_posts_searches_alone(api, path: str, method: str) -> None:
    """A browser sends what any page posts; the service's own pages, and programs, go on."""

    def told(**headers: str) -> bool:
        answer = api.client.simulate_request(method, path, body="{}", headers=headers)
        return bool(answer.status_code == 403 and answer.json["code"] == "origin_forbids")

    assert told(Origin="http://evil.example")
    assert told(Origin="null")
    assert told(Origin="http://[evil")
    assert told(
        Origin="http://inner.example", **{"X-Forwarded-Host": "shop.example, inner.example"}
    )
    assert told(Origin="http://falconframework.org.evil.example")
    assert not told()
    assert not told(Origin="http://falconframework.org")  # which the test client asks
    assert not told(Origin="https://shop.example", **{"X-Forwarded-Host": "shop.example, a"})
    assert not told(Origin="https://shop.example", **{"Sec-Fetch-Site": "same-origin"})


def test_searches_may_be_posted_from_anywhere(api) -> None:
    """Nobody else reads what they find."""
    asked = {"Origin": "http://evil.example"}
    assert api.client.simulate_post(SEARCH, json={}, headers=asked).status_code == 200


def test_a_rate_is_told_and_kept(guarded: Guarded) -> None:
    """429 with a whole number of seconds; others of the key go on, and so do other keys."""
    secret = guarded.made.secret("shop", rate=100, client_rate=2)
    answers = [guarded.get(SEARCH, secret) for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert answers[0].headers["ratelimit-policy"] == '"client";q=2;w=60, "key";q=100;w=60'
    assert answers[0].headers["ratelimit"].startswith('"client";r=1;t=')
    assert 1 <= int(answers[2].headers["retry-after"]) <= 60
    assert code(answers[2]) == (429, "rate_limited")
    # Nobody but a proxy that is trusted says who asks.
    assert guarded.get(SEARCH, secret, X_Forwarded_For="192.0.2.1").status_code == 429
    assert guarded.get(SEARCH, guarded.made.secret("other")).status_code == 200


def test_an_expired_key_says_so(guarded: Guarded) -> None:
    """So that it is not taken for a typo."""
    secret = guarded.made.secret("shop", lasts=timedelta(0))
    assert code(guarded.get(SEARCH, secret)) == (401, "key_expired")


@pytest.mark.parametrize(
    ("path", "headers", "query", "found"),
    [
        ("/compat/algolia/1/indexes/a/query", {"x-algolia-api-key": "k"}, "", "k"),
        ("/compat/algolia/1/indexes/a/query", {}, "x-algolia-api-key=k&q=a", "k"),
        ("/compat/algolia/1/indexes/a/query", {}, "X-Algolia-API-Key=k&X-Algolia-API-Key=l", "k"),
        ("/compat/algolia/1/x", {"x-algolia-api-key": "k"}, "x-algolia-api-key=l", "k"),
        ("/compat/algolia/1/x", {"authorization": "Bearer k"}, "x-algolia-api-key=l", "k"),
        ("/compat/algolia/1/x", {}, "q=a", None),
        ("/v1/indexes", {"x-algolia-api-key": "k"}, "", None),
        ("/v1/indexes", {}, "x-algolia-api-key=k", None),
    ],
)
def test_algolias_clients_send_keys_their_way(
    path: str, headers: Mapping[str, str], query: str, found: str | None
) -> None:
    """On their paths only; from then on the key is in no parameter."""
    scope = falcon.testing.create_scope(path=path, headers=headers, query_string=query)
    req = ApiRequest(scope, lambda: None)
    assert credential_of(req) == found
    if path.startswith("/compat"):
        assert not any("key" in name.lower() for name in req.params)


def test_no_secret_is_written_anywhere(guarded: Guarded, tmp_path: Path) -> None:
    """Sent right, wrong, in a query string, in a path or as words: no log, error or metric has it.

    Every request is slow here, and logged with its parameters; the engine fails in some.
    """
    secret = guarded.made.secret("shop", Role.ANALYST)
    token = write_token(secret, filter="genre:novel")
    stream = StringIO()
    before = list(logging.getLogger().handlers), logging.getLogger().level
    configure_logging("DEBUG", "json", stream)
    try:
        answers = [_sent_anyhow(guarded, one, error) for one in (secret, token)
                   for error in (None, RuntimeError(f"engine says {one}"))]  # fmt: skip
        metrics = guarded.get("/metrics", secret).text
    finally:
        logging.getLogger().handlers[:], logging.getLogger().level = before
    guarded.api.services.slow_log.close()
    guarded.searches.close()
    kept = written(tmp_path / "logs") + written(tmp_path / "searched") + stream.getvalue() + metrics
    assert "/v1/indexes" in kept
    assert len(answers) == 4
    kept = kept.casefold()
    for one in (secret.casefold(), token.casefold()):
        assert one[-20:] not in kept
    assert "****" in kept
    assert all(json.loads(line) for line in stream.getvalue().splitlines())


def _sent_anyhow(guarded: Guarded, secret: str, error: Exception | None) -> list[int]:
    guarded.api.engine.error = error
    refused = guarded.client.simulate_post("/compat/algolia/1/indexes/books/query", body="{}")
    assert (refused.status_code, "X-Algolia-API-Key" in refused.json["message"]) == (401, True)
    client, algolia = guarded.client, f"x-algolia-api-key={secret}"
    answers = [
        guarded.get(SEARCH, secret),
        guarded.get(f"{SEARCH}?q={secret}&highlight=false", secret),
        guarded.get(f"{SEARCH}?api_key={secret}", secret),
        guarded.get(f"{SEARCH}?match={secret}", secret),
        guarded.get(f"{SEARCH}?{algolia}"),
        guarded.get(f"/v1/indexes/{secret}/search", secret),
        guarded.get(f"/v1/indexes/books/docs/{secret}", secret),
        guarded.get(f"/compat/algolia/1/indexes/books?{algolia}"),
        guarded.get(SEARCH, secret, X_Request_Id=secret),
        client.simulate_post(SEARCH, json={"q": secret}, headers={"X-API-Key": secret}),
        client.simulate_post(SEARCH, json={secret: secret}, headers={"X-API-Key": secret}),
    ]
    guarded.api.engine.error = None
    return [one.status_code for one in answers]


def test_a_key_learns_what_it_may_do(guarded: Guarded) -> None:
    """Its role, its indexes and its end; of an index out of reach not even the name."""
    everything = {"name": "books", "serving": True}, {"name": "songs", "serving": False}
    body = guarded.get("/v1/key").json
    assert (body["name"], body["role"], body["indexes"]) == (None, "admin", list(everything))
    secret = guarded.made.secret("shop", indexes=("songs",))
    assert code(guarded.get("/v1/key")) == (401, "no_key")
    assert guarded.get("/v1/key", secret).json == {
        "name": "shop", "role": "search", "token": False, "indexes": [everything[1]],
        "expires": None, "max_per_page": None,
    }  # fmt: skip
    until = 4_000_000_000.0
    token = write_token(secret, filter="year>1", expires=until, max_per_page=7)
    body = guarded.get("/v1/key", token).json
    assert (body["token"], body["max_per_page"]) == (True, 7)
    assert body["expires"] == "2096-10-02T07:06:40Z"
