"""Answers the wire's requests: several wishes in one go, as few searches as can be."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from searchsvc.api.algolia.attributes import attribute
from searchsvc.api.algolia.folding import Page, folded
from searchsvc.api.algolia.names import target
from searchsvc.api.algolia.results import facet_hits, nothing, page_results, suggestion_results
from searchsvc.api.algolia.wish import FacetWish, Wish, flat, read_wish
from searchsvc.api.answers import extended
from searchsvc.api.request import new_query_id
from searchsvc.api.searched import Searched
from searchsvc.domain.access import Grant, Restriction
from searchsvc.domain.allowlists import Use
from searchsvc.domain.definition import IndexDefinition
from searchsvc.errors import RequestError
from searchsvc.search.answer import SearchAnswer
from searchsvc.search.service import SearchService
from searchsvc.search.shape import Shape
from searchsvc.telemetry.searches import LoggedSearch
from searchsvc.telemetry.stages import Stages

_MOST_SUGGESTED = 50
_END = b"\n"  # between the results of a page; JSON has none that is not escaped


@dataclass(frozen=True, slots=True)
class Found:
    """One search of the engine, or what else was asked of an index.

    `results` are by the places of the requests that it answers; `logged` is what is remembered of
    it, by its `query_id`.
    """

    index: str
    results: Mapping[int, bytes]
    stages: Stages
    logged: LoggedSearch | None = None
    query_id: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """The results in the order of the requests, and the searches that have found them."""

    results: tuple[bytes, ...]
    searches: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class _PageForm:
    """How a page is answered: the results of its wishes, one behind the other."""

    page: Page
    definition: IndexDefinition

    @property
    def key(self) -> str:
        """Equal for pages whose answers read alike."""
        return f"algolia {self.page.hits!r} {self.page.counts!r}"

    @property
    def shape(self) -> Shape:
        """What is counted for each wish."""
        return self.page.shape(self.definition)

    def body(self, answer: SearchAnswer, _: str) -> bytes:
        """The results without their times."""
        if answer.query.wordless:
            wishes = (self.page.hits, *self.page.counts)
            rows = [nothing(one, self.definition) for one in wishes]
        else:
            rows = list(page_results(self.page, answer, self.definition))
        return _END.join(map(orjson.dumps, rows))


class AlgoliaSearch:
    """Searches, facet values and suggestions by the wire's parameters."""

    def __init__(self, search: SearchService, searched: Searched) -> None:
        self._search = search
        self._searched = searched

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
            *(self._page(page, grant) for page in pages),
            *(self._other(place, wish, within) for place, wish in others),
        )
        stages.lap("engine")
        placed = {place: result for one in searches for place, result in one.results.items()}
        ids = {place: one.query_id for one in searches for place in one.results}
        rows = (_ended(placed[n], ids[n] if wish.clicks else "", stages) for n, wish in wishes)
        return Answered(tuple(rows), tuple(searches))

    async def until_enough(
        self, asked: Sequence[Mapping[str, object]], stages: Stages, grant: Grant
    ) -> Answered:
        """One after the other until one finds a whole page; those behind it are not searched.

        Raises as `answer` does, also for what is not searched.
        """
        wishes = [self._wish(flat(one), grant) for one in asked]
        rows: list[bytes] = []
        searches: list[Found] = []
        for one, wish in zip(asked, wishes, strict=True):
            found = await self.answer([one], stages, grant)
            rows += found.results
            searches += found.searches
            if wish.is_search and orjson.loads(rows[-1])["nbHits"] >= wish.limit:
                break
        for wish in wishes[len(rows) :]:
            definition = self._search.definition(wish.target.index, grant.restriction)
            left = {**nothing(wish, definition), "processed": False}
            rows.append(_ended(orjson.dumps(left), "", stages))
        return Answered(tuple(rows), tuple(searches))

    async def browse(self, given: Mapping[str, Any], stages: Stages, grant: Grant) -> bytes:
        """One page of all hits, with the cursor of the next. Raises as `SearchService.search`."""
        wish = self._wish(given, grant)
        if not wish.is_search:
            message = f"'{wish.name[:63]}' cannot be browsed"
            raise RequestError(message, param="indexName", hint="send it to */queries")
        parameters = {**wish.question, "filter": wish.filter or "", "group_by": "none"}
        if isinstance(given.get("cursor"), str):
            parameters["cursor"] = given["cursor"]
        parameters.pop("group_size", None)
        shape = Shape((0, wish.limit), snippets=False)
        index, within = wish.target.index, grant.restriction
        definition = self._search.definition(index, within)
        found = await self._search.search(index, parameters, stages, within, shape)
        shown = replace(wish, facets=())
        (row,) = page_results(Page(shown, (), (0,)), found, definition)
        more = {"cursor": found.next_cursor} if found.next_cursor else {}
        return _ended(orjson.dumps({**row, **more}), "", stages)

    def _wish(self, given: Mapping[str, Any], grant: Grant) -> Wish:
        name = given.get("indexName")
        if not isinstance(name, str):
            hint = 'like: {"requests": [{"indexName": "products", "query": "words"}]}'
            raise RequestError("each request needs 'indexName'", param="indexName", hint=hint)
        found = target(name, self._search.definitions())
        grant.require_index(found.index)
        within = grant.restriction
        definition = self._search.definition(found.index, within)
        return read_wish(name, found, given, definition, within.max_per_page)

    async def _page(self, page: Page, grant: Grant) -> Found:
        wish, stages = page.hits, Stages()
        index = wish.target.index
        parameters = {**wish.question, "filter": wish.filter or ""}
        form = _PageForm(page, self._search.definition(index, grant.restriction))
        answer = await self._searched.untimed(index, parameters, stages, grant, form)
        results = dict(zip(page.places, answer.json.split(_END), strict=True))
        logged = answer.logged if wish.typed and wish.limit else None
        # There is one also where nothing is remembered: widgets need it to tell of clicks.
        return Found(index, results, stages, logged, new_query_id())

    async def _other(self, place: int, wish: Wish, within: Restriction) -> Found:
        """The values of a facet, or suggestions."""
        index, stages = wish.target.index, Stages()
        if wish.facet is not None:
            found = await self._facet(wish, wish.facet, stages, within)
        else:
            parameters = {"q": wish.text, "limit": max(1, min(wish.limit, _MOST_SUGGESTED))}
            answer = await self._search.suggest(index, parameters, stages, within)
            found = suggestion_results(wish, answer.result)
        return Found(index, {place: orjson.dumps(found)}, stages)

    async def _facet(
        self, wish: Wish, asked: FacetWish, stages: Stages, within: Restriction
    ) -> Mapping[str, Any]:
        index = wish.target.index
        definition = self._search.definition(index, within)
        one = attribute(asked.attribute, definition, Use.FACET)
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


def _ended(result: bytes, query_id: str, stages: Stages) -> bytes:
    """A result with its times, and its id."""
    took = round(stages.total * 1000)
    more: dict[str, Any] = {"processingTimeMS": took, "serverTimeMS": took}
    if query_id:
        more["queryID"] = query_id
    return extended(result, more)


def body(results: Iterable[bytes]) -> bytes:
    """All results as one JSON object."""
    return b'{"results":[%b]}' % b",".join(results)
