"""Every seam of searchsvc on one page: what each part needs of the world, as Protocols.

Sources, index stores and state stores block (batch work in one thread); search engines are async.
"""

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeAlias

from searchsvc.domain.access import ApiKey
from searchsvc.domain.curation import Curation, CurationFile, CurationKind
from searchsvc.domain.definition import IndexDefinition
from searchsvc.domain.document import Mark, Tally, Write, WriteResult
from searchsvc.domain.index import IndexVersion, Recipe, VersionInfo
from searchsvc.domain.judgment import Comparison, Judgment, JudgmentCounts, JudgmentSet
from searchsvc.domain.query import FacetSearch, SearchQuery, SuggestQuery
from searchsvc.domain.result import (
    DocumentResult,
    FacetValues,
    Frequencies,
    LiveIndex,
    SearchResult,
    SuggestResult,
    UnknownWord,
)
from searchsvc.domain.run import (
    Checkpoint,
    Counts,
    DeadLetter,
    Lease,
    Run,
    RunKind,
    RunProgress,
    RunStatus,
)

# --- where rows come from ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SourceTime:
    """One reading of the database's clock, in µs since 1970 UTC.

    Every change committed later is dated `safe` or later: that is saved as the next watermark.
    """

    now: int
    safe: int


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one read, by id in key order; values are plain Python, joins are attached by name.

    `read_at` is the database time of the read in µs: the version of every write made from it.
    `marks` has the mark of every row.
    """

    by_id: dict[str, Mapping[str, object]]
    read_at: int
    marks: Mapping[str, Mark] = field(default_factory=dict)

    @property
    def last(self) -> str | None:
        """The id to continue after, None when nothing was read."""
        return next(reversed(self.by_id), None) if self.by_id else None


class RowSource(Protocol):
    """The rows of one indexer. Ids are strings; the source turns them into keys and back.

    Raises SourceUnreachable, or SourceError with the indexer's file where a statement is refused.
    """

    @property
    def sees_transactions(self) -> bool:
        """Whether `time().safe` stays behind every open transaction, so that little overlaps."""
        ...

    def time(self) -> SourceTime: ...

    def page(self, after: str | None, limit: int) -> Rows:
        """The next `limit` rows by key; fewer only at the end."""
        ...

    def rows(self, ids: Sequence[str]) -> Rows:
        """The rows of these ids; those that are gone are absent."""
        ...

    def changed(self, since: int) -> Iterator[Sequence[str]]:
        """Ids changed at or after `since` (µs), in batches; ids may repeat, gone ones may be in."""
        ...

    def existing(self, ids: Sequence[str]) -> set[str]:
        """Which of these ids still have a row; reads keys only."""
        ...

    def count(self) -> int:
        """How many rows there are, hidden ones too."""
        ...

    def span(self) -> tuple[int, int]:
        """Bounds within which every row's slot lies; (0, 0) without rows."""
        ...

    def tallies(self, width: int) -> Mapping[int, Tally]:
        """Count and checksum of each bucket's rows, hidden ones left out, summed in the database.

        Bucket n holds the slots from `n * width` to `(n + 1) * width - 1`; empty ones are absent.
        """
        ...

    def checksums(self, width: int, buckets: Sequence[int]) -> Iterator[Mapping[str, int]]:
        """The checksum of each row of these buckets by id, hidden ones left out, in batches."""
        ...

    def columns(self) -> Mapping[str, str]:
        """The names of the columns that a row has (joins too) and the database's type of each.

        Runs every statement of the indexer once, without reading a row.
        """
        ...

    def check_plans(self) -> None:
        """Raises SourceError for a statement that would go through a large table for every page."""
        ...

    def close(self) -> None: ...


# --- the write side of an engine -----------------------------------------------------------------


class IndexWriter(Protocol):
    """Writes into one version; nothing is found for certain, or durable, before `commit`.

    An engine without transactions may show earlier what it has acknowledged, and keeps it when
    the block is left without `commit`: harmless, since every write is a whole document of one
    read, and versions decide.
    """

    def write(self, writes: Sequence[Write]) -> list[WriteResult]:
        """The results that are known by now, of these writes and of earlier ones.

        Writes may still be under way when this returns. Results of one id come in the order of
        its writes. A write whose version is below the stored one's is `stale`; a document equal
        in digest is `unchanged`, or `indexed` again by an engine that would have to look first;
        a document that the engine refuses is `dead` and harms no other.
        """
        ...

    def commit(self, *, found: bool = True) -> list[WriteResult]:
        """The results still owed; afterwards every write is durable and, with `found`, found.

        To be found costs some engines much, and nobody searches a version that is being built.
        """
        ...


