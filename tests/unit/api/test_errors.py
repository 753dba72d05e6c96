"""Every error is problem+json, and no input is our fault."""

import asyncio
import json

import falcon.testing
import pytest

from searchsvc.api.errors import PROBLEMS, problem_of
from searchsvc.errors import (
    EngineTimeout,
    EngineUnreachable,
    InvariantBroken,
    SearchsvcError,
    StateError,
)

SEARCH = "/v1/indexes/books/search"
Q = "/v1/indexes/books/search?q="


def problem(result, status: int, code: str) -> dict:
    """The body of a problem, checked against its headers."""
    assert result.status_code == status
    assert result.headers["content-type"] == "application/problem+json"
    body = result.json
    assert {"type", "title", "status", "code", "message", "request_id"} <= set(body)
    assert (body["status"], body["code"]) == (status, code)
    assert body["request_id"] == result.headers["x-request-id"]
    assert "server-timing" in result.headers
    return body


@pytest.mark.parametrize(
    ("query", "code", "param", "hint"),
    [
        ("qq=x", "unknown_parameter", "qq", "did you mean 'q'?"),
        ("q=a&q=b", "bad_parameter", "q", None),
        ("page=0", "bad_parameter", "page", None),
        ("page=-1", "bad_parameter", "page", None),
        ("page=1.5", "bad_parameter", "page", None),
        ("page=NaN", "bad_parameter", "page", None),
        ("page=1000000000", "bad_parameter", "page", None),
        ("per_page=101", "bad_parameter", "per_page", None),
        ("page=10000&per_page=100", "bad_parameter", "page", None),
        ("sort=nothing", "bad_parameter", "sort", None),
        ("facets=title", "bad_parameter", "facets", None),
        ("fields=secret", "bad_parameter", "fields", None),
        ("match=sometimes", "bad_parameter", "match", None),
        ("=x", "unknown_parameter", None, None),
    ],
)
def test_a_bad_parameter_is_named(api, query: str, code: str, param: str, hint: str | None) -> None:
    """400 with the parameter's name, and the nearest name where one is close."""
    body = problem(api.client.simulate_get(SEARCH, query_string=query), 400, code)
    assert body.get("param") == param
    assert hint is None or body["hint"] == hint
    assert api.engine.asked == []


def test_a_bad_filter_says_where(api) -> None:
    """A filter's error has the column."""
    result = api.client.simulate_get(SEARCH, query_string="filter=gener%3Anovel")
    body = problem(result, 400, "bad_filter")
    assert (body["param"], body["position"]) == ("filter", 1)
    assert "genre" in body["hint"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/indexes/bokks/search", 404, "unknown_index"),
        ("/v1/indexes/songs/search", 503, "not_serving"),
        ("/v1/indexes/songs/docs/1", 503, "not_serving"),
        ("/v1/indexes/books/docs/1", 404, "unknown_document"),
        ("/v1/indexes/nope/versions", 404, "unknown_index"),
        ("/v1/indexes/nope", 404, "unknown_index"),
        ("/v1/nothing", 404, "not_found"),
        ("/ui/../../etc/passwd", 404, "not_found"),
        ("/ui/nothing.js", 404, "not_found"),
    ],
)
def test_what_is_not_there(api, path: str, status: int, code: str) -> None:
    """Unknown things are 404; an index before its first rebuild is 503 with Retry-After."""
    result = api.client.simulate_get(path)
    problem(result, status, code)
    assert ("retry-after" in result.headers) == (status == 503)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
@pytest.mark.parametrize("path", [SEARCH, "/v1/indexes", "/readyz", "/openapi.json"])
def test_a_wrong_method_is_told_the_right_ones(api, method: str, path: str) -> None:
    """405 with Allow."""
    result = api.client.simulate_request(method, path)
    problem(result, 405, "method_not_allowed")
    assert "GET" in result.headers["allow"]


