"""Completes from the prefix files of live versions: what the search service asks first."""

from dataclasses import replace
from pathlib import Path

from searchsvc.domain.definition import IndexDefinition
from searchsvc.domain.index import IndexVersion
from searchsvc.domain.query import SuggestQuery
from searchsvc.domain.result import (
    HitSuggestion,
    QuerySuggestion,
    SuggestResult,
    ValueSuggestion,
)
from searchsvc.suggestions.entries import Entry, Kind
from searchsvc.suggestions.files import PrefixFiles
from searchsvc.suggestions.keys import typed_key
from searchsvc.suggestions.layout import MOST
from searchsvc.suggestions.reader import Found
from searchsvc.suggestions.shown import marked, put_right


class Completer:
    """Implements ports.Completions over the files in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._files = PrefixFiles(folder)

    def complete(
        self, query: SuggestQuery, version: IndexVersion, definition: IndexDefinition
    ) -> SuggestResult | None:
        file = self._files.of(version)
        if file is None:
            return None
        key = typed_key(query.text)
        letters = len(key.replace(" ", ""))
        found = file.complete(key, edits=letters >= query.forgiving_from)
        made = _result(found, query, version, _strict(found, definition))
        return made if not found.edited else replace(made, correction=_correction(found, made))


def _strict(found: Found, definition: IndexDefinition) -> frozenset[str]:
    """The fields of which nothing is suggested that is not typed right."""
    return frozenset(definition.typo.off_for) if found.edited else frozenset()


def _result(
    found: Found, query: SuggestQuery, version: IndexVersion, strict: frozenset[str]
) -> SuggestResult:
    best = {kind: _best(found, kind, query, strict) for kind in Kind}
    shown = {
        kind: [
            (one if query.scopes else replace(one, scope=None), marked(one.text, found.meant))
            for one in entries
        ]
        for kind, entries in best.items()
    }
    return SuggestResult(
        version,
        tuple(
            ValueSuggestion(one.field, one.text, one.count, html, one.scope)
            for one, html in shown[Kind.VALUE]
        ),
        tuple(HitSuggestion(one.id, one.field, one.text, html) for one, html in shown[Kind.HIT]),
        tuple(QuerySuggestion(one.text, html, one.scope) for one, html in shown[Kind.QUERY]),
    )


def _best(found: Found, kind: Kind, query: SuggestQuery, strict: frozenset[str]) -> list[Entry]:
    """The first of each document; nothing else has an id. What people search for is no field's."""
    enough = query.limit if kind is not Kind.HIT else 2 * query.limit
    is_chosen = bool(strict) or query.fields is not None
    distinct: dict[str | int, Entry] = {}
    for number, entry in enumerate(found.entries(kind, MOST if is_chosen else enough)):
        is_wanted = kind is Kind.QUERY or query.fields is None or entry.field in query.fields
        if is_wanted and entry.field not in strict:
            distinct.setdefault(entry.id or number, entry)
    return list(distinct.values())[: query.limit]


def _correction(found: Found, made: SuggestResult) -> str | None:
    """What the best suggestion has in the place of what was typed."""
    best = [one.text for one in made.queries[:1]]
    best += [one.value for one in made.values[:1]]
    best += [one.text for one in made.hits[:1]]
    return next((put_right(text, found.meant) or None for text in best), None)