class IndexStore(Protocol):
    """Versions of indexes and the alias that says which one answers."""

    def create(self, version: IndexVersion, recipe: Recipe) -> None:
        """An empty version, which keeps its recipe."""
        ...

    def recipe(self, version: IndexVersion) -> Recipe:
        """What the version was made from. Raises UnknownVersion, or EngineError if unreadable."""
        ...

    def restate(self, version: IndexVersion, recipe: Recipe) -> None:
        """Put a recipe of the same hash in the place of the version's own; searches follow it."""
        ...

    def writer(
        self, version: IndexVersion, *, append: bool = False
    ) -> AbstractContextManager[IndexWriter]:
        """The only writer of that version; leaving the block without `commit` discards, if it can.

        `append` promises that no id has been written to this version before: nothing is looked up.
        """
        ...

    def versions(self, index: str) -> list[VersionInfo]:
        """Oldest first, unfinished ones too."""
        ...

    def live(self, index: str) -> IndexVersion | None: ...

    def swap(self, version: IndexVersion) -> None:
        """Point the alias at `version` in one atomic step."""
        ...

    def drop(self, version: IndexVersion) -> None:
        """Delete a version that is not live; one that is gone already is no error."""
        ...

    def count(self, version: IndexVersion) -> int: ...

    def digests(self, version: IndexVersion, ids: Sequence[str]) -> dict[str, int]:
        """The digest of each of these documents; absent ones are left out."""
        ...

    def sources(self, version: IndexVersion, ids: Sequence[str]) -> dict[str, bytes]:
        """The JSON of each of these documents, without hidden fields; absent ones are left out."""
        ...

    def ids(self, version: IndexVersion) -> Iterator[Sequence[str]]:
        """Every id once, in batches, from one snapshot."""
        ...

    def tallies(self, version: IndexVersion, width: int) -> Mapping[int, Tally]:
        """Count and checksum of the documents of each bucket of slots, as RowSource counts rows."""
        ...

    def checksums(
        self, version: IndexVersion, width: int, buckets: Sequence[int]
    ) -> Iterator[Mapping[str, int]]:
        """The checksum of each document of these buckets by id, in batches."""
        ...

    def close(self) -> None: ...


# --- the read side of an engine ------------------------------------------------------------------

Search: TypeAlias = Callable[[SearchQuery], Awaitable[SearchResult]]


class SearchEngine(Protocol):
    """Answers from live versions. Raises EngineError, EngineUnreachable or EngineTimeout."""

    def live(self, index: str) -> LiveIndex | None:
        """The version that would answer now; cheap enough to call on every request."""
        ...

    async def opened(self, version: IndexVersion) -> LiveIndex:
        """That version, live or not, with its definition. Raises UnknownVersion."""
        ...

    async def search(self, query: SearchQuery) -> SearchResult:
        """Raises NotServing when the index has no live version, UnknownVersion for another.

        While its version does not change, pages that go on from `last` to `last` show every hit
        once. By fields, a document whose values stay is shown once whatever happens to others;
        by score, others that change move it a little.
        """
        ...

    async def unknown(self, query: SearchQuery) -> tuple[UnknownWord, ...]:
        """The words of a query that no document holds: not as typed, inflected or completed."""
        ...

    async def suggest(self, query: SuggestQuery) -> SuggestResult: ...

    async def facet_values(self, query: FacetSearch) -> FacetValues:
        """Values of one facet, counted as `search` counts them."""
        ...

    async def document(self, index: str, id: str) -> DocumentResult | None: ...

    async def frequencies(
        self, version: IndexVersion, words: Mapping[str, Collection[str]]
    ) -> Frequencies:
        """Of these words by field; what is no word, or in no document, may be left out.

        Raises UnknownVersion.
        """
        ...

    async def close(self) -> None: ...


class Completions(Protocol):
    """Completions that need no engine, of what all callers may see: never under a filter."""

    def complete(
        self, query: SuggestQuery, version: IndexVersion, definition: IndexDefinition
    ) -> SuggestResult | None:
        """Of that version, and empty where none is known; None where it has none yet.

        Cheap enough to call on every request.
        """
        ...


# --- what people say of queries ------------------------------------------------------------------


class Curated(Protocol):
    """The synonyms and rules that searches go by."""

    def of(self, live: LiveIndex) -> Curation:
        """What holds for searches of that version; cheap enough to call on every request."""
        ...

    def problems(self, index: str) -> list[str]:
        """Why a file is not used as it lies; what was read before it is used in its place."""
        ...


class Curations(Curated, Protocol):
    """The synonyms and rules of each index, as their files say now."""

    def file(self, index: str, kind: CurationKind) -> CurationFile:
        """One file of a defined index as it lies; blocks while it is read. Raises FileError."""
        ...

    def put(
        self, index: str, kind: CurationKind, text: str, by: str, expected: Collection[str] = ()
    ) -> CurationFile:
        """Put `text` in the place of the file's, in use from then on, and note who did so.

        Raises FileRefused for a text that cannot be used, FileChanged where there are `expected`
        hashes and the content that lies there has none of them.
        """
        ...

    def proposed(self, live: LiveIndex, texts: Mapping[CurationKind, str]) -> Curation:
        """What would hold for searches of that version with `texts` in the place of the files'.

        Blocks while they are read. Raises FileRefused for a text that cannot be used.
        """
        ...

    def close(self) -> None: ...


