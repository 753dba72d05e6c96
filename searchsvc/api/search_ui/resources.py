"""POST /v1/indexes/{index}/ui/search and /ui/autocomplete, for Search UI's ApiProxyConnector."""

import asyncio
from collections.abc import Mapping
from typing import Any

import falcon.asgi
import orjson

from searchsvc.api.answers import JSON, extended, times
from searchsvc.api.request import ApiRequest
from searchsvc.api.search_ui.request import (
    Completion,
    Completions,
    Wish,
    read_completion,
    read_search,
)
from searchsvc.api.search_ui.response import SearchState, completions_body, results, suggested
from searchsvc.api.searched import Searched
from searchsvc.domain.access import Restriction
from searchsvc.domain.result import Hit
from searchsvc.search.service import SearchService
from searchsvc.telemetry.stages import Stages


class UiSearch:
    """Hits and facets as Search UI's state."""

    def __init__(self, search: SearchService, searched: Searched) -> None:
        self._search = search
        self._searched = searched

    async def on_post(self, req: ApiRequest, resp: falcon.asgi.Response, index: str) -> None:
        """The answer to a state, as far as the definition allows what it wishes for."""
        body = await req.body()
        req.stages.lap("parse")
        within = req.grant.restriction
        wish = read_search(body, self._search.definition(index, within), within.max_per_page)
        answer = await self._searched.answer(
            index, wish.parameters, req.stages, req, SearchState(wish)
        )
        req.version = answer.version
        resp.data = extended(answer.json, {"requestId": req.request_id})
        resp.content_type = JSON


class UiAutocomplete:
    """What is offered while one types: hits, and suggestions under their names."""

    def __init__(self, search: SearchService) -> None:
        self._search = search

    async def on_post(self, req: ApiRequest, resp: falcon.asgi.Response, index: str) -> None:
        """All of it in one answer; what was not asked for is empty."""
        body = await req.body()
        req.stages.lap("parse")
        serving, _ = self._search.basis(index)
        req.version = serving.version.name
        within = req.grant.restriction
        asked = read_completion(body, self._search.definition(index, within), within.max_per_page)
        found = await self._completed(index, asked, within)
        req.stages.lap("engine")
        resp.data = orjson.dumps(
            {
                **found,
                "autocompletedResultsRequestId": req.request_id,
                "autocompletedSuggestionsRequestId": req.request_id,
                **times(req.stages),
            }
        )
        resp.content_type = JSON

    async def _completed(
        self, index: str, asked: Completion, within: Restriction
    ) -> Mapping[str, Any]:
        """Everything side by side."""
        names = list(asked.hits)
        hits, completions, *others = await asyncio.gather(
            self._hits(index, asked.results, within),
            self._suggestions(index, asked.suggestions, within),
            *(self._hits(index, asked.hits[name], within) for name in names),
        )
        among = {
            name: suggested(found, asked.hits[name].fields)
            for name, found in zip(names, others, strict=True)
        }
        fields = None if asked.results is None else asked.results.fields
        return {
            "autocompletedResults": results(hits, fields),
            "autocompletedSuggestions": {**completions, **among},
        }

    async def _hits(self, index: str, wish: Wish | None, within: Restriction) -> tuple[Hit, ...]:
        if wish is None:
            return ()
        answer = await self._search.search(index, wish.parameters, Stages(), within)
        return answer.result.hits

    async def _suggestions(
        self, index: str, asked: Completions | None, within: Restriction
    ) -> Mapping[str, Any]:
        if asked is None:
            return {}
        answer = await self._search.suggest(index, asked.parameters, Stages(), within)
        return completions_body(answer, asked)
