"""Which words of a query a server holds in no form, and which of its words they may stand for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from searchsvc.domain.definition import Field
from searchsvc.domain.query import SearchQuery, Term
from searchsvc.domain.result import UnknownWord
from searchsvc.engines.analysis import tokens
from searchsvc.engines.clauses import one_by_one
from searchsvc.engines.elastic.filters import Native
from searchsvc.engines.elastic.plan import Plan
from searchsvc.engines.elastic.query import Group, Words, group
from searchsvc.engines.elastic.response import Answer, Found
from searchsvc.engines.marks import as_text
from searchsvc.engines.terms import forgives_typos
from searchsvc.search.typos import corrections
from searchsvc.search.widening import cuts

_OPTIONS = 10  # words that the server proposes for each field, the nearest first


def single_words(terms: Iterable[Term]) -> list[tuple[Term, Group]]:
    """The terms that are one word each."""
    cut = ((term, group(term)) for term in terms)
    return [(term, one) for term, one in cut if one is not None and len(one.words) == 1]


def is_doubtful(
    found: Sequence[Found], terms: Iterable[Term], plan: Plan, fields: Sequence[Field]
) -> bool:
    """Whether a word of the query may be unknown: it is not in the best hit, in any form.

    Documents with the words as typed come first, so one hit tells enough.
    """
    wanted = single_words(terms)
    if not wanted or not found:
        return bool(wanted)
    held: Mapping[str, object] = orjson.loads(found[0].held.json)
    words = {word for field in fields for word in tokens(as_text(held.get(field.name)))}
    # Most words are written as typed: to stem a whole document costs more than all else here.
    missing = [one for _, one in wanted if not _begins(one, words)]
    stems = {stem for word in words for stem in plan.stems(word)} if missing else frozenset()
    return any(stems.isdisjoint(plan.stems(one.words[0])) for one in missing)


def _begins(wanted: Group, words: set[str]) -> bool:
    """Whether the word is there as typed, or the beginning of one."""
    (typed,) = wanted.words
    return typed in words or (wanted.prefix and any(word.startswith(typed) for word in words))


def body(wanted: Group, plan: Plan, fields: Sequence[Field]) -> Native:
    """Asks whether any document holds a word in some form, and for words that are like it."""
    asked = _any_with(replace(wanted, typos=0), plan, fields)
    similar = [f for f in fields if wanted.typos and forgives_typos(f, plan.definition)]
    if not similar:
        return asked
    suggest = {plan.of(field).words: _similar(wanted, plan.of(field).words) for field in similar}
    return {**asked, "suggest": suggest}


def bodies_apart(
    found: Iterable[UnknownWord], plan: Plan, fields: Sequence[Field]
) -> dict[tuple[str, str], Native]:
    """Asks, for each unknown word and each text of it cut in two, whether a document holds that.

    One by one, since all of them in one query could be more clauses than a server takes.
    """
    written = ((one.word, Term(" ".join(parts))) for one in found for parts in cuts(one.word))
    return {
        (word, term.text): _any_with(held, plan, fields)
        for word, term in written
        if (held := group(term)) is not None
    }


def _any_with(wanted: Group, plan: Plan, fields: Sequence[Field]) -> Native:
    query = SearchQuery(plan.definition.name)
    return {
        "query": Words(plan, query, one_by_one([wanted]), fields).matching,
        "size": 0,
        "terminate_after": 1,
        "track_total_hits": True,
    }


def _similar(wanted: Group, name: str) -> dict[str, Any]:
    options = {
        "field": name, "size": _OPTIONS, "suggest_mode": "always", "sort": "score",
        "max_edits": wanted.typos, "prefix_length": 1, "min_word_length": len(wanted.words[0]),
    }  # fmt: skip
    return {"text": wanted.words[0], "term": options}


def unknown(
    wanted: Iterable[tuple[Term, Group]], answered: Iterable[Answer]
) -> tuple[UnknownWord, ...]:
    """The words that no document holds, from what was answered for each."""
    return tuple(
        UnknownWord(term.text, _nearest(one, answer))
        for (term, one), answer in zip(wanted, answered, strict=True)
        if not answer.total
    )


def with_apart(
    found: Iterable[UnknownWord],
    asked: Iterable[tuple[str, str]],
    answered: Iterable[Answer],
) -> tuple[UnknownWord, ...]:
    """The unknown words with what documents hold of them in two words."""
    held = [pair for pair, answer in zip(asked, answered, strict=True) if answer.total]
    return tuple(
        replace(one, apart=tuple(text for word, text in held if word == one.word)) for one in found
    )


def _nearest(wanted: Group, answer: Answer) -> str | None:
    frequencies: dict[str, int] = {}
    for entries in answer.suggest.values():
        for option in (option for entry in entries for option in entry.options):
            frequencies[option.text] = max(option.freq, frequencies.get(option.text, 0))
    found = corrections(wanted.words[0], wanted.typos, frequencies, limit=1)
    return found[0].word if found else None
