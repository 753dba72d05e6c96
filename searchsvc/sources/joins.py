"""Attaches joined rows to a batch: one statement per join, whatever the number of rows."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from searchsvc.errors import nearest
from searchsvc.indexing.indexer import Indexer
from searchsvc.sources.checksums import Checksums, JoinedSum, factor
from searchsvc.sources.database import Database, Statement, Table
from searchsvc.sources.plans import Asked
from searchsvc.sources.rows import chunks, plain

PARENT = "_id"
VALUE = "value"
# Far above a batch, so that a join costs one statement, and below every database's limit.
_MAX_IDS = 20_000


class JoinReader:
    """Reads one join, the indexer's `number`th. Raises SourceError where its statement or its
    `on` does not fit.
    """

    def __init__(
        self, database: Database, indexer: Indexer, number: int, statement: Statement
    ) -> None:
        self._database = database
        self._statement = statement
        self._factor = factor(number)
        self._columns: Table | None = None
        self.join = join = indexer.joins[number]
        self.on = join.on or indexer.keys[0]
        if not join.on and len(indexer.keys) > 1:
            raise database.refused(
                f"join '{join.name}' does not say which column it is on",
                "the key has several columns, so name one: on='…'",
                at=f"join '{join.name}'",
            )

    @property
    def summed(self) -> JoinedSum:
        """The join as far as checksums need it."""
        return JoinedSum(self.join.name, self._statement.sql, self.on)

    @property
    def described(self) -> Table:
        """The join's columns, without a row."""
        if self._columns is None:
            self._columns = self._database.read(self._statement, {"ids": [None]})
            self._parent_position(self._columns)
        return self._columns

    def attach(
        self, table: Table, rows: Sequence[dict[str, Any]], checksums: Checksums
    ) -> list[int]:
        """Put the joined values into `rows`, which stem from `table`, under the join's name.

        What it adds to the checksum of each row, in their order.
        """
        if not rows:
            return []
        position = self._position(table)
        parents = [row[position] for row in table.rows]
        wanted = list(dict.fromkeys(p for p in parents if p is not None))
        # Before the values: a change in between makes a checksum that is too old, which a
        # comparison shows, and never one that hides an old value.
        sums = self._sums(wanted, checksums)
        joined = self._read(wanted)
        for parent, row in zip(parents, rows, strict=True):
            values = joined.get(parent, ())
            if self.join.one:
                row[self.join.name] = values[0] if values else None
            else:
                row[self.join.name] = list(values)
        return [sums.get(parent, 0) for parent in parents]

    def columns(self, table: Table) -> str:
        """Check the join against the indexer's columns; what its values look like."""
        self._position(table)
        if self.join.name in table.names:
            raise self._database.refused(
                f"join '{self.join.name}' hides the column of that name",
                "name the join or the column otherwise",
                at=f"join '{self.join.name}'",
            )
        self._columns = None
        answer = self.described
        shape = "value" if _is_scalar(answer) else "row"
        return f"one {shape}" if self.join.one else f"list of {shape}s"

    def asked(self, parents: list[object]) -> Iterator[Asked]:
        """The read of every batch; none without parents."""
        if parents:
            remedy = "add an index on the column that it compares with :ids"
            yield Asked(self._statement, {"ids": parents}, remedy)

    def _position(self, table: Table) -> int:
        if self.on not in table.names:
            raise self._database.refused(
                f"join '{self.join.name}' is on '{self.on}', which the SQL does not select",
                nearest(self.on, table.names),
                at=f"join '{self.join.name}'",
            )
        return table.names.index(self.on)

    def _parent_position(self, answer: Table) -> int:
        if PARENT not in answer.names or len(answer.names) < 2:
            raise self._database.refused(
                f"{self._statement.purpose} selects {', '.join(answer.names)}",
                f"select the parent's '{self.on}' AS {PARENT}, and a column AS {VALUE}",
                at=self._statement.purpose,
            )
        return answer.names.index(PARENT)

    def _sums(self, parents: list[object], checksums: Checksums) -> Mapping[object, int]:
        """The checksum of each parent's joined rows, times the join's factor."""
        statement = checksums.joined(self.summed, self.described)
        return {
            parent: int(checksum) * self._factor
            for ids in chunks(parents, _MAX_IDS)
            for parent, checksum in self._database.read(statement, {"ids": ids}).rows
        }

    def _read(self, parents: list[object]) -> Mapping[object, Sequence[Any]]:
        found: defaultdict[object, list[Any]] = defaultdict(list)
        for ids in chunks(parents, _MAX_IDS):
            answer = self._database.read(self._statement, {"ids": ids})
            parent = self._parent_position(answer)
            if _is_scalar(answer):
                for row in answer.rows:
                    found[row[parent]].append(plain(row[1 - parent]))
                continue
            kept = [(i, name) for i, name in enumerate(answer.names) if i != parent]
            for row in answer.rows:
                found[row[parent]].append({name: plain(row[i]) for i, name in kept})
        return found


def _is_scalar(answer: Table) -> bool:
    return len(answer.names) == 2 and VALUE in answer.names
