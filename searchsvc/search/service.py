"""Answers search, suggest and document requests: parameters in, an engine's result out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from searchsvc.domain.access import UNRESTRICTED, Restriction
from searchsvc.domain.curation import NO_CURATION, Curation
from searchsvc.domain.definition import IndexDefinition
from searchsvc.domain.index import IndexVersion
from searchsvc.domain.query import Grouping, SearchQuery, SuggestQuery
from searchsvc.domain.result import (
    DocumentResult,
    FacetValues,
    LiveIndex,
    SearchResult,
    UnknownWord,
)
from searchsvc.errors import (
    CursorExpired,
    RequestError,
    UnknownIndex,
    UnknownVersion,
    nearest,
)
from searchsvc.ports import Completions, Curated, SearchEngine
from searchsvc.search import similar
from searchsvc.search.answer import FacetAnswer, SearchAnswer, SimilarAnswer, SuggestAnswer
from searchsvc.search.answering import placed
from searchsvc.search.correction import offered, strangers
from searchsvc.search.cost import refuse_costly
from searchsvc.search.cursors import Cursor, Cursors
from searchsvc.search.documents import document
from searchsvc.search.drafted import DraftedSearch, Settled, may_draft
from searchsvc.search.drafting import Draft
from searchsvc.search.facets import nothing_counted
from searchsvc.search.forced import Forced, ForcedFilters
from searchsvc.search.groups import GroupedSearch, begun
from searchsvc.search.parameters import WHY_PARAMETERS, read_parameters
from searchsvc.search.request import (
    facet_search,
    may_relax,
    search_query,
    similar_query,
    suggest_query,
)
from searchsvc.search.scores import unscored
from searchsvc.search.serving import not_serving
from searchsvc.search.shape import NATIVE, Shape
from searchsvc.search.suggesting import suggested
from searchsvc.search.why import Asked, Why, why
from searchsvc.search.widening import is_thin, widened
from searchsvc.search.words import is_one_thing
from searchsvc.telemetry.stages import Stages


class SearchService:
    """Serves the defined indexes from one engine.

    A live version is searched by the definition it was built from, so a mapping.yaml that is
    ahead of its rebuild breaks no request. What a restriction holds back is not there: not among
    hits and counts, and not for who knows its id. Raises KeyForbids where it fits no index.
    """

    def __init__(
        self,
        engine: SearchEngine,
        definitions: Mapping[str, IndexDefinition],
        cursors: Cursors | None = None,
        curations: Curated | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        completions: Completions | None = None,
        max_cost: int | None = None,
    ) -> None:
        self._engine = engine
        self._definitions = definitions
        self._cursors = cursors or Cursors()
        self._curations = curations
        self._now = now
        self._completions = completions
        self._max_cost = max_cost
        self._forced = ForcedFilters()

    def definitions(self) -> Mapping[str, IndexDefinition]:
        """Every defined index, live or not."""
        return self._definitions

    def live(self, index: str) -> LiveIndex | None:
        """The version that answers now, None before the first rebuild. Raises UnknownIndex."""
        if index not in self._definitions:
            hint = nearest(index[:63], self._definitions)
            raise UnknownIndex(f"unknown index '{index[:63]}'", hint=hint)
        return self._engine.live(index)

    def basis(self, index: str) -> tuple[LiveIndex, Curation]:
        """What answers rest on beside parameters and time. Raises UnknownIndex or NotServing.

        As long as no document changes where the engine can see it, the very same objects.
        """
        serving = self._serving(index)
        return serving, self._curation(serving)

    def curated_by(self, curation: Curation) -> "SearchService":
        """The same service, which goes by another curation in every index."""
        return SearchService(
            self._engine,
            self._definitions,
            self._cursors,
            _Fixed(curation),
            self._now,
            self._completions,
            self._max_cost,
        )

    def definition(self, index: str, within: Restriction = UNRESTRICTED) -> IndexDefinition:
        """The index that answers, with the fields that may be named. Raises as `basis`."""
        return self.seen(self._serving(index).definition, within)

    def seen(self, definition: IndexDefinition, within: Restriction) -> IndexDefinition:
        """The index with the fields that may be named, live or not. Raises KeyForbids."""
        return self._forced.of(within, definition).seen(definition)

    def problems(self, index: str) -> list[str]:
        """Why synonyms or rules of that index are not used as their files lie."""
        return self._curations.problems(index) if self._curations else []

    async def search(
        self,
        index: str,
        parameters: Mapping[str, object],
        stages: Stages,
        within: Restriction = UNRESTRICTED,
        shape: Shape = NATIVE,
        draft: Draft | None = None,
    ) -> SearchAnswer:
        """Raises UnknownIndex, NotServing, RequestError, CursorExpired or an engine's error.

        With a `draft` hits come from both of its rankings, where that is possible.
        """
        serving, cursor = self._serving(index), self._cursor(index, parameters)
        if cursor is not None and cursor.version != serving.version:
            serving = await self._opened(cursor.version)
        forced, curation = self._forced.of(within, serving.definition), self._curation(serving)
        query = search_query(parameters, serving.definition, curation, self._now(), forced, shape)
        if cursor is not None:
            query = cursor.continuing(query)
        self._refuse_costly(query, serving, within)
        stages.lap("plan")
        if query.wordless:
            # To an engine no words means every document; whoever typed `!!!` did not mean that.
            stages.lap("engine")
            return SearchAnswer(query, _nothing(query, serving))
        relax = may_relax(parameters)
        seen = forced.seen(serving.definition)
        if draft is not None and may_draft(query, cursor, draft, seen):
            settled = partial(self._settled, relax=relax) if cursor is None else self._as_asked
            both = DraftedSearch(draft, seen, self._now(), settled)
            answer = await self._drafted(query, both, forced)
        elif cursor is None:
            answer = await self._first(query, forced, relax=relax)
        else:
            answer = await self._next(query)
        stages.lap("engine")
        return answer if answer.query.scored else replace(answer, result=unscored(answer.result))

    async def _first(self, query: SearchQuery, forced: Forced, *, relax: bool) -> SearchAnswer:
        if query.grouping is None:
            asked, result, unknown = await self._settled(query, relax=relax)
        else:
            try:
                asked, result, unknown = await self._grouped(query, query.grouping, relax=relax)
            except UnknownVersion:  # it has just been dropped, and another one is live
                asked, result, unknown = await self._grouped(query, query.grouping, relax=relax)
        correction = await offered(query, unknown, self._engine, forced)
        return SearchAnswer(asked, result, correction, self._cursors.next(asked, result))

    async def _drafted(
        self, query: SearchQuery, both: DraftedSearch, forced: Forced
    ) -> SearchAnswer:
        page = await both.page(query)
        correction = await offered(query, page.unknown, self._engine, forced)
        cursor = self._cursors.next_drafted(page.query, page.result)
        # Scores of two rankings do not compare, and would tell which of them has brought a hit.
        result = unscored(page.result)
        return SearchAnswer(page.query, result, correction, cursor, page.drafted)

    async def _as_asked(self, query: SearchQuery) -> Settled:
        return query, await self.found(query), ()

    async def _grouped(
        self, query: SearchQuery, grouping: Grouping, *, relax: bool
    ) -> tuple[SearchQuery, SearchResult, Sequence[UnknownWord]]:
        """As `_settled`, with the page of groups of what is found."""
        start = begun(query, grouping)
        asked, first, unknown = await self._settled(start, relax=relax)
        page = replace(
            asked, offset=query.offset, limit=query.limit, fields=query.fields, facets=query.facets
        )
        groups = GroupedSearch(page, grouping, asked, self._engine.search)
        return page, await groups.page(first), unknown

    async def _settled(
        self, query: SearchQuery, *, relax: bool
    ) -> tuple[SearchQuery, SearchResult, Sequence[UnknownWord]]:
        """The query that is answered, wider where few documents match, and what it finds.

        Also the words that no document holds.
        """
        result = await self.found(query)
        found = await self._engine.unknown(query) if result.doubtful else ()
        unknown = strangers(query, found)
        own = result.total - result.pinned
        # Whoever finds the one article of a number does not mean others with a part of it.
        relax = relax and not (own and is_one_thing(query.text))
        # Where all words are asked for, more of them written together are worth a second request
        # only to somebody who has found nothing.
        if is_thin(query, own) and (relax or unknown or not own):
            apart = [text for one in unknown for text in one.apart]
            wider = widened(query, apart, relax=relax)
            more = result if wider is query else await self.found(wider)
            if more.total > result.total:
                return wider, more, unknown
        return query, result, unknown

    async def _next(self, query: SearchQuery) -> SearchAnswer:
        """The page behind a cursor, by the same query as the pages before it."""
        result = await self.found(query)
        return SearchAnswer(query, result, None, self._cursors.next(query, result))

    async def suggest(
        self,
        index: str,
        parameters: Mapping[str, object],
        stages: Stages,
        within: Restriction = UNRESTRICTED,
    ) -> SuggestAnswer:
        """Raises UnknownIndex, NotServing, RequestError or an engine's error."""
        serving = self._serving(index)
        curation = self._curation(serving)
        forced = self._forced.of(within, serving.definition)
        query = suggest_query(parameters, serving.definition, curation, self._now(), forced)
        self._refuse_costly(query, serving, within)
        stages.lap("plan")
        result = await suggested(query, serving, self._engine, self._completions, forced)
        stages.lap("engine")
        return SuggestAnswer(query, result)

    async def facet_values(
        self,
        index: str,
        field: str,
        parameters: Mapping[str, object],
        stages: Stages,
        within: Restriction = UNRESTRICTED,
    ) -> FacetAnswer:
        """Raises UnknownIndex, NotServing, RequestError or an engine's error."""
        serving = self._serving(index)
        curation = self._curation(serving)
        forced = self._forced.of(within, serving.definition)
        query = facet_search(parameters, field, serving.definition, curation, self._now(), forced)
        self._refuse_costly(query.within, serving, within)
        stages.lap("plan")
        if query.within.wordless:
            stages.lap("engine")
            return FacetAnswer(query, FacetValues(serving.version, (), 0, complete=True))
        if query.within.terms:
            # So that its values are counted among the very documents that a search finds.
            counted = replace(query.within, limit=0)
            asked, _, _ = await self._settled(counted, relax=may_relax(parameters))
            query = replace(query, within=asked)
        result = await self._engine.facet_values(query)
        stages.lap("engine")
        return FacetAnswer(query, result)

    async def document(
        self, index: str, id: str, stages: Stages, within: Restriction = UNRESTRICTED
    ) -> DocumentResult:
        """One document of the live version. Raises UnknownIndex, NotServing, UnknownDocument."""
        forced = self._forced.of(within, self._serving(index).definition)
        stages.lap("plan")
        try:
            return await document(self._engine, index, id, forced)
        finally:
            stages.lap("engine")

    async def similar(
        self,
        index: str,
        id: str,
        parameters: Mapping[str, object],
        stages: Stages,
        within: Restriction = UNRESTRICTED,
    ) -> SimilarAnswer:
        """Documents like that one. Raises as `search` and `document` do.

        Under a filter that is forced it does not tell the words: which of them are chosen depends
        on how many documents of all have them.
        """
        definition = self._serving(index).definition
        forced = self._forced.of(within, definition)
        query = similar_query(parameters, definition, self._now(), forced)
        stages.lap("plan")
        try:
            answer = await self._similar(query, id, forced, within)
        except UnknownVersion:  # it has just been dropped, and another one is live
            answer = await self._similar(query, id, forced, within)
        if forced.filter is not None:
            answer = replace(answer, words=())
        if not query.scored:
            answer = replace(answer, result=unscored(answer.result))
        stages.lap("engine")
        return answer

    async def why(
        self,
        index: str,
        id: str,
        parameters: Mapping[str, object],
        stages: Stages,
        within: Restriction = UNRESTRICTED,
    ) -> Why:
        """Why a document is a hit of a search, or none. Raises as `search` does."""
        serving = self._serving(index)
        read_parameters(parameters, WHY_PARAMETERS)
        forced = self._forced.of(within, serving.definition)
        query = search_query(
            parameters, serving.definition, self._curation(serving), self._now(), forced
        )
        self._refuse_costly(query, serving, within)
        stages.lap("plan")
        asked, found, _ = await self._settled(query, relax=may_relax(parameters))
        seen = forced.seen(serving.definition)
        answer = await why(asked, found, Asked(id, forced.filter), seen, self.found)
        stages.lap("engine")
        return answer if query.scored else replace(answer, score=None)

    async def found(self, query: SearchQuery) -> SearchResult:
        """What a query that is planned already finds, pins in their places. Raises as `search`."""
        try:
            return await placed(query, self._engine.search)
        except UnknownVersion as error:
            if query.version is None:
                raise
            raise _expired(query.version) from error

    async def _similar(
        self, query: SearchQuery, id: str, forced: Forced, within: Restriction
    ) -> SimilarAnswer:
        found = await document(self._engine, query.index, id, forced)
        seen = forced.seen(self._serving(query.index).definition)
        return await similar.like(found, query, seen, self._engine, self._most(within))

    def _refuse_costly(
        self, query: SearchQuery | SuggestQuery, serving: LiveIndex, within: Restriction
    ) -> None:
        refuse_costly(query, serving.definition, self._most(within))

    def _most(self, within: Restriction) -> int | None:
        """What one search may cost; None where there is no limit."""
        return within.max_cost or self._max_cost

    def _curation(self, serving: LiveIndex) -> Curation:
        return self._curations.of(serving) if self._curations else NO_CURATION

    def _cursor(self, index: str, parameters: Mapping[str, object]) -> Cursor | None:
        given = parameters.get("cursor")
        if not given or not isinstance(given, str):
            return None
        if "page" in parameters:
            hint = "send one of them"
            raise RequestError("a cursor says which page it is", param="page", hint=hint)
        return self._cursors.read(given, index)

    async def _opened(self, version: IndexVersion) -> LiveIndex:
        """The version of a cursor that is no longer live."""
        try:
            return await self._engine.opened(version)
        except UnknownVersion as error:
            raise _expired(version) from error

    def _serving(self, index: str) -> LiveIndex:
        live = self.live(index)
        if live is None:
            raise not_serving(index)
        return live


class _Fixed:
    """One curation for every version."""

    def __init__(self, curation: Curation) -> None:
        self._curation = curation

    def of(self, live: LiveIndex) -> Curation:  # noqa: ARG002 - whichever it is
        return self._curation

    def problems(self, index: str) -> list[str]:  # noqa: ARG002 - there are none
        return []


def _expired(version: IndexVersion) -> CursorExpired:
    hint = "begin with the first page, which the live version answers"
    return CursorExpired(f"the cursor goes on in version '{version}', which is gone", hint=hint)


def _nothing(query: SearchQuery, live: LiveIndex) -> SearchResult:
    return SearchResult(live.version, 0, (), tuple(nothing_counted(f) for f in query.facets))