# --- what is known to be right -------------------------------------------------------------------


class GoldenQueries(Protocol):
    """Queries of one index with documents that people judged."""

    def compare(self, live: IndexVersion, candidate: IndexVersion) -> Comparison | None:
        """Both versions asked all of them; None where there is none. Raises DefinitionError."""
        ...


# --- what must survive a restart -----------------------------------------------------------------


class StateStore(Protocol):
    """Runs, watermarks, leases and dead letters. Raises StateError."""

    def start_run(self, index: str, kind: RunKind, version: str, at: datetime) -> Run: ...

    def finish_run(
        self,
        run: Run,
        status: RunStatus,
        counts: Counts,
        at: datetime,
        *,
        error: str = "",
        drift: int | None = None,
    ) -> Run: ...

    def set_progress(self, run: Run, progress: RunProgress) -> None:
        """Tell how far a run has come, as long as it runs."""
        ...

    def runs(
        self, index: str | None = None, limit: int = 50, kind: RunKind | None = None
    ) -> list[Run]:
        """Newest first."""
        ...

    def run(self, id: int) -> Run | None:
        """None where there is none of that number, or none any more."""
        ...

    def abandon_runs(self, index: str, at: datetime) -> int:
        """Close runs of `LEASED` kinds that a process which died left `running`; how many."""
        ...

    def watermark(self, version: str) -> int | None:
        """Database time in µs up to which this version follows its source."""
        ...

    def set_watermark(self, version: str, value: int) -> None: ...

    def newest_read(self, version: str) -> int:
        """The newest database time in µs of a read that this version may hold; 0 without any."""
        ...

    def set_newest_read(self, version: str, value: int) -> None:
        """Never moves back."""
        ...

    def forget_version(self, version: str) -> None:
        """Drop its watermark, its newest read, and the checkpoint of the rebuild that makes it."""
        ...

    def checkpoint(self, index: str) -> Checkpoint | None:
        """Where the index's rebuild stopped; None where none is under way."""
        ...

    def set_checkpoint(self, index: str, checkpoint: Checkpoint) -> None: ...

    def acquire_lease(self, index: str, owner: str, ttl: float) -> Lease:
        """Raises LeaseHeld while another owner's lease has not expired. `ttl` in seconds."""
        ...

    def renew_lease(self, lease: Lease, ttl: float) -> Lease:
        """Raises LeaseLost when another owner has it."""
        ...

    def release_lease(self, lease: Lease) -> None:
        """Free it, unless another owner has it by now."""
        ...

    def lease(self, index: str) -> Lease | None:
        """Who holds the index, expired or not; None when it is free."""
        ...

    def add_dead_letters(self, letters: Sequence[DeadLetter]) -> None:
        """Adds them, or replaces the letter of the same index and id."""
        ...

    def resolve_dead_letters(self, index: str, ids: Sequence[str]) -> None: ...

    def dead_letters(self, index: str, limit: int = 50) -> list[DeadLetter]:
        """Newest first."""
        ...

    def dead_letter_count(self, index: str) -> int: ...

    def close(self) -> None: ...


class KeyStore(Protocol):
    """API keys without their secrets. Blocks; raises StateError."""

    def api_keys(self) -> list[ApiKey]:
        """All of them by name, revoked and expired ones too."""
        ...

    def add_key(self, key: ApiKey) -> None: ...

    def change_key(self, key: ApiKey) -> None:
        """Put it in the place of the one of its id."""
        ...

    def close(self) -> None: ...


class JudgmentStore(Protocol):
    """Judgments by index and name of their set. Blocks; raises StateError."""

    def put(self, index: str, name: str, judgments: Sequence[Judgment]) -> JudgmentCounts:
        """Add them, or put them in the place of those of their query, document and rater.

        All of them or none. One whose rating is there already changes nothing: the source and
        the time of the first stay.
        """
        ...

    def judgments(self, index: str, name: str, query: str | None = None) -> list[Judgment]:
        """Those of a set by query, document and rater; `query` None: of all of them."""
        ...

    def sets(self, index: str) -> list[JudgmentSet]:
        """The sets of an index by name; one without judgments is none."""
        ...

    def delete(self, index: str, name: str) -> int:
        """Delete a set; how many judgments it had."""
        ...

    def close(self) -> None: ...


class Clock(Protocol):
    """The time of this host, for leases and run records; never for watermarks."""

    def now(self) -> datetime: ...
