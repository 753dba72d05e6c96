"""The endpoints of the wire, under /compat/algolia."""

import asyncio
from collections.abc import Mapping
from typing import Any

import falcon.asgi

from searchsvc.api.algolia.events import read_events
from searchsvc.api.algolia.names import replicas, target
from searchsvc.api.algolia.results import document
from searchsvc.api.algolia.search import AlgoliaSearch, body
from searchsvc.api.algolia.wish import MOST_HITS, flat
from searchsvc.api.answers import JSON, send_json
from searchsvc.api.request import ApiRequest
from searchsvc.domain.definition import IndexDefinition
from searchsvc.domain.index import VersionInfo
from searchsvc.errors import EditingOff, RequestError, UnknownDocument
from searchsvc.ports import IndexStore
from searchsvc.search.service import SearchService
from searchsvc.telemetry.events import EventLog
from searchsvc.telemetry.latency import LatencyRecorder
from searchsvc.telemetry.stages import Stages

MOST_REQUESTS = 50
_CREDENTIALS = "x-algolia-"


class Queries:
    """Several searches and facet searches in one request, each booked under its own index."""

    def __init__(self, search: AlgoliaSearch, latency: LatencyRecorder) -> None:
        self._search = search
        self._latency = latency

    async def on_post(self, req: ApiRequest, resp: falcon.asgi.Response) -> None:
        """`{"requests": […]}`, or the bare list."""
        asked = _requests(await req.any_body(), "requests")
        req.stages.lap("parse")
        answer = await self._search.answer(asked, req.stages)
        req.found += answer.found
        for one in answer.searches:
            route = req.uri_template or ""
            self._latency.record_request(route, one.index, one.stages.durations, one.stages.total)
        resp.data, resp.content_type = body(answer.results), JSON


class Query:
    """One search of one index."""

    def __init__(self, search: AlgoliaSearch) -> None:
        self._search = search

    async def on_post(self, req: ApiRequest, resp: falcon.asgi.Response, index: str) -> None:
        """By a body."""
        await self._respond(req, resp, index, _object(await req.any_body()))

    async def on_get(self, req: ApiRequest, resp: falcon.asgi.Response, index: str) -> None:
        """By a query string."""
        await self._respond(req, resp, index, _by_query(req))

    async def _respond(
        self, req: ApiRequest, resp: falcon.asgi.Response, index: str, given: Mapping[str, Any]
    ) -> None:
        req.stages.lap("parse")
        answer = await self._search.answer([{**flat(given), "indexName": index}], req.stages)
        req.found += answer.found
        resp.data, resp.content_type = answer.results[0], JSON


class FacetQuery:
    """The values of one facet that hold what was typed."""

    def __init__(self, search: AlgoliaSearch) -> None:
        self._search = search

    async def on_post(
        self, req: ApiRequest, resp: falcon.asgi.Response, index: str, facet: str
    ) -> None:
        """By a body."""
        given = flat(_object(await req.any_body()))
        req.stages.lap("parse")
        asked = {**given, "indexName": index, "type": "facet", "facet": facet}
        answer = await self._search.answer([asked], req.stages)
        resp.data, resp.content_type = answer.results[0], JSON


class Browse:
    """Every document, in the order of a search without limits to its pages."""

    def __init__(self, search: AlgoliaSearch) -> None:
        self._search = search

    async def on_post(self, req: ApiRequest, resp: falcon.asgi.Response, index: str) -> None:
        """By a body; the `cursor` of an answer leads to the next."""
        await self._respond(req, resp, index, flat(_object(await req.any_body())))

    async def on_get(self, req: ApiRequest, resp: falcon.asgi.Response, index: str) -> None:
        """By a query string."""
        await self._respond(req, resp, index, _by_query(req))

    async def _respond(
        self, req: ApiRequest, resp: falcon.asgi.Response, index: str, given: Mapping[str, Any]
    ) -> None:
        asked = {"hitsPerPage": MOST_HITS, **given, "indexName": index}
        resp.data, resp.content_type = await self._search.browse(asked, req.stages), JSON