def test_a_method_that_nobody_knows(api) -> None:
    """An invented method is the caller's fault, and makes no series of its own."""
    result = falcon.testing.simulate_request(api.client.app, "BREW", SEARCH)
    assert result.status_code == 400
    assert "BREW" not in api.client.simulate_get("/metrics").text


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "bad_body"),
        (b"{", 400, "bad_body"),
        (b"[]", 400, "bad_body"),
        (b"null", 400, "bad_body"),
        (b"\xef\xbb\xbf{}", 400, "bad_body"),
        (b'{"q": NaN}', 400, "bad_body"),
        (b'{"q": "\xff"}', 400, "bad_body"),
        (b'{"q": "\\ud800"}', 400, "bad_body"),
        (b'{"q": "a", "q": "b"}', 400, "bad_body"),
        (b'{"q": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", 400, "bad_body"),
        (b'{"q": ' + b"[" * 900 + b"]" * 900 + b"}", 400, "bad_parameter"),
        (b'{"page": 1e999}', 400, "bad_body"),
        (b'{"page": ' + b"9" * 5000 + b"}", 400, "bad_body"),
        (b'{"page": 99999999999999999999999}', 400, "bad_parameter"),
        (b'{"page": true}', 400, "bad_parameter"),
        (b'{"q": null}', 400, "bad_parameter"),
        (b'{"q": {"$ne": ""}}', 400, "bad_parameter"),
        (b'{"facets": [1]}', 400, "bad_parameter"),
        (json.dumps({f"k{n}": n for n in range(3000)}).encode(), 400, "unknown_parameter"),
        (b'{"q": "' + b"a" * 70_000 + b'"}', 413, "body_too_large"),
    ],
)
def test_a_bad_body_is_refused(api, body: bytes, status: int, code: str) -> None:
    """Whatever a body holds, the answer is a problem of the caller's."""
    headers = {"Content-Type": "application/json"}
    problem(api.client.simulate_post(SEARCH, body=body, headers=headers), status, code)
    assert api.engine.asked == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"q": "a",}', "the body is not JSON: Expecting property name"),
        (b'{"q": "\xff"}', "the body is not UTF-8"),
        (b'{"q": "\\ud800"}', "a lone surrogate"),
        (b'{"page": 1e999}', "a lone surrogate, NaN, Infinity or a number beyond"),
        (b'{"page": ' + b"9" * 401 + b"}", "a number beyond"),
        (b'{"page": ' + b"9" * 5000 + b"}", "a number too long"),
        (b'{"q": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", "nests too deep"),
    ],
)
def test_a_bad_body_is_told_its_fault(api, body: bytes, message: str) -> None:
    """Not each of them is wrong JSON."""
    headers = {"Content-Type": "application/json"}
    result = api.client.simulate_post(SEARCH, body=body, headers=headers)
    assert message in problem(result, 400, "bad_body")["message"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/xml"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
def test_other_media_types_are_refused(api, headers: dict[str, str]) -> None:
    """415 for what is not JSON, or is compressed."""
    result = api.client.simulate_post(SEARCH, body="{}", headers=headers)
    problem(result, 415, "unsupported_media_type")


def test_a_post_with_a_query_string_is_refused(api) -> None:
    """Which of the two would count must not be guessed."""
    result = api.client.simulate_post(f"{SEARCH}?q=a", body='{"q": "b"}')
    assert problem(result, 400, "bad_parameter")["param"] == "q"


def test_a_url_may_be_8_kib(api) -> None:
    """Beyond that it is 414; a query of 1,001 characters is 400 before."""
    problem(api.client.simulate_get(Q + "a" * 9000), 414, "url_too_long")
    assert problem(api.client.simulate_get(Q + "a" * 1001), 400, "bad_parameter")["param"] == "q"


@pytest.mark.parametrize(
    "q",
    [
        "", "a", "%00", "%ED%A0%80", "%FF%FE", "%E2%80%AE", "*:*", "%22", "((((", "%2F.*%2F",
        "field:x", "a%20" * 300, "%CC%81" * 400, "%F0%9F%94%8D", "-%2B%26%26%7C%7C!", "%0d%0aX:y",
    ],
)  # fmt: skip
def test_hostile_queries_are_words_or_refused(api, q: str) -> None:
    """Nothing that can be typed is syntax, forges a header, or is our fault."""
    result = api.client.simulate_get(SEARCH, query_string=f"q={q}")
    assert result.status_code in (200, 400)
    assert "x" not in result.headers
    for value in result.headers.values():
        assert "\n" not in value


@pytest.mark.parametrize("error", [EngineUnreachable("http://10.0.0.5:9200"), EngineTimeout("x")])
def test_an_engine_that_is_down_is_503(api, error: Exception) -> None:
    """503 with Retry-After; where the engine is stays inside."""
    api.engine.error = error
    result = api.client.simulate_get(SEARCH, query_string="q=a")
    body = problem(result, 503, error.code)
    assert int(result.headers["retry-after"]) >= 1
    assert "10.0.0.5" not in json.dumps(body)


@pytest.mark.parametrize("error", [RuntimeError("SELECT secret"), InvariantBroken("secret path")])
def test_an_unexpected_error_shows_nothing(api, error: Exception, caplog) -> None:
    """500 without internals; the log has all of it with the request's id."""
    api.engine.error = error
    result = api.client.simulate_get(SEARCH, query_string="q=a")
    body = problem(result, 500, getattr(error, "code", "internal"))
    assert "secret" not in json.dumps(body)
    (record,) = caplog.records
    assert "secret" in record.getMessage()
    assert record.request_id == body["request_id"]
    assert record.exc_info is not None


def test_a_state_store_that_is_down_is_503(api) -> None:
    """The runs cannot be told; where the store is stays inside."""
    api.state.error = StateError("sqlite:///secret.db is locked")
    body = problem(api.client.simulate_get("/v1/runs"), 503, "state_error")
    assert "secret" not in json.dumps(body)


def test_every_error_has_an_answer() -> None:
    """A class without an entry of its own takes its nearest parent's; none is left out."""
    kinds = [SearchsvcError]
    for kind in kinds:
        kinds.extend(kind.__subclasses__())
    assert all(
        problem_of(kind).status in (400, 401, 403, 404, 409, 410, 412, 422, 429, 500, 503)
        for kind in kinds
    )
    assert problem_of(KeyError) is PROBLEMS[SearchsvcError]


def scope(method: str, query: bytes = b"") -> dict:
    """An ASGI scope of a search, as a server would make it."""
    made = falcon.testing.create_scope(path=SEARCH, method=method)
    return {**made, "query_string": query}


async def call(app, scope: dict, receive) -> tuple[int, dict]:
    """Status and JSON of one raw ASGI call."""
    sent = []

    async def send(event: dict) -> None:
        sent.append(event)

    await app(scope, receive, send)
    return sent[0]["status"], json.loads(b"".join(e.get("body", b"") for e in sent[1:]))


async def never() -> dict:
    """A body of which nothing comes."""
    await asyncio.sleep(3600)
    return {}


def test_query_strings_that_are_not_ascii_are_refused(api) -> None:
    """Raw bytes, over which Falcon alone would stumble, are 400."""
    status, body = asyncio.run(call(api.client.app, scope("GET", b"q=\xff\xfe"), never))
    assert (status, body["code"]) == (400, "bad_parameter")


def test_a_body_that_never_ends_is_408(api) -> None:
    """The wait for a body ends after two seconds."""

    async def timed() -> tuple[float, int, dict]:
        loop = asyncio.get_running_loop()
        start = loop.time()
        status, body = await call(api.client.app, scope("POST"), never)
        return loop.time() - start, status, body

    seconds, status, body = asyncio.run(timed())
    assert (status, body["code"]) == (408, "body_timeout")
    assert 1.9 <= seconds < 3


def test_a_get_does_not_wait_for_its_body(api) -> None:
    """A GET that announces a body and sends none is answered at once."""
    start = asyncio.run(asyncio.wait_for(call(api.client.app, scope("GET", b"q=a"), never), 1.0))
    assert start[0] == 200


def test_a_chunked_body_without_end_is_413(api) -> None:
    """Reading stops at 64 KiB, however much is sent."""
    chunks = 0

    async def endless() -> dict:
        nonlocal chunks
        chunks += 1
        return {"type": "http.request", "body": b" " * 4096, "more_body": True}

    status, body = asyncio.run(call(api.client.app, scope("POST"), endless))
    assert (status, body["code"]) == (413, "body_too_large")
    assert chunks <= 18
