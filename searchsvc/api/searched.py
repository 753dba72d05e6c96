"""Searches as JSON: from the cache where an equal one was answered a moment ago."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Protocol

from searchsvc.api.answers import extended, search_body, times
from searchsvc.api.cache import Answer, AnswerCache
from searchsvc.api.experimenting import Experimenting
from searchsvc.api.request import ApiRequest
from searchsvc.domain.access import Grant, Restriction, Role
from searchsvc.search.answer import SearchAnswer
from searchsvc.search.drafting import Draft
from searchsvc.search.service import SearchService
from searchsvc.search.shape import NATIVE, Shape
from searchsvc.telemetry.searches import MOST_IDS, LoggedSearch, loggable
from searchsvc.telemetry.stages import Stages


class Form(Protocol):
    """What a wire asks beside parameters, and how it is answered; both alike for equal `key`s."""

    @property
    def key(self) -> str: ...

    @property
    def shape(self) -> Shape: ...

    def body(self, answer: SearchAnswer, version: str) -> bytes: ...


class NativeForm:
    """As /v1/search answers."""

    key = ""
    shape = NATIVE

    def body(self, answer: SearchAnswer, version: str) -> bytes:
        """The answer without its times."""
        return search_body(answer, version)


_NATIVE_FORM = NativeForm()


class Searched:
    """Answers searches for the routes that give them."""

    def __init__(
        self, search: SearchService, cache: AnswerCache, experimenting: Experimenting
    ) -> None:
        self._search = search
        self._cache = cache
        self._experimenting = experimenting

    async def answer(
        self,
        index: str,
        given: Mapping[str, object],
        stages: Stages,
        req: ApiRequest,
        form: Form = _NATIVE_FORM,
    ) -> Answer:
        """The answer to one of the request's searches, with the id by which it is remembered.

        And with its times. Raises as `untimed` does.
        """
        draft = self._experimenting.draft(req, index, given)
        answer = await self.untimed(index, given, stages, req.grant, form, draft)
        query_id = req.remember(answer.logged, stages)
        return replace(answer, json=extended(answer.json, {"query_id": query_id, **times(stages)}))

    async def untimed(
        self,
        index: str,
        given: Mapping[str, object],
        stages: Stages,
        grant: Grant,
        form: Form,
        draft: Draft | None = None,
    ) -> Answer:
        """The answer as its form has it. Raises KeyForbids, and as `SearchService.search` does."""
        grant.require_index(index)
        if given.get("explain", "false") not in (False, "false"):
            grant.require(Role.ANALYST, "'explain'")
        basis, within = self._search.basis(index), grant.restriction
        # What is asked under one filter is never answered from what was found under another.
        key = f"{within.mark} {index} {sorted(given.items())!a} {form.key}"
        if draft is not None:
            key += f" {draft.mark}"
        make = partial(self._made, index, given, stages, within, form, draft)
        answer, is_known = await self._cache.get(key, basis, make)
        if is_known:
            stages.lap("cache")
        return answer

    async def _made(
        self,
        index: str,
        given: Mapping[str, object],
        stages: Stages,
        within: Restriction,
        form: Form,
        draft: Draft | None,
    ) -> Answer:
        answer = await self._search.search(index, given, stages, within, form.shape, draft)
        body = form.body(answer, answer.result.version.name)
        stages.lap("render")
        return Answer(answer.result.version.name, body, _logged(index, given.get("q"), answer))


def _logged(index: str, given: object, answer: SearchAnswer) -> LoggedSearch | None:
    """What is remembered of a search: nothing where nothing was meant."""
    query, result, drafted = answer.query, answer.result, answer.drafted
    text = loggable(given) if isinstance(given, str) and not query.wordless else ""
    if not text:
        return None
    return LoggedSearch(
        index,
        text,
        result.total,
        filtered=query.filter is not None,
        ranking=query.ranking if drafted is None else drafted.ranking,
        # A page of a cursor that does not know how far it is is no first one.
        offset=query.offset if query.after is None else max(1, query.after.seen),
        ids=tuple(hit.id for hit in result.hits[:MOST_IDS]),
        experiment="" if drafted is None else drafted.experiment,
        teams="" if drafted is None else drafted.teams[:MOST_IDS],
    )
