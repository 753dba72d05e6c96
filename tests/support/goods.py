"""The products of the scenarios on the memory engine, and what people search them for."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from searchsvc.definitions.mappings import read_mapping
from searchsvc.domain.definition import IndexDefinition
from searchsvc.domain.document import Document, digest
from searchsvc.domain.index import IndexVersion, Recipe
from searchsvc.domain.query import SuggestQuery
from searchsvc.domain.result import QuerySuggestion, Scope, SuggestResult
from searchsvc.engines.memory import MemoryEngine, MemoryStore
from searchsvc.indexing.converters import compile_converters
from tests.support.app import app_for

_FOLDER = Path(__file__).resolve().parents[1] / "scenarios" / "products"
_QUERIES: Mapping[str, Scope | None] = {
    "phone": Scope("categories", "Electronics > Phones", 4),
    "phone case": None,
    "running shoes": Scope("categories", "Sport", 3),
}


class PopularQueries:
    """What is suggested of what people search for: texts that begin as typed."""

    def complete(
        self, query: SuggestQuery, version: IndexVersion, _: IndexDefinition
    ) -> SuggestResult:
        """Of any version."""
        typed = query.text.strip().lower()
        found = [
            QuerySuggestion(text, f"<mark>{typed}</mark>{text[len(typed) :]}", scope)
            for text, scope in _QUERIES.items()
            if text.startswith(typed)
        ]
        return replace(SuggestResult(version, (), ()), queries=tuple(found[: query.limit]))


def goods(definition: IndexDefinition) -> list[Document]:
    """The 14 products, through the converters that every row goes through."""
    convert = compile_converters(definition)
    made = []
    for line in (_FOLDER / "documents.jsonl").read_text(encoding="utf-8").splitlines():
        row: dict[str, Any] = orjson.loads(line)
        id = row.pop("id")
        values, source = convert(row)
        made.append(Document(id, 1, values, source, digest(source)))
    return made


def create_goods_app() -> Any:
    """The app of one worker."""
    definition = read_mapping(_FOLDER / "mapping.yaml")
    store = MemoryStore()
    version = IndexVersion.new(definition.name, datetime(2026, 8, 23, tzinfo=UTC), 1)
    store.create(version, Recipe(definition))
    with store.writer(version) as writer:
        writer.write(goods(definition))
        writer.commit()
    store.swap(version)
    return app_for(store, MemoryEngine(store), definition, completions=PopularQueries())
