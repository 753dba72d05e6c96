"""Finds the ids that changed: by the watermark column, and by the `changed` statements.

Everything is read in keyset pages, so a million changes take no more memory than a thousand,
and without an upper bound, so that a row dated in the future holds nothing up.
"""

from collections.abc import Iterator, Sequence

from searchsvc.errors import SourceError
from searchsvc.indexing.indexer import Indexer
from searchsvc.sources.database import Database, Statement
from searchsvc.sources.keys import id_of
from searchsvc.sources.keyset import after, derived, named
from searchsvc.sources.plans import Asked
from searchsvc.sources.watermarks import Watermark, watermark_of


class Changes:
    """The changes of one indexer; `statements` are its `changed` ones, ready to be bound."""

    def __init__(
        self, database: Database, indexer: Indexer, rows: str, statements: Sequence[Statement]
    ) -> None:
        self._database = database
        self._rows = rows
        self._statements = statements
        self._keys = indexer.keys
        self._column = indexer.watermark
        self._size = indexer.page_size
        self._watermark: Watermark | None = None

    def since(self, micros: int) -> Iterator[list[str]]:
        """Batches of ids that changed at or after `micros`; an id may come more than once."""
        if self._column:
            yield from self._by_watermark(micros)
        for statement in self._statements:
            yield from self._by_statement(statement, micros)

    def check(self) -> None:
        """Run each statement without reading a row, and look at the form of the watermark.

        Raises SourceError.
        """
        if self._column:
            self._form()
        for statement in self._statements:
            self._key_columns(statement, self._since(0))

    def asked(self) -> Iterator[Asked]:
        """The reads of every increment, as of the latest change; none without rows."""
        latest = self._latest() if self._column else None
        if latest is not None:
            columns = ", ".join((self._column, *self._keys))
            first, _ = self._watermark_pages()
            yield Asked(first, {"after_0": latest}, f"add an index on ({columns})", paged=True)
        now = self._database.driver.now(self._database)
        for statement in self._statements:
            remedy = "add an index that its condition on :since can use"
            yield Asked(statement, self._since(now), remedy)

    def _by_watermark(self, micros: int) -> Iterator[list[str]]:
        form = self._form()
        if form is None:
            return
        first, later = self._watermark_pages()
        table = self._database.read(first, {"after_0": form.at(micros)})
        while table.rows:
            yield [id_of(row[1:]) for row in table.rows]
            if len(table.rows) < self._size:
                return
            table = self._database.read(later, named(table.rows[-1]))

    def _watermark_pages(self) -> tuple[Statement, Statement]:
        """The first page from `:after_0` on, and the page behind a row."""
        quoted = [self._database.quote(column) for column in (self._column, *self._keys)]
        select = f"SELECT {', '.join(quoted)} FROM {derived(self._rows)} WHERE "
        order = f" ORDER BY {', '.join(quoted)} LIMIT {self._size}"
        return (
            Statement("changed rows", f"{select}{quoted[0]} >= :after_0{order}"),
            Statement("changed rows", f"{select}{after(quoted)}{order}"),
        )

    def _by_statement(self, statement: Statement, micros: int) -> Iterator[list[str]]:
        since = self._since(micros)
        columns = [self._database.quote(c) for c in self._key_columns(statement, since)]
        select = f"SELECT DISTINCT {', '.join(columns)} FROM {derived(statement.sql)} WHERE "
        order = f" ORDER BY {', '.join(columns)} LIMIT {self._size}"
        present = " AND ".join(f"{column} IS NOT NULL" for column in columns)
        first = Statement(statement.purpose, f"{select}{present}{order}")
        later = Statement(statement.purpose, f"{select}{present} AND ({after(columns)}){order}")
        table = self._database.read(first, since)
        while table.rows:
            yield [id_of(row) for row in table.rows]
            if len(table.rows) < self._size:
                return
            table = self._database.read(later, {**since, **named(table.rows[-1])})

    def _key_columns(self, statement: Statement, since: dict[str, object]) -> tuple[str, ...]:
        """The columns of a changed statement: as many as the key has, in the key's order."""
        probe = Statement(statement.purpose, f"SELECT * FROM {derived(statement.sql)} LIMIT 0")
        names = self._database.read(probe, since).names
        if len(names) != len(self._keys):
            raise self._database.refused(
                f"{statement.purpose} selects {', '.join(names)}",
                f"select only the indexer's key: {', '.join(self._keys)}",
                at=statement.purpose,
            )
        return names

    def _since(self, micros: int) -> dict[str, object]:
        """`:since` as a datetime; on SQLite, in the form of the watermark column."""
        form = Watermark("datetime" if self._database.mysql else "text")
        if not self._database.mysql and self._column:
            form = self._form() or form
        return {"since": form.at(micros)}

    def _form(self) -> Watermark | None:
        """How the watermark column holds time; None while no row has one."""
        if self._watermark is None:
            value = self._latest()
            try:
                self._watermark = None if value is None else watermark_of(value, self._column)
            except SourceError as error:
                raise self._database.refused(error.message, error.hint, at="watermark") from None
        return self._watermark

    def _latest(self) -> object:
        column = self._database.quote(self._column)
        table = self._database.read(
            Statement(
                "watermark",
                f"SELECT {column} FROM {derived(self._rows)} WHERE {column} IS NOT NULL"
                f" ORDER BY {column} DESC LIMIT 1",
            )
        )
        return table.rows[0][0] if table.rows else None
