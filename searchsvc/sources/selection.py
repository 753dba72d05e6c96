"""Selects the rows of an indexer's SQL by key: a page behind an id, or the rows of some ids."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from searchsvc.domain.document import Mark
from searchsvc.errors import SourceError, nearest
from searchsvc.sources.checksums import Checksums
from searchsvc.sources.database import Database, Statement, Table
from searchsvc.sources.keys import Key, KeyCodec, id_of, kind_of_type, kind_of_value
from searchsvc.sources.keyset import after, derived, named, one_of
from searchsvc.sources.plans import Asked
from searchsvc.sources.rows import chunks

_MAX_KEYS = 20_000  # in one IN list
_MAX_COMPOSITE_KEYS = 200  # each is a branch of an OR, whose depth SQLite limits to 1000


@dataclass(frozen=True, slots=True)
class Selected:
    """Rows of one read with their ids and, where whole rows were read, their marks."""

    table: Table
    ids: list[str]
    marks: list[Mark]


class Selection:
    """Keyed reads of `sql`, a checked statement. Raises SourceError where the keys do not fit."""

    def __init__(
        self, database: Database, sql: str, keys: tuple[str, ...], checksums: Checksums
    ) -> None:
        self._database = database
        self._sql = sql
        self._checksums = checksums
        self._columns: Table | None = None
        self._keys = keys
        self._quoted = tuple(database.quote(key) for key in keys)
        self._known_codec: KeyCodec | None = None

    def describe(self) -> Table:
        """The statement's columns, without a row; the keys are checked."""
        table = self.look()
        self._codec()
        return table

    def look(self) -> Table:
        """The statement's columns as they are now."""
        sql = f"SELECT * FROM {derived(self._sql)} LIMIT 0"
        table = self._columns = self._database.read(Statement("sql", sql))
        self._positions(table)
        return table

    def asked(self) -> Iterator[Asked]:
        """The reads that every run repeats, as of the last row; none without rows."""
        keys = ", ".join(self._quoted)
        order = ", ".join(f"{key} DESC" for key in self._quoted)
        last = f"SELECT {keys} FROM {derived(self._sql)} ORDER BY {order} LIMIT 1"
        rows = self._database.read(Statement("sql", last)).rows
        if not rows:
            return
        remedy = (
            f"select rows that an index on ({', '.join(self._keys)}) finds in order: no GROUP BY,"
            " DISTINCT or UNION around them, and joined tables as a Join"
        )
        for where, values in ((after(self._quoted), named(rows[0])), self._among([tuple(rows[0])])):
            sql = f"SELECT * FROM {derived(self._sql)} WHERE {where} ORDER BY {keys} LIMIT 2"
            yield Asked(Statement("sql", sql), values, remedy, paged=True)

    def some(self, column: str, limit: int = 3) -> list[object]:
        """A few values of a column."""
        quoted = self._database.quote(column)
        sql = f"SELECT {quoted} FROM {derived(self._sql)} WHERE {quoted} IS NOT NULL LIMIT {limit}"
        return [row[0] for row in self._database.read(Statement("sql", sql)).rows]

    def page(self, after_id: str | None, limit: int) -> Selected:
        """The next `limit` rows behind an id."""
        where, values = self._behind(after_id)
        # One row more than asked for shows whether the page ends between two rows of one key.
        table, marks = self._read_marked(where, values, limit=limit + 1)
        ids = self._ids(table)
        self._refuse_repeats(ids)
        cut = Table(table.names, table.types, table.rows[:limit])
        return Selected(cut, ids[:limit], marks[:limit])

    def with_ids(self, ids: Sequence[str]) -> Iterator[Selected]:
        """The rows whose id is one of `ids`, in several tables when they are many."""
        for batch, asked in self._batches(ids):
            table, marks = self._read_marked(*self._among(batch))
            found = self._ids(table)
            # A collation may call keys equal that are not: only what was asked for counts.
            kept = [n for n, id in enumerate(found) if id in asked]
            found = [found[n] for n in kept]
            self._refuse_repeats(found)
            rows = [table.rows[n] for n in kept]
            yield Selected(Table(table.names, table.types, rows), found, [marks[n] for n in kept])

    def existing(self, ids: Sequence[str]) -> set[str]:
        """Which of these ids have a row; only keys are read."""
        what = ", ".join(self._quoted)
        return {
            id
            for batch, asked in self._batches(ids)
            for id in self._ids(self._read(what, *self._among(batch)))
            if id in asked
        }

    def _batches(self, ids: Sequence[str]) -> Iterator[tuple[list[Key], Collection[str]]]:
        """The keys of these ids, as many at a time as one statement takes, and all their ids."""
        codec = self._codec() if ids else None
        if codec is None:
            return
        keys = {id: key for id in ids if (key := codec.key(id)) is not None}
        size = _MAX_KEYS if len(self._keys) == 1 else _MAX_COMPOSITE_KEYS
        for batch in chunks(list(keys.values()), size):
            yield batch, keys

    def _behind(self, after_id: str | None) -> tuple[str, Mapping[str, object]]:
        if after_id is None:
            return "", {}
        codec = self._codec()
        key = codec.key(after_id) if codec else None
        if key is None:
            raise self._database.refused(f"'{after_id}' cannot be the id of a row")
        return after(self._quoted), named(key)

    def _among(self, keys: list[Key]) -> tuple[str, Mapping[str, object]]:
        if len(self._keys) == 1:
            return f"{self._quoted[0]} IN :keys", {"keys": [key[0] for key in keys]}
        values = {
            f"key_{n}_{part}": value for n, key in enumerate(keys) for part, value in enumerate(key)
        }
        return one_of(self._quoted, len(keys)), values

    def _read_marked(
        self, where: str, values: Mapping[str, object], limit: int | None = None
    ) -> tuple[Table, list[Mark]]:
        """Whole rows, and the mark of each."""
        marks_of = self._database.driver.marks
        if marks_of is not None:
            table = self._read("*", where, values, limit)
            return table, marks_of(table.rows, self._positions(table))
        columns = self._columns or self.look()
        what = f"*, {self._checksums.columns_of(columns)}"
        table = self._read(what, where, values, limit)
        if table.names[:-2] != columns.names:  # the table was altered since
            self.look()
            return self._read_marked(where, values, limit)
        rows = [row[:-2] for row in table.rows]
        marks = [Mark(int(row[-2] or 0), int(row[-1])) for row in table.rows]
        return Table(table.names[:-2], table.types[:-2], rows), marks

    def _read(
        self, what: str, where: str, values: Mapping[str, object], limit: int | None = None
    ) -> Table:
        sql = f"SELECT {what} FROM {derived(self._sql)}"
        sql += f" WHERE {where}" if where else ""
        sql += f" ORDER BY {', '.join(self._quoted)}"
        sql += "" if limit is None else f" LIMIT {limit}"
        return self._database.read(Statement("sql", sql), values)

    def _positions(self, table: Table) -> tuple[int, ...]:
        for key in self._keys:
            if key not in table.names:
                message = f"the key '{key}' is not among the columns of the SQL"
                raise self._database.refused(message, nearest(key, table.names), at="key")
        return tuple(table.names.index(key) for key in self._keys)

    def _ids(self, table: Table) -> list[str]:
        columns = [[row[position] for row in table.rows] for position in self._positions(table)]
        for key, values in zip(self._keys, columns, strict=True):
            if None in values:
                hint = f"add to the SQL: WHERE {key} IS NOT NULL, or choose another key"
                raise self._database.refused(f"the key '{key}' is NULL in a row", hint, at="key")
        return [id_of(key) for key in zip(*columns, strict=True)]

    def _refuse_repeats(self, ids: Sequence[str]) -> None:
        if len(set(ids)) == len(ids):
            return
        seen: set[str] = set()
        twice = next(id for id in ids if id in seen or seen.add(id))  # type: ignore[func-returns-value]
        raise self._database.refused(
            f"the SQL yields the key '{twice}' twice",
            f"'{', '.join(self._keys)}' must be unique: GROUP BY it, or read lists with a Join",
            at="key",
        )

    def _codec(self) -> KeyCodec | None:
        """How ids become keys; None while there is no row to tell (SQLite, empty)."""
        if self._known_codec is None:
            kinds = self._kinds()
            self._known_codec = KeyCodec(kinds) if kinds else None
        return self._known_codec

    def _kinds(self) -> tuple[str, ...]:
        what = ", ".join(self._quoted)
        if self._database.mysql:
            table = self._read(what, "", {}, limit=0)
            kinds = [kind_of_type(type) for type in table.types]
        else:
            table = self._read(what, "", {}, limit=1)
            kinds = [kind_of_value(value) for row in table.rows for value in row]
        for key, kind in zip(self._keys, kinds, strict=False):
            if not kind:
                raise self._unusable(key, table)
        return tuple(kind for kind in kinds if kind)

    def _unusable(self, key: str, table: Table) -> SourceError:
        is_text = table.types[self._keys.index(key)] in ("enum", "set", "json")
        hint = f"CAST({key} AS CHAR) AS {key}" if is_text else "an integer, text or a date"
        kind = table.types[self._keys.index(key)] or "number with fractions, or NULL,"
        return self._database.refused(
            f"the key '{key}' is a {kind}, by which rows cannot be paged exactly",
            f"let the SQL select {hint} for it",
            at="key",
        )
