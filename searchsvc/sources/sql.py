"""The rows of one indexer, from MySQL, MariaDB or SQLite: pages, batches of ids, changes."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from searchsvc.errors import nearest
from searchsvc.indexing.indexer import Indexer
from searchsvc.ports import Rows, SourceTime
from searchsvc.sources.changes import Changes
from searchsvc.sources.connect import open_database
from searchsvc.sources.database import Database, Statement, Table
from searchsvc.sources.joins import JoinReader
from searchsvc.sources.keyset import derived
from searchsvc.sources.rows import dicts
from searchsvc.sources.selection import Selection
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
        self._selection = Selection(self._database, statements.rows, indexer.keys)
        self._changes = Changes(self._database, indexer, statements.rows, statements.changed)
        self._joins = tuple(
            JoinReader(self._database, indexer, join, statement)
            for join, statement in zip(indexer.joins, statements.joins, strict=True)
        )

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
        table, ids = self._selection.page(after, limit)
        return Rows(self._documents(table, ids), read_at)

    def rows(self, ids: Sequence[str]) -> Rows:
        read_at = self._database.driver.now(self._database)
        by_id: dict[str, Mapping[str, object]] = {}
        for table, found in self._selection.with_ids(ids):
            by_id.update(self._documents(table, found))
        return Rows(by_id, read_at)

    def existing(self, ids: Sequence[str]) -> set[str]:
        return {id for _, found in self._selection.with_ids(ids, keys_only=True) for id in found}

    def changed(self, since: int) -> Iterator[Sequence[str]]:
        yield from self._changes.since(since)

    def count(self) -> int:
        return int(self._database.read(self._count).rows[0][0])

    def columns(self) -> Mapping[str, str]:
        table = self._selection.describe()
        self._require(table, self._indexer.watermark, "watermark")
        self._require(table, self._indexer.soft_delete, "soft_delete column")
        self._changes.check()
        columns = dict(zip(table.names, table.types, strict=True))
        return columns | {reader.join.name: reader.columns(table) for reader in self._joins}

    def close(self) -> None:
        self._database.close()

    def _require(self, table: Table, column: str, role: str) -> None:
        if column and column not in table.names:
            message = f"the {role} '{column}' is not among the columns of the SQL"
            hint = nearest(column, table.names)
            raise self._database.refused(message, hint, at=role)

    def _documents(self, table: Table, ids: Sequence[str]) -> dict[str, Mapping[str, object]]:
        rows = dicts(table)
        for reader in self._joins:
            reader.attach(table, rows)
        return dict(zip(ids, rows, strict=True))
