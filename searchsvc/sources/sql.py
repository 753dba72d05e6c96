"""The rows of one indexer, from MySQL, MariaDB or SQLite: pages, batches of ids, changes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from searchsvc.domain.document import Mark, Tally
from searchsvc.errors import nearest
from searchsvc.indexing.indexer import Indexer
from searchsvc.ports import Rows, SourceTime
from searchsvc.sources.changes import Changes
from searchsvc.sources.checksums import MODULUS, Checksums
from searchsvc.sources.connect import open_database
from searchsvc.sources.database import Database, Statement, Table
from searchsvc.sources.joins import JoinReader
from searchsvc.sources.keyset import derived
from searchsvc.sources.plans import Asked, Plans
from searchsvc.sources.rows import dicts
from searchsvc.sources.selection import Selected, Selection
from searchsvc.sources.statements import statements_of


class SqlSource:
    """Reads what an Indexer declares. Implements ports.RowSource.

    `file` is the indexer's, for errors to name. Raises DefinitionError where a statement is not
    one SELECT; nothing is connected before the first read.
    """

    def __init__(self, indexer: Indexer, url: str, *, file: Path | None = None) -> None:
        self._database: Database = open_database(url, file)
        self._indexer = indexer
        statements = statements_of(indexer, mysql=self._database.mysql, file=file)
        self._count = Statement("sql", f"SELECT COUNT(*) FROM {derived(statements.rows)}")
        self._joins = tuple(
            JoinReader(self._database, indexer, number, statement)
            for number, statement in enumerate(statements.joins)
        )
        summed = [reader.summed for reader in self._joins]
        self._checksums = Checksums(self._database, indexer, statements.rows, summed)
        self._selection = Selection(self._database, statements.rows, indexer.keys, self._checksums)
        self._changes = Changes(self._database, indexer, statements.rows, statements.changed)

    @property
    def sees_transactions(self) -> bool:
        """Whether `time` knows of open transactions; else the indexer's overlap must cover them.

        Known after the first `time`; until then True for MySQL.
        """
        return self._database.driver.sees_transactions

    def time(self) -> SourceTime:
        return self._database.driver.time(self._database)

    def page(self, after: str | None, limit: int) -> Rows:
        read_at = self._database.driver.now(self._database)
        return self._rows([self._selection.page(after, limit)], read_at)

    def rows(self, ids: Sequence[str]) -> Rows:
        read_at = self._database.driver.now(self._database)
        return self._rows(self._selection.with_ids(ids), read_at)

    def existing(self, ids: Sequence[str]) -> set[str]:
        return self._selection.existing(ids)

    def changed(self, since: int) -> Iterator[Sequence[str]]:
        yield from self._changes.since(since)

    def count(self) -> int:
        return int(self._database.read(self._count).rows[0][0])

    def span(self) -> tuple[int, int]:
        return self._checksums.span()

    def tallies(self, width: int) -> Mapping[int, Tally]:
        return self._checksums.tallies(*self._described(), width)

    def checksums(self, width: int, buckets: Sequence[int]) -> Iterator[Mapping[str, int]]:
        yield from self._checksums.listing(*self._described(), width, buckets)

    def columns(self) -> Mapping[str, str]:
        table = self._selection.describe()
        self._require(table, self._indexer.watermark, "watermark")
        self._require(table, self._indexer.soft_delete, "soft_delete column")
        self._changes.check()
        columns = dict(zip(table.names, table.types, strict=True))
        return columns | {reader.join.name: reader.columns(table) for reader in self._joins}

    def warnings(self) -> list[str]:
        """What works, and costs more than it need."""
        self.time()
        if self.sees_transactions or not self._database.mysql or not self._indexer.every:
            return []
        seconds = f"{self._indexer.overlap:g}"
        warning = (
            "the account cannot see open transactions, so every increment reads the last"
            f" {seconds} s of changes again: GRANT PROCESS ON *.* TO it, or set the indexer's"
            " overlap to the longest transaction"
        )
        return [warning]

    def check_plans(self) -> None:
        plans = Plans(self._database, few=5 * self._indexer.page_size, count=self.count)
        plans.check(self._asked())

    def close(self) -> None:
        self._database.close()

    def _asked(self) -> Iterator[Asked]:
        yield from self._selection.asked()
        yield from self._changes.asked()
        for reader in self._joins:
            yield from reader.asked(self._selection.some(reader.on))

    def _require(self, table: Table, column: str, role: str) -> None:
        if column and column not in table.names:
            message = f"the {role} '{column}' is not among the columns of the SQL"
            hint = nearest(column, table.names)
            raise self._database.refused(message, hint, at=role)

    def _described(self) -> tuple[Table, list[Table]]:
        return self._selection.look(), [reader.described for reader in self._joins]

    def _rows(self, found: Iterable[Selected], read_at: int) -> Rows:
        by_id: dict[str, Mapping[str, object]] = {}
        marks: dict[str, Mark] = {}
        for selected in found:
            rows = dicts(selected.table)
            by_id.update(zip(selected.ids, rows, strict=True))
            added = [r.attach(selected.table, rows, self._checksums) for r in self._joins]
            marks.update(zip(selected.ids, _summed(selected.marks, added), strict=True))
        return Rows(by_id, read_at, marks)


def _summed(marks: list[Mark], added: list[list[int]]) -> list[Mark]:
    """The marks of rows with what each join adds to their checksums."""
    if not added or not marks:
        return marks
    sums = (sum(row) for row in zip(*added, strict=True))
    return [Mark(m.slot, (m.checksum + s) % MODULUS) for m, s in zip(marks, sums, strict=True)]
