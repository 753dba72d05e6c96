"""Searches as JSON: from the cache where an equal one was answered a moment ago."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Protocol

from searchsvc.api.answers import search_body, timed
from searchsvc.api.cache import Answer, AnswerCache
from searchsvc.domain.access import Grant, Restriction, Role
from searchsvc.search.answer import SearchAnswer
from searchsvc.search.service import SearchService
from searchsvc.search.shape import NATIVE, Shape
from searchsvc.telemetry.searches import LoggedSearch
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

    def __init__(self, search: SearchService, cache: AnswerCache) -> None:
        self._search = search
        self._cache = cache

    async def answer(
        self,
        index: str,
        given: Mapping[str, object],
        stages: Stages,
        grant: Grant,
        form: Form = _NATIVE_FORM,
    ) -> Answer:
        """The answer, with its times. Raises as `untimed` does."""
        answer = await self.untimed(index, given, stages, grant, form)
        return replace(answer, json=timed(answer.json, stages))

    async def untimed(
        self,
        index: str,
        given: Mapping[str, object],
        stages: Stages,
        grant: Grant,
        form: Form,
    ) -> Answer:
        """The answer as its form has it. Raises KeyForbids, and as `SearchService.search` does."""
        grant.require_index(index)
        if given.get("explain", "false") not in (False, "false"):
            grant.require(Role.ANALYST, "'explain'")
        basis, within = self._search.basis(index), grant.restriction
        # What is asked under one filter is never answered from what was found under another.
        key = f"{within.mark} {index} {sorted(given.items())!a} {form.key}"
        make = partial(self._made, index, given, stages, within, form)
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
    ) -> Answer:
        answer = await self._search.search(index, given, stages, within, form.shape)
        body = form.body(answer, answer.result.version.name)
        stages.lap("render")
        return Answer(answer.result.version.name, body, _logged(index, given.get("q"), answer))


def _logged(index: str, text: object, answer: SearchAnswer) -> LoggedSearch | None:
    """What is remembered of a search: nothing of a further page, nor where nothing was meant."""
    query = answer.query
    if not isinstance(text, str) or query.wordless or query.offset or query.after is not None:
        return None
    return LoggedSearch(index, text, answer.result.total, filtered=query.filter is not None)
