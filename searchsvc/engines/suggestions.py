"""What a suggestion shows: which text of a document matched, and its highlight."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from searchsvc.domain.definition import Field, IndexDefinition
from searchsvc.domain.query import Term
from searchsvc.domain.result import Bucket, HitSuggestion, ValueSuggestion
from searchsvc.engines.marks import Needles, as_text, find, needles
from searchsvc.engines.terms import Group
from searchsvc.search.highlight import Span, highlight

OVERSAMPLE = 4  # documents fetched per suggestion wanted, since texts repeat

Counts = Callable[[Field], Iterable[Bucket]]


def as_spelt(terms: Iterable[Term]) -> list[Term]:
    """The terms with no typo forgiven."""
    return [replace(term, typos=0) for term in terms]


class Matcher:
    """Finds groups in the texts of `fields`; what to look for is settled once per query."""

    def __init__(
        self, fields: Iterable[Field], groups: Sequence[Group], definition: IndexDefinition
    ) -> None:
        self._fields = [
            (field, [needles(field, (group,), definition) for group in groups]) for field in fields
        ]

    def values(self, counts: Counts, limit: int) -> list[ValueSuggestion]:
        """The commonest values in which every group matches.

        `counts` gives a field's values among the documents that match in it, commonest first;
        other values of those documents may be among them.
        """
        found: list[ValueSuggestion] = []
        for field, wanted in self._fields:
            matching = (
                ValueSuggestion(field.name, str(b.value), b.count, highlight(str(b.value), spans))
                for b in counts(field)
                if (spans := _spans_of_all(str(b.value), wanted))
            )
            found += islice(matching, limit)
        return sorted(found, key=lambda value: (-value.count, value.value))[:limit]

    def hit(self, id: str, source: Mapping[str, object]) -> HitSuggestion | None:
        """The suggestion of one document: the text that holds every group, or else any.

        The first text stands for a document of which only a hidden field matched.
        """
        partial: HitSuggestion | None = None
        first: HitSuggestion | None = None
        for field, wanted in self._fields:
            for text in _texts(source.get(field.name)):
                spans = _spans_of_all(text, wanted)
                if spans:
                    return HitSuggestion(id, field.name, text, highlight(text, spans))
                some = [span for one in wanted for span in find(text, one)]
                one = HitSuggestion(id, field.name, text, highlight(text, some))
                first = first or one
                partial = partial or (one if some else None)
        return partial or first


def _spans_of_all(text: str, wanted: Iterable[Needles]) -> list[Span]:
    """Where the groups match in `text`; nothing unless each of them does."""
    spans: list[Span] = []
    for one in wanted:
        found = find(text, one)
        if not found:
            return []
        spans += found
    return spans


def _texts(value: object) -> list[str]:
    many = value if isinstance(value, list) else [value]
    return [as_text(one) for one in many if one is not None]


def distinct(hits: Iterable[HitSuggestion | None], limit: int) -> list[HitSuggestion]:
    """The first `limit` hits, of those that read alike only the best; no more are looked at."""
    seen: dict[str, HitSuggestion] = {}
    for one in hits:
        if one is not None:
            seen.setdefault(one.text.casefold(), one)
        if len(seen) >= limit:
            break
    return list(seen.values())
