"""Asks a live version which texts have hits, and where most of the hits are."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from searchsvc.domain.result import Scope
from searchsvc.errors import RequestError
from searchsvc.search.answer import SearchAnswer
from searchsvc.search.service import SearchService
from searchsvc.suggestions.entries import Entry
from searchsvc.telemetry.stages import Stages

_MOST_QUERIES = 5000  # each costs a search
_DEEPEST = 5  # places within places of a path; each costs a search
_WANTED = {"typo": "off", "match": "all", "per_page": 0, "facet_limit": 1}


@dataclass(frozen=True, slots=True)
class Asking:
    """Searches one index; `scope` is the facet that tells where hits are, or ""."""

    search: SearchService
    index: str
    scope: str

    async def queries(self, searched: Mapping[str, int]) -> list[Entry]:
        """Of the texts that most people search for, those that have hits."""
        found = []
        ordered = sorted(searched.items(), key=lambda one: (-one[1], one[0]))
        for text, people in ordered[:_MOST_QUERIES]:
            # The last word has been finished; one that was not is known to no document.
            total, scope = await self._ask(q=f"{text} ")
            if total:
                found.append(Entry(text, people, scope=scope))
        return found

    async def scoped(self, values: list[Entry]) -> list[Entry]:
        """The same with their scopes; values of the scope's own facet have none."""
        found = []
        for value in values:
            if self.scope in ("", value.field):
                found.append(value)
                continue
            _, scope = await self._ask(filter={"field": value.field, "eq": value.text})
            found.append(replace(value, scope=scope))
        return found

    async def _ask(self, **given: object) -> tuple[int, Scope | None]:
        """How many hits there are with all words spelt so, and where most of them are."""
        try:
            answer = await self._found(given)
        except RequestError:  # more than a search takes
            return 0, None
        return answer.result.total, await self._narrowed(given, answer)

    async def _narrowed(self, given: Mapping[str, object], answer: SearchAnswer) -> Scope | None:
        """The value that most hits have; of a path the innermost place that more than half have."""
        scope = self._largest(answer, "")
        if scope is None or not _is_path(answer):
            return scope
        half = scope.count / 2
        for _ in range(_DEEPEST):
            inner = await self._inside(given, scope)
            if inner is None or inner.count <= half:
                break
            scope = inner
        return scope

    async def _inside(self, given: Mapping[str, object], place: Scope) -> Scope | None:
        """The place directly below that one that most hits have."""
        within = {"field": self.scope, "eq": place.value}
        filters = [one for one in (given.get("filter"), within) if one]
        answer = await self._found({**given, "filter": {"and": filters}})
        return self._largest(answer, place.value)

    def _largest(self, answer: SearchAnswer, below: str) -> Scope | None:
        for request, facet in zip(answer.query.facets, answer.result.facets, strict=True):
            if (request.below or "") == below and facet.buckets:
                largest = facet.buckets[0]
                return Scope(self.scope, str(largest.value), largest.count)
        return None

    async def _found(self, given: Mapping[str, object]) -> SearchAnswer:
        parameters = {**_WANTED, "facets": self.scope, **given}
        return await self.search.search(self.index, parameters, Stages())


def _is_path(answer: SearchAnswer) -> bool:
    return any(request.below is not None for request in answer.query.facets)
