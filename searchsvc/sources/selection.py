"""Selects the rows of an indexer's SQL by key: a page behind an id, or the rows of some ids."""

from collections.abc import Iterator, Mapping, Sequence

from searchsvc.errors import SourceError, nearest
from searchsvc.sources.database import Database, Statement, Table
from searchsvc.sources.keys import Key, KeyCodec, id_of, kind_of_type, kind_of_value
from searchsvc.sources.keyset import after, derived, named, one_of
from searchsvc.sources.rows import chunks

_MAX_KEYS = 20_000  # in one IN list
_MAX_COMPOSITE_KEYS = 200  # each is a branch of an OR, whose depth SQLite limits to 1000


class Selection:
    """Keyed reads of `sql`, a checked statement. Raises SourceError where the keys do not fit."""

    def __init__(self, database: Database, sql: str, keys: tuple[str, ...]) -> None:
        self._database = database
        self._sql = sql
        self._keys = keys
        self._quoted = tuple(database.quote(key) for key in keys)
        self._known_codec: KeyCodec | None = None

    def describe(self) -> Table:
        """The statement's columns, without a row; the keys are checked."""
        sql = f"SELECT * FROM {derived(self._sql)} LIMIT 0"
        table = self._database.read(Statement("sql", sql))
        self._positions(table)
        self._codec()
        return table

    def page(self, after_id: str | None, limit: int) -> tuple[Table, list[str]]:
        """The next `limit` rows behind an id, and their ids."""
        where, values = self._behind(after_id)
        # One row more than asked for shows whether the page ends between two rows of one key.
        table = self._read("*", where, values, limit=limit + 1)
        ids = self._ids(table)
        self._refuse_repeats(ids)
        return Table(table.names, table.types, table.rows[:limit]), ids[:limit]

    def with_ids(
        self, ids: Sequence[str], *, keys_only: bool = False
    ) -> Iterator[tuple[Table, list[str]]]:
        """The rows whose id is one of `ids`, in several tables when they are many."""
        codec = self._codec() if ids else None
        if codec is None:
            return
        what = ", ".join(self._quoted) if keys_only else "*"
        keys = {id: key for id in ids if (key := codec.key(id)) is not None}
        size = _MAX_KEYS if len(self._keys) == 1 else _MAX_COMPOSITE_KEYS
        for batch in chunks(list(keys.values()), size):
            table = self._read(what, *self._among(batch))
            found = self._ids(table)
            # A collation may call keys equal that are not: only what was asked for counts.
            kept = [n for n, id in enumerate(found) if id in keys]
            found = [found[n] for n in kept]
            self._refuse_repeats(found)
            yield Table(table.names, table.types, [table.rows[n] for n in kept]), found

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
