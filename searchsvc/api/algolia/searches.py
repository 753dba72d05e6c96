"""The endpoints of the wire that search, under /compat/algolia."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeAlias

import falcon.asgi

from searchsvc.api.algolia.search import AlgoliaSearch, Answered, body
from searchsvc.api.algolia.wish import MOST_HITS, flat
from searchsvc.api.answers import JSON
from searchsvc.api.request import ApiRequest
from searchsvc.domain.access import Grant
from searchsvc.errors import RequestError
from searchsvc.telemetry.latency import LatencyRecorder
from searchsvc.telemetry.stages import Stages

MOST_REQUESTS = 50
STRATEGIES = ("none", "stopIfEnoughMatches")
_Way: TypeAlias = Callable[[Sequence[Mapping[str, object]], Stages, Grant], Awaitable[Answered]]
_CREDENTIALS = "x-algolia-"


class Queries:
    """Several searches and facet searches in one request, each booked under its own index."""

    def __init__(self, search: AlgoliaSearch, latency: LatencyRecorder) -> None:
        self._search = search
        self._latency = latency

    async def on_post(self, req: ApiRequest, resp: falcon.asgi.Response) -> None:
        """`{"requests": […]}`, or the bare list."""
        given = await req.any_body()
        asked = requests_of(given, MOST_REQUESTS)
        strategy = given.get("strategy") if isinstance(given, dict) else None
        if strategy not in (None, *STRATEGIES):
            hint = f"one of: {', '.join(STRATEGIES)}"
            raise RequestError("there is no such strategy", param="strategy", hint=hint)
        way = self._search.until_enough if strategy == STRATEGIES[1] else self._search.answer
        answer = await _answered(way, asked, req, self._latency)
        resp.data, resp.content_type = body(answer.results), JSON


class Query:
    """One search of one index."""

    def __init__(self, search: AlgoliaSearch, latency: LatencyRecorder) -> None:
        self._search = search
        self._latency = latency

    async def on_post(self, req: ApiRequest, resp: falcon.asgi.Response, name: str) -> None:
        """By a body."""
        await self._respond(req, resp, name, _object(await req.any_body()))

    async def on_get(self, req: ApiRequest, resp: falcon.asgi.Response, name: str) -> None:
        """By a query string."""
        await self._respond(req, resp, name, _by_query(req))

    async def _respond(
        self, req: ApiRequest, resp: falcon.asgi.Response, name: str, given: Mapping[str, Any]
    ) -> None:
        asked = [{**flat(given), "indexName": name}]
        resp.data = (await _answered(self._search.answer, asked, req, self._latency)).results[0]
        resp.content_type = JSON


class FacetQuery:
    """The values of one facet that hold what was typed."""

    def __init__(self, search: AlgoliaSearch, latency: LatencyRecorder) -> None:
        self._search = search
        self._latency = latency

    async def on_post(
        self, req: ApiRequest, resp: falcon.asgi.Response, name: str, facet: str
    ) -> None:
        """By a body."""
        given = flat(_object(await req.any_body()))
        asked = [{**given, "indexName": name, "type": "facet", "facet": facet}]
        resp.data = (await _answered(self._search.answer, asked, req, self._latency)).results[0]
        resp.content_type = JSON


class Browse:
    """Every document, in the order of a search without limits to its pages."""

    def __init__(self, search: AlgoliaSearch) -> None:
        self._search = search

    async def on_post(self, req: ApiRequest, resp: falcon.asgi.Response, name: str) -> None:
        """By a body; the `cursor` of an answer leads to the next."""
        await self._respond(req, resp, name, flat(_object(await req.any_body())))

    async def on_get(self, req: ApiRequest, resp: falcon.asgi.Response, name: str) -> None:
        """By a query string."""
        await self._respond(req, resp, name, _by_query(req))

    async def _respond(
        self, req: ApiRequest, resp: falcon.asgi.Response, name: str, given: Mapping[str, Any]
    ) -> None:
        most = req.grant.restriction.max_per_page or MOST_HITS
        asked = {"hitsPerPage": most, **given, "indexName": name}
        resp.data = await self._search.browse(asked, req.stages, req.grant)
        resp.content_type = JSON


async def _answered(
    way: _Way,
    asked: Sequence[Mapping[str, Any]],
    req: ApiRequest,
    latency: LatencyRecorder,
) -> Answered:
    """What was asked, booked under the indexes that were searched."""
    req.stages.lap("parse")
    answer = await way(asked, req.stages, req.grant)
    for one in answer.searches:
        req.remember(one.logged, one.stages, one.query_id)
        route = req.uri_template or ""
        latency.record_request(route, one.index, one.stages.durations, one.stages.total)
    return answer


def requests_of(given: object, most: int) -> list[Mapping[str, Any]]:
    """The requests of a body, which is a list of them or has one. Raises RequestError."""
    found = given.get("requests") if isinstance(given, dict) else given
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        hint = 'like: {"requests": [{"indexName": "products", "query": "words"}]}'
        message = "'requests' must be a list of objects"
        raise RequestError(message, param="requests", hint=hint)
    if len(found) > most:
        raise RequestError(f"'requests' may be {most}, not {len(found)}", param="requests")
    return found


def _object(given: object) -> Mapping[str, Any]:
    if not isinstance(given, dict):
        raise RequestError("the body is not a JSON object", param="body")
    return given


def _by_query(req: ApiRequest) -> Mapping[str, Any]:
    """The parameters of a query string, which also carries credentials."""
    return flat({"params": _rest(req.query_string)})


def _rest(query: str) -> str:
    kept = (part for part in query.split("&") if not part.lower().startswith(_CREDENTIALS))
    return "&".join(kept)