class Objects:
    """Documents by their ids."""

    def __init__(self, search: SearchService) -> None:
        self._search = search

    async def on_post(self, req: ApiRequest, resp: falcon.asgi.Response) -> None:
        """`{"requests": [{"indexName", "objectID"}]}`; null for what is not there."""
        asked = _requests(await req.any_body(), "requests", MOST_HITS)
        send_json(resp, {"results": [await self._object(one) for one in asked]})

    async def on_get_one(
        self, req: ApiRequest, resp: falcon.asgi.Response, index: str, id: str
    ) -> None:
        """One document."""
        found = await self._search.document(self._index(index), id, req.stages)
        req.version = found.version.name
        wanted = req.get_param_as_list("attributesToRetrieve")
        send_json(resp, document(found.hit, wanted))

    async def _object(self, given: Mapping[str, Any]) -> Mapping[str, Any] | None:
        id, wanted = given.get("objectID"), given.get("attributesToRetrieve")
        if not isinstance(id, str):
            raise RequestError("each request needs 'objectID'", param="objectID")
        try:
            name = str(given.get("indexName", ""))
            found = await self._search.document(self._index(name), id, Stages())
        except UnknownDocument:
            return None
        return document(found.hit, wanted if isinstance(wanted, list) else None)

    def _index(self, name: str) -> str:
        return target(name, self._search.definitions()).index


class Indices:
    """Which indices there are, and how one is searched; nothing of it can be changed here."""

    def __init__(self, search: SearchService, store: IndexStore) -> None:
        self._search = search
        self._store = store

    async def on_get(self, _: ApiRequest, resp: falcon.asgi.Response) -> None:
        """Those that answer, with their replicas: an index's orders."""
        items = []
        for name in sorted(self._search.definitions()):
            live = self._search.live(name)
            versions = await asyncio.to_thread(self._store.versions, name)
            items += [
                _index(one, live.definition)
                for one in versions
                if live and one.version == live.version
            ]
        send_json(resp, {"items": items, "nbPages": 1})

    async def on_get_settings(self, _: ApiRequest, resp: falcon.asgi.Response, index: str) -> None:
        """What a definition says, as the wire calls it."""
        found = target(index, self._search.definitions())
        definition = self._search.basis(found.index)[0].definition
        weighed = sorted(
            (f for f in definition.fields if f.searchable and not f.hidden),
            key=lambda field: -field.weight,
        )
        settings = {
            "searchableAttributes": [field.name for field in weighed],
            "attributesForFaceting": [f"searchable({n})" for n in definition.public("facet")],
            "attributesToHighlight": definition.public("highlight"),
            "replicas": replicas(definition),
            "attributeForDistinct": definition.groups.default or None,
            "hitsPerPage": 20,
            "maxValuesPerFacet": 100,
            "paginationLimitedTo": MOST_HITS,
            "queryType": "prefixLast",
            "indexLanguages": definition.all_languages,
        }
        send_json(resp, {name: value for name, value in settings.items() if value is not None})


def _index(info: VersionInfo, definition: IndexDefinition) -> Mapping[str, Any]:
    """An index as lists of indices have it; nothing is ever pending here."""
    made = info.version.created.isoformat().replace("+00:00", "Z")
    return {
        "name": definition.name,
        "replicas": replicas(definition),
        "entries": info.documents,
        "dataSize": info.size,
        "fileSize": info.size,
        "createdAt": made,
        "updatedAt": made,
        "lastBuildTimeS": 0,
        "numberOfPendingTasks": 0,
        "pendingTask": False,
    }


class Events:
    """What people did; always taken, since a beacon shows its sender no error."""

    def __init__(self, search: SearchService, events: EventLog) -> None:
        self._search = search
        self._events = events

    async def on_post(self, req: ApiRequest, resp: falcon.asgi.Response) -> None:
        """`{"events": […]}`; those that cannot be used are passed over."""
        for event in read_events(await req.any_body(), self._search.definitions()):
            self._events.add(event)
        send_json(resp, {"status": 200, "message": "OK"})


async def refuse_writes(*_: object, **__: object) -> None:
    """Indexes follow their tables; nobody writes to them from outside. Raises EditingOff."""
    raise EditingOff("this wire is read-only: indexes follow their tables")


def _requests(given: object, name: str, most: int = MOST_REQUESTS) -> list[Mapping[str, Any]]:
    found = given.get(name) if isinstance(given, dict) else given
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        hint = 'like: {"requests": [{"indexName": "products", "query": "words"}]}'
        raise RequestError(f"'{name}' must be a list of objects", param=name, hint=hint)
    if len(found) > most:
        raise RequestError(f"'{name}' may be {most}, not {len(found)}", param=name)
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
