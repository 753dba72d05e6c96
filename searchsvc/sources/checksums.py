"""The SQL by which a database sums up its own rows: each one's checksum and slot, summed by bucket.

The reader selects the same expressions with each row, so a document carries what its row said.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from searchsvc.domain.document import Tally
from searchsvc.indexing.indexer import Indexer
from searchsvc.sources.database import MOST_EXACT, Column, Database, Statement, Table
from searchsvc.sources.keys import id_of
from searchsvc.sources.keyset import derived
from searchsvc.sources.statements import with_value

CHECKSUM, SLOT = "searchsvc_checksum", "searchsvc_slot"
MODULUS = 2**32  # of a checksum, so that sums of a million are exact in a double
_HASHES = (0, 2**32 - 1)  # what a CRC-32 may be
_PARENT = "_id"
# Odd and unlike for every join, so that a value that moves to another join changes the sum.
_FIRST_FACTOR = 3
_BUCKETS = 500  # buckets whose rows one statement may list


@dataclass(frozen=True, slots=True)
class JoinedSum:
    """A join as far as its checksum needs it: its SQL with `:ids`, and the column it is on."""

    name: str
    sql: str
    on: str


def factor(number: int) -> int:
    """What the checksum of the join of that number is multiplied by."""
    return 2 * number + _FIRST_FACTOR


class Checksums:
    """Sums of an indexer's rows; `joins` in the order of the indexer. Raises SourceError.

    A row's checksum is a CRC-32 over every column, plus that of each joined row, times the join's
    factor. Its slot is its key where that is a whole number, else a CRC-32 of the key; a bucket
    holds the slots from `n * width` to `(n + 1) * width`, the last excluded.
    """

    def __init__(
        self, database: Database, indexer: Indexer, rows: str, joins: Sequence[JoinedSum]
    ) -> None:
        self._database = database
        self._keys = indexer.keys
        self._soft_delete = indexer.soft_delete
        self._rows = rows
        self._joins = joins

    def columns_of(self, table: Table) -> str:
        """What to select beside `*` of the derived table: the slot and the checksum."""
        return f"{self._slot(table)} AS {SLOT}, {self._checksum(table)} AS {CHECKSUM}"

    def joined(self, sum: JoinedSum, table: Table) -> Statement:
        """The checksums of the joined rows by parent, for `:ids`; `table` tells their columns."""
        return Statement(f"join '{sum.name}'", self._joined_sql(sum.sql, table))

    def span(self) -> tuple[int, int]:
        """The lowest and the highest slot that there may be, (0, 0) without a row."""
        if len(self._keys) > 1:
            return _HASHES
        key = self._quoted(self._keys[0])
        sql = f"SELECT MIN({key}), MAX({key}) FROM {derived(self._rows)}"
        low, high = self._database.read(Statement("sql", sql)).rows[0]
        if low is None:
            return 0, 0
        if not isinstance(low, int) or not isinstance(high, int):
            return _HASHES
        if low >= -MOST_EXACT and high <= MOST_EXACT:
            return low, high
        # Some keys stand for themselves, the others for their hashes.
        return min(max(low, -MOST_EXACT), 0), max(min(high, MOST_EXACT), _HASHES[1])

    def tallies(self, table: Table, joined: Sequence[Table], width: int) -> Mapping[int, Tally]:
        """Count and checksum of the visible rows of each bucket that has some."""
        sql = (
            f"SELECT {self._bucket(width)}, COUNT(*), SUM({CHECKSUM})"
            f" FROM ({self._marked(table, joined)}) AS m GROUP BY 1"
        )
        found = self._database.read(Statement("sql", sql)).rows
        return {int(bucket): Tally(int(count), int(sum)) for bucket, count, sum in found}

    def listing(
        self, table: Table, joined: Sequence[Table], width: int, buckets: Sequence[int]
    ) -> Iterator[dict[str, int]]:
        """The checksum of each visible row of these buckets by id, some buckets at a time."""
        keys = ", ".join(self._quoted(key) for key in self._keys)
        for start in range(0, len(buckets), _BUCKETS):
            sql = (
                f"SELECT {CHECKSUM}, {keys} FROM ({self._marked(table, joined)}) AS m"
                f" WHERE {self._bucket(width)} IN :buckets"
            )
            some = list(buckets[start : start + _BUCKETS])
            found = self._database.read(Statement("sql", sql), {"buckets": some}).rows
            yield {id_of(row[1:]): int(row[0]) for row in found}

    def _marked(self, table: Table, joined: Sequence[Table]) -> str:
        """Key, slot and whole checksum of every visible row, as a SELECT."""
        keys = ", ".join(f"q.{self._quoted(key)}" for key in self._keys)
        sums = [self._checksum(table, "q.")]
        tables = ""
        for number, (join, columns) in enumerate(zip(self._joins, joined, strict=True)):
            sums.append(f"{factor(number)} * COALESCE(j{number}.{CHECKSUM}, 0)")
            on = f"SELECT k.{self._quoted(join.on)} FROM {derived(self._rows, 'k')}"
            sql = self._joined_sql(with_value(join.sql, "ids", f"({on})"), columns)
            tables += f" LEFT JOIN ({sql}) AS j{number}"
            tables += f" ON j{number}.{_PARENT} = q.{self._quoted(join.on)}"
        where = ""
        if self._soft_delete:
            type = table.types[table.names.index(self._soft_delete)]
            column = Column(f"q.{self._quoted(self._soft_delete)}", type)
            where = f" WHERE NOT {self._database.driver.truth(column)}"
        return (
            f"SELECT {keys}, {self._slot(table, 'q.')} AS {SLOT},"
            f" ({' + '.join(sums)}) % {MODULUS} AS {CHECKSUM}"
            f" FROM {derived(self._rows)}{tables}{where}"
        )

    def _joined_sql(self, sql: str, table: Table) -> str:
        checksum = self._checksum(table)
        return (
            f"SELECT {_PARENT}, SUM({checksum}) AS {CHECKSUM} FROM {derived(sql)}"
            f" GROUP BY {_PARENT}"
        )

    def _checksum(self, table: Table, prefix: str = "") -> str:
        columns = [
            Column(prefix + self._quoted(name), type)
            for name, type in zip(table.names, table.types, strict=True)
        ]
        return self._database.driver.checksum(columns)

    def _slot(self, table: Table, prefix: str = "") -> str:
        types = dict(zip(table.names, table.types, strict=True))
        columns = [Column(prefix + self._quoted(key), types[key]) for key in self._keys]
        return self._database.driver.slot(columns)

    def _bucket(self, width: int) -> str:
        return self._database.driver.floor_divided(SLOT, width)

    def _quoted(self, name: str) -> str:
        return self._database.quote(name)
