"""GET /v1/indexes, /v1/indexes/{index} and /v1/indexes/{index}/versions."""

import asyncio
from collections.abc import Mapping

import falcon.asgi

from searchsvc.api.answers import send_json
from searchsvc.api.request import ApiRequest
from searchsvc.domain.allowlists import Use
from searchsvc.domain.definition import Field, IndexDefinition
from searchsvc.domain.index import VersionInfo
from searchsvc.ports import IndexStore
from searchsvc.search.parameters import read_parameters
from searchsvc.search.service import SearchService


class Indexes:
    """What can be searched."""

    def __init__(self, search: SearchService, store: IndexStore) -> None:
        self._search = search
        self._store = store

    async def on_get(self, req: ApiRequest, resp: falcon.asgi.Response) -> None:
        """Every defined index, by name."""
        read_parameters(req.query(), ())
        names = sorted(self._search.definitions())
        summaries = [await self._summary(name) for name in names]
        send_json(resp, {"indexes": summaries})

    on_head = on_get

    async def on_get_one(self, req: ApiRequest, resp: falcon.asgi.Response, index: str) -> None:
        """One index with its fields and sorts, as the live version was built."""
        read_parameters(req.query(), ())
        within = req.grant.restriction
        live = self._search.live(index)
        definition = live.definition if live else self._search.definitions()[index]
        seen = self._search.seen(definition, within)
        summary = await self._summary(index)
        if within.filter is not None:
            summary = {**summary, "documents": None}
        send_json(resp, {**summary, **definition_body(seen)})

    on_head_one = on_get_one

    async def on_get_versions(
        self, req: ApiRequest, resp: falcon.asgi.Response, index: str
    ) -> None:
        """Every version of an index, oldest first."""
        read_parameters(req.query(), ())
        self._search.live(index)
        versions = await asyncio.to_thread(self._store.versions, index)
        send_json(resp, {"index": index, "versions": [version_body(v) for v in versions]})

    on_head_versions = on_get_versions

    async def _summary(self, name: str) -> Mapping[str, object]:
        live = self._search.live(name)
        documents = await asyncio.to_thread(self._store.count, live.version) if live else 0
        return {
            "name": name,
            "serving": live is not None,
            "version": live.version.name if live else None,
            "documents": documents,
        }


def definition_body(definition: IndexDefinition) -> Mapping[str, object]:
    """The fields that a caller may name, and the named sorts, in the definition's order."""
    sorts = [
        {"name": name, "field": sort.field, "descending": sort.descending}
        for name, sort in definition.sorts
    ]
    fields = [
        _field_body(field, definition)
        for field in definition.fields
        if any(definition.allows(field, use) for use in Use)
    ]
    rankings = [ranking.name for ranking in definition.all_rankings]
    return {
        "language": definition.language,
        "fields": fields,
        "sorts": sorts,
        "rankings": rankings,
        "group_by": {"of": definition.groups.fields, "default": definition.groups.default or None},
    }


def version_body(info: VersionInfo) -> Mapping[str, object]:
    """What is known of one version."""
    return {
        "version": info.version.name,
        "created": info.version.created,
        "documents": info.documents,
        "size_bytes": info.size,
        "definition_hash": info.definition_hash,
        "live": info.live,
    }


def _field_body(field: Field, definition: IndexDefinition) -> Mapping[str, object]:
    """What a caller may do with a field that may be named for some use."""
    counted = field.facet and definition.allows(field, Use.FACET)
    returned = definition.allows(field, Use.RETURN)
    return {
        "name": field.name,
        "type": field.type,
        "search": field.searchable and returned,
        "weight": field.weight,
        "suggest": field.suggest and returned,
        "highlight": field.highlight and definition.allows(field, Use.HIGHLIGHT),
        "snippet": field.snippet,
        "facet": counted,
        "facet_type": field.facet_type if counted else None,
        "filter": field.filterable and definition.allows(field, Use.FILTER),
        "sort": field.sortable and definition.allows(field, Use.SORT),
    }
