"""Small definitions and documents, and engines filled with them, for tests of any layer."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import orjson

from searchsvc.domain.definition import Boost, Field, FieldType, IndexDefinition
from searchsvc.domain.document import Delete, Document, Write, WriteResult, digest
from searchsvc.domain.index import IndexVersion, Recipe
from searchsvc.domain.query import SearchQuery, SuggestQuery, Term
from searchsvc.ports import IndexStore, IndexWriter, SearchEngine
from searchsvc.search.words import words

INDEX = "products"
START = datetime(2026, 8, 23, 10, 15, tzinfo=UTC)

PRODUCTS = IndexDefinition(
    INDEX,
    (
        Field("name", FieldType.TEXT, weight=8.0, suggest=True, highlight=True, sort=True),
        Field("brand", FieldType.KEYWORD, weight=4.0, suggest=True, facet=True, sort=True),
        Field("sku", FieldType.ID, weight=20.0),
        Field("description", FieldType.TEXT, weight=1.0, snippet=8),
        Field("tags", FieldType.KEYWORD, facet=True),
        Field("price", FieldType.NUMBER, facet=True, sort=True),
        Field("in_stock", FieldType.BOOL, facet=True, sort=True),
        Field("added", FieldType.DATE, sort=True),
        Field("notes", FieldType.TEXT, stored=True),
        Field("cost", FieldType.NUMBER, hidden=True),
        Field("extra", FieldType.JSON),
    ),
)


def version(number: int = 1, index: str = INDEX) -> IndexVersion:
    """A version of an index; a greater number is a later one."""
    return IndexVersion.new(index, START, number)


def document(id: str, version: int = 1, /, **values: object) -> Document:
    """A document with the source and digest that its values give."""
    source = orjson.dumps(values, default=_plain)
    return Document(id, version, values, source, digest(source))


def _plain(value: object) -> object:
    """What JSON holds for a value that it has no type for."""
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value) if isinstance(value, Decimal) else repr(value)


def query(text: str = "", **options: object) -> SearchQuery:
    """A query for the words of `text`, none of them forgiven a typo; `index` is INDEX."""
    terms = options.pop("terms", None) or tuple(Term(word) for word in words(text))
    return SearchQuery(options.pop("index", INDEX), text=text, terms=terms, **options)


def typed(text: str, typos: int = 0) -> tuple[Term, ...]:
    """The words of `text`, the last of them unfinished, all of them forgiven `typos`."""
    found = words(text)
    return tuple(Term(w, typos, prefix=n == len(found)) for n, w in enumerate(found, 1))


def suggestion(text: str, typos: int = 0, limit: int = 8) -> SuggestQuery:
    """What a search box asks after `text` was typed."""
    return SuggestQuery(INDEX, text, typed(text, typos), limit)


def boosted(*boosts: Boost) -> IndexDefinition:
    """PRODUCTS with boosts."""
    return IndexDefinition(INDEX, PRODUCTS.fields, boosts=boosts)


@dataclass(frozen=True)
class Engines:
    """Both ports of one engine, on the same versions.

    An engine that `is_transactional` discards what was not committed, and looks before it writes:
    so it knows what is unchanged. One that `knows_its_words` corrects only to commoner ones.
    """

    store: IndexStore
    search: SearchEngine
    is_transactional: bool = True
    knows_its_words: bool = True

    def create(
        self, number: int = 1, definition: IndexDefinition = PRODUCTS, code: str = ""
    ) -> IndexVersion:
        """A new empty version."""
        made = version(number, definition.name)
        self.store.create(made, Recipe(definition, {"code": code} if code else {}))
        return made

    def write(self, to: IndexVersion, *writes: Write, append: bool = False) -> list[WriteResult]:
        """Write and commit."""
        with self.store.writer(to, append=append) as writer:
            return committed(writer, *writes)

    def serve(
        self, *documents: Document, definition: IndexDefinition = PRODUCTS, number: int = 1
    ) -> IndexVersion:
        """A live version that holds `documents`."""
        made = self.create(number, definition)
        assert {r.outcome for r in self.write(made, *documents)} <= {"indexed"}
        self.store.swap(made)
        return made

    def ids(self, of: IndexVersion) -> list[str]:
        """Every id of the version, sorted."""
        return sorted(id for batch in self.store.ids(of) for id in batch)


def committed(writer: IndexWriter, *writes: Write) -> list[WriteResult]:
    """Write and commit; one result per write, in their order."""
    by_id: dict[str, deque[WriteResult]] = {}
    for result in (*writer.write(writes), *writer.commit()):
        by_id.setdefault(result.id, deque()).append(result)
    results = [by_id[write.id].popleft() for write in writes]
    assert not any(by_id.values()), "more results than writes"
    return results


def outcomes(results: Iterable[WriteResult]) -> list[str]:
    """What became of each write."""
    return [result.outcome.value for result in results]


def deletes(ids: Sequence[str], version: int) -> list[Delete]:
    """A delete of each id."""
    return [Delete(id, version) for id in ids]
