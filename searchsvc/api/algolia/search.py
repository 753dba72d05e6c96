"""Answers the wire's requests: several wishes in one go, as few searches as can be."""

import asyncio
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import orjson

from searchsvc.api.algolia.attributes import attribute
from searchsvc.api.algolia.folding import Page, folded
from searchsvc.api.algolia.names import target
from searchsvc.api.algolia.results import facet_hits, nothing, page_results, suggestion_results
from searchsvc.api.algolia.wish import FacetWish, Wish, flat, read_wish
from searchsvc.api.cache import Answer, AnswerCache
from searchsvc.errors import RequestError
from searchsvc.search.service import SearchService
from searchsvc.search.shape import Shape
from searchsvc.telemetry.events import Event, EventLog
from searchsvc.telemetry.lines import instant
from searchsvc.telemetry.stages import Stages

_END = b"\n"  # between the results of a page; JSON has none that is not escaped


@dataclass(frozen=True, slots=True)
class Searched:
    """The results in the order of the wishes, and (index, text) of each search that had hits."""

    results: tuple[bytes, ...]
    found: tuple[tuple[str, object], ...] = ()


class AlgoliaSearch:
    """Searches, facet values and suggestions by the wire's parameters."""

    def __init__(self, search: SearchService, cache: AnswerCache, events: EventLog) -> None:
        self._search = search
        self._cache = cache
        self._events = events

    async def answer(self, asked: Sequence[Mapping[str, object]], stages: Stages) -> Searched:
        """The results of requests that name their index.

        Raises as `SearchService.search` does, where any of them cannot be answered.
        """
        wishes = [self._wish(flat(one)) for one in asked]
        counted = [_counted(flat(one)) for one in asked]
        stages.lap("plan")
        plain = [(n, w) for n, w in enumerate(wishes) if w.facet is None]
        searches = [(n, w) for n, w in plain if not w.target.suggestions]
        others = [(n, w) for n, w in enumerate(wishes) if (n, w) not in searches]
        found = await asyncio.gather(
            *(self._page(page) for page in folded(searches)),
            *(self._other(place, wish) for place, wish in others),
        )
        stages.lap("engine")
        placed = {place: result for some in found for place, result in some.items()}
        remembered = tuple(
            (wish.target.index, wish.text)
            for place, wish in searches
            if wish.limit and counted[place] and b'"nbHits":0,' not in placed[place]
        )
        rows = [_ended(placed[n], self._told(w, placed[n]), stages) for n, w in enumerate(wishes)]
        return Searched(tuple(rows), remembered)

    async def browse(self, given: Mapping[str, Any], stages: Stages) -> bytes:
        """One page of all hits, with the cursor of the next. Raises as `SearchService.search`."""
        wish = self._wish(given)
        live, _ = self._search.basis(wish.target.index)
        parameters = {**wish.question, "filter": wish.filter or "", "group_by": "none"}
        if isinstance(given.get("cursor"), str):
            parameters["cursor"] = given["cursor"]
        parameters.pop("group_size", None)
        shape = Shape((0, wish.limit), snippets=False)
        found = await self._search.search(wish.target.index, parameters, stages, shape)
        shown = replace(wish, facets=())
        (row,) = page_results(Page(shown, (), (0,)), found, live.definition)
        more = {"cursor": found.next_cursor} if found.next_cursor else {}
        return _ended(orjson.dumps({**row, **more}), "", stages)

    def _wish(self, given: Mapping[str, Any]) -> Wish:
        name = given.get("indexName")
        if not isinstance(name, str):
            hint = 'like: {"requests": [{"indexName": "products", "query": "words"}]}'
            raise RequestError("each request needs 'indexName'", param="indexName", hint=hint)
        found = target(name, self._search.definitions())
        live, _ = self._search.basis(found.index)
        return read_wish(name, found, given, live.definition)

    async def _page(self, page: Page) -> Mapping[int, bytes]:
        """The results of a page by their places."""
        index = page.hits.target.index
        basis = self._search.basis(index)
        key = f"algolia {page.hits!r} {page.counts!r}"
        answer, _ = await self._cache.get(key, basis, partial(self._made, page))
        return dict(zip(page.places, answer.json.split(_END), strict=True))

    async def _made(self, page: Page) -> Answer:
        wish = page.hits
        live, _ = self._search.basis(wish.target.index)
        parameters = {**wish.question, "filter": wish.filter or ""}
        shape = page.shape(live.definition)
        found = await self._search.search(wish.target.index, parameters, Stages(), shape)
        if found.query.wordless:
            rows = [nothing(one, live.definition) for one in (wish, *page.counts)]
        else:
            rows = list(page_results(page, found, live.definition))
        version = found.result.version.name
        return Answer(version, _END.join(map(orjson.dumps, rows)), found.result.total > 0)

    async def _other(self, place: int, wish: Wish) -> Mapping[int, bytes]:
        if wish.facet is not None:
            return {place: orjson.dumps(await self._facet(wish, wish.facet))}
        parameters = {"q": wish.text, "limit": max(1, min(wish.limit, 50))}
        answer = await self._search.suggest(wish.target.index, parameters, Stages())
        return {place: orjson.dumps(suggestion_results(wish, answer.result))}

    async def _facet(self, wish: Wish, asked: FacetWish) -> Mapping[str, Any]:
        index = wish.target.index
        live, _ = self._search.basis(index)
        one = attribute(asked.attribute, live.definition)
        if one is None:
            message = f"index '{index}' has no facet '{asked.attribute[:50]}'"
            raise RequestError(message, param="facet")
        kept = {n: v for n, v in wish.question.items() if n not in ("q", "ranking", "sort")}
        kept = {n: v for n, v in kept.items() if not n.startswith("group_")}
        limit = 100 if one.depth else asked.limit
        parameters = {**kept, "q": asked.text, "query": wish.text, "limit": limit}
        parameters["filter"] = wish.filter or ""
        answer = await self._search.facet_values(index, one.field.name, parameters, Stages())
        separator, tags = one.field.separator, wish.shown.tags
        return facet_hits(answer.result, asked.limit, one.depth, separator, tags)

    def _told(self, wish: Wish, result: bytes) -> str:
        """The id of a search whose clicks are told; the search is logged by it."""
        if not wish.clicks or wish.facet is not None or wish.target.suggestions:
            return ""
        query_id = secrets.token_hex(16)
        hits = orjson.loads(result)["hits"]
        shown = tuple(str(hit["objectID"]) for hit in hits)
        index, now = wish.target.index, instant()
        self._events.add(Event(now, "search", index, query_id, text=wish.text, object_ids=shown))
        return query_id


def _counted(given: Mapping[str, Any]) -> bool:
    """Whether what was typed may count as a search of somebody."""
    return given.get("analytics") not in (False, "false")


def _ended(result: bytes, query_id: str, stages: Stages) -> bytes:
    """A result with its times, and its id."""
    took = round(stages.total * 1000)
    more: dict[str, Any] = {"processingTimeMS": took, "serverTimeMS": took}
    if query_id:
        more["queryID"] = query_id
    return b"%b,%b" % (result[:-1], orjson.dumps(more)[1:])


def body(results: Iterable[bytes]) -> bytes:
    """All results as one JSON object."""
    return b'{"results":[%b]}' % b",".join(results)
