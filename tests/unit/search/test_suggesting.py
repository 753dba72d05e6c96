"""Whom the search service asks for suggestions: what is kept ready, or the engine."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from searchsvc.domain.definition import Field, FieldType, IndexDefinition
from searchsvc.domain.index import IndexVersion
from searchsvc.domain.query import Exists, SearchQuery, SuggestQuery, Term
from searchsvc.domain.result import (
    HitSuggestion,
    LiveIndex,
    SearchResult,
    SuggestResult,
    UnknownWord,
)
from searchsvc.errors import EngineError, EngineTimeout, EngineUnreachable
from searchsvc.search.suggesting import suggested

VERSION = IndexVersion("books", datetime(2026, 11, 28, tzinfo=UTC), 7)
LIVE = LiveIndex(VERSION, IndexDefinition("books", (Field("title", FieldType.TEXT, weight=1),)))
NONE = SuggestResult(VERSION, (), ())
READY = SuggestResult(VERSION, (), (HitSuggestion("1", "title", "Dune", ""),))
ASKED = SuggestResult(VERSION, (), (HitSuggestion("2", "title", "Dune Messiah", ""),))
DUNE = SuggestQuery("books", "dune", (Term("dune", 1, prefix=True),))


@dataclass
class Engine:
    """Suggests ASKED, or raises; knows every word but `dnue`; `total` hits for what is meant."""

    error: Exception | None = None
    total: int = 1
    asked: list[Any] = field(default_factory=list)

    async def suggest(self, query: SuggestQuery) -> SuggestResult:
        self.asked.append(query)
        if self.error:
            raise self.error
        return ASKED

    async def unknown(self, query: SearchQuery) -> tuple[UnknownWord, ...]:
        self.asked.append(query)
        if self.error:
            raise self.error
        return tuple(UnknownWord(t.text, "dune") for t in query.terms if t.text == "dnue")

    async def search(self, query: SearchQuery) -> SearchResult:
        self.asked.append(query)
        return SearchResult(VERSION, self.total, ())


@dataclass
class Completions:
    """Has `ready` for whatever is asked."""

    ready: SuggestResult | None

    def complete(self, *_: object) -> SuggestResult | None:
        return self.ready


def ask(engine: Engine, ready: SuggestResult | None, query: SuggestQuery = DUNE) -> SuggestResult:
    """What is suggested."""
    return asyncio.run(suggested(query, LIVE, engine, Completions(ready)))  # type: ignore[arg-type]


def test_what_is_ready_is_answered() -> None:
    """The engine is not asked; nor for nothing, where nothing is typed."""
    engine = Engine()
    assert ask(engine, READY) == READY
    assert ask(engine, NONE, replace(DUNE, text="", terms=())) == NONE
    assert engine.asked == []


@pytest.mark.parametrize("ready", [None, NONE])
def test_the_engine_is_asked_for_the_rest(ready: SuggestResult | None) -> None:
    """Where there is no file yet, and where it knows nothing that begins so."""
    assert ask(Engine(), ready) == ASKED


def test_a_known_word_is_not_corrected() -> None:
    """The file knows only what it suggests; the engine knows every word, if it can be asked."""
    sure = replace(READY, correction="dune")
    typo = replace(DUNE, text="dnue", terms=(Term("dnue", 1, prefix=True),))
    assert ask(Engine(), sure, typo) == sure
    assert ask(Engine(), sure) == READY
    assert ask(Engine(), sure, replace(DUNE, text="")).correction is None

    assert ask(Engine(EngineUnreachable("down")), sure) == sure


def test_a_filter_is_never_answered_from_what_all_share() -> None:
    """The engine has to be asked; where it is down, that is an error."""
    query = replace(DUNE, filter=Exists("title"))
    assert ask(Engine(), READY, query) == ASKED
    with pytest.raises(EngineUnreachable):
        ask(Engine(EngineUnreachable("down")), READY, query)


@pytest.mark.parametrize("error", [EngineUnreachable("down"), EngineTimeout("slow")])
def test_an_engine_that_is_down(error: Exception) -> None:
    """What is ready is all there is, even nothing; without a file it is an error."""
    assert ask(Engine(error), READY) == READY
    assert ask(Engine(error), NONE) == NONE
    with pytest.raises(type(error)):
        ask(Engine(error), None)


def test_an_engine_that_answers_nonsense_is_told() -> None:
    """That is our fault or its own, and not hidden."""
    with pytest.raises(EngineError):
        ask(Engine(EngineError("nonsense")), NONE)


def test_what_was_meant_is_told_where_it_has_hits() -> None:
    """Only where nothing that was found reads as typed."""
    typo = replace(DUNE, text="Dnue me", terms=(Term("dnue", 1), Term("me", 0, prefix=True)))
    assert ask(Engine(), None, typo).correction == "dune me"
    assert ask(Engine(total=0), None, typo).correction is None
    engine = Engine()
    assert ask(engine, None).correction is None
    assert engine.asked == [DUNE]
