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
from searchsvc.domain.access import Grant, Restriction
from searchsvc.errors import RequestError
from searchsvc.search.service import SearchService
from searchsvc.search.shape import Shape
from searchsvc.telemetry.events import Event, EventLog
from searchsvc.telemetry.lines import instant
from searchsvc.telemetry.stages import Stages

_MOST_SUGGESTED = 50
_END = b"\n"  # between the results of a page; JSON has none that is not escaped


@dataclass(frozen=True, slots=True)
class Searched:
    """One search of the engine, or what else was asked of an index.

    `results` are by the places of the requests that it answers; `text` was typed for it, and had
    hits where it is not "".
    """

    index: str
    results: Mapping[int, bytes]
    stages: Stages
    text: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """The results in the order of the requests, and the searches that have found them."""

    results: tuple[bytes, ...]
    searches: tuple[Searched, ...]

    @property
    def found(self) -> list[tuple[str, object]]:
        """The index and the text of each search that had hits."""
        return [(one.index, one.text) for one in self.searches if one.text]


class AlgoliaSearch:
    """Searches, facet values and suggestions by the wire's parameters."""

    def __init__(self, search: SearchService, cache: AnswerCache, events: EventLog) -> None:
        self._search = search
        self._cache = cache
        self._events = events

    async def answer(
        self, asked: Sequence[Mapping[str, object]], stages: Stages, grant: Grant
    ) -> Answered:
        """The results of requests that name their index.

        Raises KeyForbids, and as `SearchService.search` does, where any cannot be answered.
        """
        within = grant.restriction
        wishes = list(enumerate(self._wish(flat(one), grant) for one in asked))
        stages.lap("plan")
        pages = folded([(place, wish) for place, wish in wishes if wish.is_search])
        others = [(place, wish) for place, wish in wishes if not wish.is_search]
        searches = await asyncio.gather(
            *(self._page(page, within) for page in pages),
            *(self._other(place, wish, within) for place, wish in others),
        )
        stages.lap("engine")
        placed = {place: result for one in searches for place, result in one.results.items()}
        rows = (_ended(placed[n], self._told(wish, placed[n]), stages) for n, wish in wishes)
        return Answered(tuple(rows), tuple(searches))

    async def browse(self, given: Mapping[str, Any], stages: Stages, grant: Grant) -> bytes:
        """One page of all hits, with the cursor of the next. Raises as `SearchService.search`."""
        wish = self._wish(given, grant)
        if not wish.is_search:
            message = f"'{wish.name[:63]}' cannot be browsed"
            raise RequestError(message, param="indexName", hint="send it to */queries")
        live, _ = self._search.basis(wish.target.index)
        parameters = {**wish.question, "filter": wish.filter or "", "group_by": "none"}
        if isinstance(given.get("cursor"), str):
            parameters["cursor"] = given["cursor"]
        parameters.pop("group_size", None)
        shape = Shape((0, wish.limit), snippets=False)
        index, within = wish.target.index, grant.restriction
        found = await self._search.search(index, parameters, stages, within, shape)
        shown = replace(wish, facets=())
        (row,) = page_results(Page(shown, (), (0,)), found, live.definition)
        more = {"cursor": found.next_cursor} if found.next_cursor else {}
        return _ended(orjson.dumps({**row, **more}), "", stages)

    def _wish(self, given: Mapping[str, Any], grant: Grant) -> Wish:
        name = given.get("indexName")
        if not isinstance(name, str):
            hint = 'like: {"requests": [{"indexName": "products", "query": "words"}]}'
            raise RequestError("each request needs 'indexName'", param="indexName", hint=hint)
        found = target(name, self._search.definitions())
        grant.require_index(found.index)
        live, _ = self._search.basis(found.index)
        return read_wish(name, found, given, live.definition, grant.restriction.max_per_page)

    async def _page(self, page: Page, within: Restriction) -> Searched:
        wish, stages = page.hits, Stages()
        basis = self._search.basis(wish.target.index)
        # What is asked under one filter is never answered from what was found under another.
        key = f"{within.mark} algolia {page.hits!r} {page.counts!r}"
        answer, is_known = await self._cache.get(
            key, basis, partial(self._made, page, stages, within)
        )
        if is_known:
            stages.lap("cache")
        results = dict(zip(page.places, answer.json.split(_END), strict=True))
        text = wish.text if answer.found and wish.typed and wish.limit else ""
        return Searched(wish.target.index, results, stages, text)

    async def _made(self, page: Page, stages: Stages, within: Restriction) -> Answer:
        wish = page.hits
        live, _ = self._search.basis(wish.target.index)
        parameters = {**wish.question, "filter": wish.filter or ""}
        shape = page.shape(live.definition)
        found = await self._search.search(wish.target.index, parameters, stages, within, shape)
        if found.query.wordless:
            rows = [nothing(one, live.definition) for one in (wish, *page.counts)]
        else:
            rows = list(page_results(page, found, live.definition))
        stages.lap("render")
        version = found.result.version.name
        return Answer(version, _END.join(map(orjson.dumps, rows)), found.result.total > 0)

    async def _other(self, place: int, wish: Wish, within: Restriction) -> Searched:
        """The values of a facet, or suggestions."""
        index, stages = wish.target.index, Stages()
        if wish.facet is not None:
            found = await self._facet(wish, wish.facet, stages, within)
        else:
            parameters = {"q": wish.text, "limit": max(1, min(wish.limit, _MOST_SUGGESTED))}
            answer = await self._search.suggest(index, parameters, stages, within)
            found = suggestion_results(wish, answer.result)
        return Searched(index, {place: orjson.dumps(found)}, stages)

    async def _facet(
        self, wish: Wish, asked: FacetWish, stages: Stages, within: Restriction
    ) -> Mapping[str, Any]:
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
        answer = await self._search.facet_values(index, one.field.name, parameters, stages, within)
        separator, tags = one.field.separator, wish.shown.tags
        return facet_hits(answer.result, asked.limit, one.depth, separator, tags)

    def _told(self, wish: Wish, result: bytes) -> str:
        """The id of a search whose clicks are told; the search is logged by it."""
        if not wish.clicks or not wish.is_search:
            return ""
        query_id = secrets.token_hex(16)
        hits = orjson.loads(result)["hits"]
        shown = tuple(str(hit["objectID"]) for hit in hits)
        index, now = wish.target.index, instant()
        self._events.add(Event(now, "search", index, query_id, text=wish.text, object_ids=shown))
        return query_id


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
