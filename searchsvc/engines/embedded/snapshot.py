"""One version opened for searching, and what changes in it with each commit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

from tantivy import Index, Query, Schema, Searcher

from searchsvc.domain.definition import Field, IndexDefinition
from searchsvc.domain.index import IndexVersion
from searchsvc.domain.result import LiveIndex
from searchsvc.engines.embedded.analyzers import register
from searchsvc.engines.embedded.directories import VersionDirectory, damaged
from searchsvc.engines.embedded.schema import Physical, physical
from searchsvc.engines.embedded.tantivy_errors import is_tantivys
from searchsvc.engines.embedded.vocabulary import Vocabulary
from searchsvc.engines.languages import stemmers
from searchsvc.engines.settled import Settled
from searchsvc.engines.terms import Expansion, Letter

# Fields with what each counts; they may weigh otherwise for another purpose.
Weights: TypeAlias = tuple[tuple[str, float], ...]

_MOST_COMPILED = 1000


class Plan(Settled):
    """The tantivy fields of a definition by our names, and which of them hold words."""

    def __init__(self, definition: IndexDefinition) -> None:
        super().__init__(definition)
        self.fields: dict[str, Physical] = {one.field.name: one for one in physical(definition)}
        worded = [one for one in self.fields.values() if one.words]
        self.word_fields = [one.words for one in worded]
        self.word_numbers = {one.field.name: number for number, one in enumerate(worded)}

    def of(self, field: Field) -> Physical:
        """The tantivy fields of `field`."""
        return self.fields[field.name]


class Compiled:
    """The queries that expansions were compiled to, since the same words are asked for again."""

    def __init__(self) -> None:
        self._queries: dict[tuple[int, Weights], tuple[Expansion, Query]] = {}

    def get(self, expansion: Expansion, fields: Weights, make: Callable[[], Query]) -> Query:
        """The query of `expansion` in `fields`, made where it is not there yet."""
        key = id(expansion), fields
        if key not in self._queries:
            if len(self._queries) >= _MOST_COMPILED:
                self._queries.clear()
            # With the expansion, so that no other one gets its id.
            self._queries[key] = expansion, make()
        return self._queries[key][1]


@dataclass(frozen=True)
class Snapshot:
    """A version as of one commit. A search holds one to its end, so a page never mixes two."""

    version: IndexVersion
    plan: Plan
    index: Index
    searcher: Searcher
    vocabulary: Vocabulary
    commit: int = 0
    compiled: Compiled = field(default_factory=Compiled)

    @property
    def definition(self) -> IndexDefinition:
        """What the version was built from."""
        return self.plan.definition

    @cached_property
    def live(self) -> LiveIndex:
        """The version; another object after each commit, so that answers of before are told."""
        return LiveIndex(self.version, self.definition)

    @cached_property
    def schema(self) -> Schema:
        """Tantivy's schema, which every query needs."""
        return self.index.schema

    @cached_property
    def documents(self) -> int:
        """How many documents there are."""
        return self.searcher.num_docs

    def count(self, query: Query) -> int:
        """How many documents match."""
        found = self.searcher.search(query, 1)
        return int(found.count)  # type: ignore[attr-defined]  # the library's stubs forget it

    def letter(self, first: str) -> Letter:
        """The vocabulary's words that begin with `first`."""
        return self.vocabulary.letter(first, self.searcher, self.commit)

    def side_by_side(self, words: Sequence[str]) -> bool:
        """Whether a searched field of a document has these words one after another."""
        names = [self.plan.of(field).words for field in self.plan.searched(None)]
        found = (Query.phrase_query(self.schema, name, list(words)) for name in names)
        return any(self.count(query) for query in found)

    def has_seen(self, first: str) -> bool:
        """Whether `letter` tells all of this commit's words, and not of an earlier one's."""
        return self.vocabulary.is_current(first, self.commit)

    def renewed(self) -> "Snapshot":
        """The same version as of its last commit. Raises EngineError."""
        try:
            self.index.reload()
            searcher = self.index.searcher()
            return replace(self, searcher=searcher, commit=self.commit + 1, compiled=Compiled())
        except BaseException as error:
            if is_tantivys(error):
                raise damaged(self.version, error) from error
            raise


def open_snapshot(directory: VersionDirectory) -> Snapshot:
    """Opens a version. Raises UnknownVersion, or EngineError where it cannot be read."""
    definition = directory.card().definition
    index = open_index(directory)
    plan = Plan(definition)
    vocabulary = Vocabulary(plan.word_fields, stemmers(definition))
    return Snapshot(directory.version, plan, index, index.searcher(), vocabulary)


def open_index(directory: VersionDirectory) -> Index:
    """Tantivy's index of a version, its tokenizers registered. Raises EngineError."""
    try:
        return _opened(directory.tantivy)
    except BaseException as error:
        if is_tantivys(error):
            raise damaged(directory.version, error) from error
        raise


def _opened(path: Path) -> Index:
    # is_compatible first: tantivy may panic on the files of another release.
    if not Index.is_compatible(str(path)):
        raise ValueError("its files are of another tantivy release")
    index = Index.open(str(path))
    # We look for commits ourselves; tantivy's watcher would need a thread for each version.
    index.config_reader("manual")
    register(index)
    index.reload()
    return index
