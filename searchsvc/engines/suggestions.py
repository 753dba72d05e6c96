"""What a suggestion shows: which text of a document matched, and its highlight."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from searchsvc.domain.definition import Field, IndexDefinition
from searchsvc.domain.query import Term
from searchsvc.domain.result import Bucket, HitSuggestion, ValueSuggestion
from searchsvc.engines.marks import as_text, find, needles
from searchsvc.engines.terms import Group
from searchsvc.search.highlight import Span, highlight

OVERSAMPLE = 4  # documents fetched per suggestion wanted, since texts repeat

Counts = Callable[[Field, Sequence[Group]], Iterable[Bucket]]


def as_spelt(terms: Iterable[Term]) -> list[Term]:
    """The terms with no typo forgiven."""
    return [replace(term, typos=0) for term in terms]


def values(
    fields: Iterable[Field],
    groups: Sequence[Group],
    definition: IndexDefinition,
    counts: Counts,
    limit: int,
) -> list[ValueSuggestion]:
    """The commonest values of `fields` in which every group matches.

    `counts` gives a field's values among the documents that match in it, commonest first; other
    values of those documents may be among them.
    """
    if not groups:
        return []
    found = []
    for field in fields:
        for bucket in counts(field, groups):
            text = str(bucket.value)
            spans = spans_of_all(text, field, groups, definition)
            if spans:
                shown = highlight(text, spans)
                found.append(ValueSuggestion(field.name, text, bucket.count, shown))
    return sorted(found, key=lambda value: (-value.count, value.value))[:limit]


def spans_of_all(
    text: str, field: Field, groups: Sequence[Group], definition: IndexDefinition
) -> list[Span]:
    """Where the groups match in `text`; nothing unless each of them does."""
    spans: list[Span] = []
    for group in groups:
        found = find(text, needles(field, (group,), definition))
        if not found:
            return []
        spans += found
    return spans


def hit(
    id: str,
    source: Mapping[str, object],
    fields: Iterable[Field],
    groups: Sequence[Group],
    definition: IndexDefinition,
) -> HitSuggestion | None:
    """The suggestion of one document: the text that holds every group, or else any of them."""
    partial: HitSuggestion | None = None
    for field in fields:
        for text in _texts(source.get(field.name)):
            spans = spans_of_all(text, field, groups, definition)
            if spans:
                return HitSuggestion(id, field.name, text, highlight(text, spans))
            spans = find(text, needles(field, groups, definition))
            if spans and partial is None:
                partial = HitSuggestion(id, field.name, text, highlight(text, spans))
    return partial


def _texts(value: object) -> list[str]:
    many = value if isinstance(value, list) else [value]
    return [as_text(one) for one in many if one is not None]


def distinct(hits: Iterable[HitSuggestion | None], limit: int) -> list[HitSuggestion]:
    """The first `limit` hits, of those that read alike only the best."""
    seen: dict[str, HitSuggestion] = {}
    for one in hits:
        if one is not None:
            seen.setdefault(one.text.casefold(), one)
    return list(seen.values())[:limit]
