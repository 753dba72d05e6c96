"""The endpoints of the wire beside its searches: objects, indices, events, and what it refuses."""

import asyncio
from collections.abc import Mapping
from typing import Any

import falcon.asgi

from searchsvc.api.algolia.events import read_events
from searchsvc.api.algolia.names import replicas, target
from searchsvc.api.algolia.results import document
from searchsvc.api.algolia.searches import requests_of
from searchsvc.api.algolia.wish import MOST_HITS, attributes_of
from searchsvc.api.answers import send_json
from searchsvc.api.request import ApiRequest
from searchsvc.api.told import Told
from searchsvc.domain.access import Grant
from searchsvc.domain.definition import IndexDefinition
from searchsvc.domain.index import VersionInfo
from searchsvc.domain.result import DocumentResult
from searchsvc.errors import EditingOff, RequestError, UnknownDocument
from searchsvc.ports import IndexStore
from searchsvc.search.facets import searchable_facets
from searchsvc.search.service import SearchService
from searchsvc.telemetry.stages import Stages


class Objects:
    """Documents by their ids."""

    def __init__(self, search: SearchService) -> None:
        self._search = search

    async def on_post(self, req: ApiRequest, resp: falcon.asgi.Response) -> None:
        """`{"requests": [{"indexName", "objectID"}]}`; null for what is not there."""
        asked = requests_of(await req.any_body(), MOST_HITS)
        send_json(resp, {"results": [await self._object(one, req.grant) for one in asked]})

    async def on_get_one(
        self, req: ApiRequest, resp: falcon.asgi.Response, name: str, id: str
    ) -> None:
        """One document."""
        found = await self._found(name, id, req.grant)
        req.version = found.version.name
        wanted = attributes_of(req.get_param_as_list("attributesToRetrieve") or ())
        send_json(resp, document(found.hit, wanted or None))

    async def _object(self, given: Mapping[str, Any], grant: Grant) -> Mapping[str, Any] | None:
        id, wanted = given.get("objectID"), given.get("attributesToRetrieve")
        if not isinstance(id, str):
            raise RequestError("each request needs 'objectID'", param="objectID")
        try:
            found = await self._found(str(given.get("indexName", "")), id, grant)
        except UnknownDocument:
            return None
        return document(found.hit, wanted if isinstance(wanted, list) else None)

    async def _found(self, name: str, id: str, grant: Grant) -> DocumentResult:
        found = target(name, self._search.definitions())
        grant.require_index(found.index)
        if found.suggestions:
            raise UnknownDocument(f"'{name[:63]}' has no documents to ask for by their ids")
        return await self._search.document(found.index, id, Stages(), grant.restriction)


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

    async def on_get_settings(self, req: ApiRequest, resp: falcon.asgi.Response, name: str) -> None:
        """What a definition says, as the wire calls it."""
        found = target(name, self._search.definitions())
        req.grant.require_index(found.index)
        definition = self._search.basis(found.index)[0].definition
        weighed = sorted(
            (f for f in definition.fields if f.searchable and not f.hidden),
            key=lambda field: -field.weight,
        )
        settings = {
            "searchableAttributes": [field.name for field in weighed],
            "attributesForFaceting": _faceting(definition),
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


def _faceting(definition: IndexDefinition) -> list[str]:
    searched = searchable_facets(definition)
    names = definition.public("facet")
    return [f"searchable({name})" if name in searched else name for name in names]


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

    def __init__(self, search: SearchService, told: Told) -> None:
        self._search = search
        self._told = told

    async def on_post(self, req: ApiRequest, resp: falcon.asgi.Response) -> None:
        """`{"events": […]}`; those that cannot be used are passed over."""
        found = self._search.definitions().items()
        reached = {name: one for name, one in found if req.grant.reaches(name)}
        events = read_events(await req.any_body(), reached)
        self._told.take(req, list(events))
        send_json(resp, {"status": 200, "message": "OK"})


async def refuse_writes(*_: object, **__: object) -> None:
    """Indexes follow their tables; nobody writes to them from outside. Raises EditingOff."""
    raise EditingOff("this wire is read-only: indexes follow their tables")
