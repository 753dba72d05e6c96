"""Answers what is suggested: from what is kept ready where all may see it, else by the engine."""

from collections.abc import Collection
from dataclasses import replace

from searchsvc.domain.query import SearchQuery, SuggestQuery, Term
from searchsvc.domain.result import LiveIndex, SuggestResult
from searchsvc.errors import EngineTimeout, EngineUnreachable
from searchsvc.ports import Completions, SearchEngine
from searchsvc.search.correction import offered
from searchsvc.search.folding import tokens
from searchsvc.search.forced import NOTHING_FORCED, Forced


async def suggested(
    query: SuggestQuery,
    live: LiveIndex,
    engine: SearchEngine,
    completions: Completions | None,
    forced: Forced = NOTHING_FORCED,
) -> SuggestResult:
    """Completions with the correction of what was typed. Raises an engine's error.

    What is kept ready knows no filter, so it answers none that has one. Where the engine is down
    it is all there is.
    """
    ready = None
    if completions is not None and query.filter is None:
        ready = completions.complete(query, live.version, live.definition)
    try:
        if ready is not None and ready.correction and not await _misspelt(query, engine):
            return replace(ready, correction=None)
        if ready or (ready is not None and not query.terms):
            return ready
        found = await engine.suggest(query)
        return replace(found, correction=await _correction(query, found, engine, forced))
    except (EngineUnreachable, EngineTimeout):
        if ready is None:
            raise
        return ready


async def _correction(
    query: SuggestQuery, found: SuggestResult, engine: SearchEngine, forced: Forced
) -> str | None:
    """What was probably meant where nothing found reads as typed; only a text that has hits."""
    texts = [one.value for one in found.values] + [one.text for one in found.hits]
    if not any(term.typos for term in query.terms):
        return None
    if any(_reads_so(query.terms, tokens(text)) for text in texts):
        return None
    asked = SearchQuery(query.index, query.text, query.terms, filter=query.filter)
    return await offered(asked, await engine.unknown(asked), engine, forced)


async def _misspelt(query: SuggestQuery, engine: SearchEngine) -> bool:
    """Whether the index lacks a word; it has some that nothing suggested has, such as ids."""
    # What is like a word is not asked for: to find that takes ten times as long.
    terms = tuple(replace(term, typos=0) for term in query.terms)
    return bool(await engine.unknown(SearchQuery(query.index, query.text, terms)))


def _reads_so(terms: Collection[Term], words: Collection[str]) -> bool:
    """Whether every term is a word of a text; an unfinished one begins a word."""
    said = set(words)
    return all(
        any(word.startswith(one) for word in said) if term.prefix else one in said
        for term in terms
        for one in tokens(term.text)
    )
