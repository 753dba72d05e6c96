"""The one reader: turns ids or a key page of the source into writes and dead letters."""

import re
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import InvalidOperation

from searchsvc.domain.definition import IndexDefinition
from searchsvc.domain.document import NO_MARK, Delete, Document, Mark, Write, digest
from searchsvc.errors import DefinitionError, RowError, nearest
from searchsvc.indexing.converters import Convert, compile_converters
from searchsvc.indexing.indexer import Indexer, Row
from searchsvc.ports import Rows, RowSource

LONGEST_ID = 512  # bytes of UTF-8: the limit of Elasticsearch and OpenSearch
_FIELD = re.compile(r"field '[^']*'")


@dataclass(slots=True)
class Reading:
    """What one read of the source became. `rows` were read, the last of them `last`.

    `dead` gives the reason of each row that cannot be a document, `hidden` the ids of rows that
    the soft-delete column hides (their deletes are among the writes).
    """

    rows: int = 0
    last: str | None = None
    writes: list[Write] = field(default_factory=list)
    dead: dict[str, str] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)

    @property
    def ids(self) -> list[str]:
        """Every id that the reading accounts for."""
        return [*(write.id for write in self.writes), *self.dead]


class Reader:
    """Reads rows of `source` as documents of `definition`.

    The version of each write is the database's time of the read, but always greater than that of
    an earlier read: a database clock that is set back makes no new read look old. `file` names
    the indexer in errors. Raises DefinitionError for a key that is no field.
    """

    def __init__(
        self, indexer: Indexer, definition: IndexDefinition, source: RowSource, *, file: str = ""
    ) -> None:
        self._to_document = indexer.to_document
        self._hides = indexer.soft_delete
        self._source = source
        self._file = file or _file_of(indexer.to_document)
        # What the statement selects for the indexer itself need not be a field.
        joined = {join.on for join in indexer.joins}
        own = {*indexer.keys, indexer.watermark, indexer.soft_delete, *joined}
        self._convert: Convert = compile_converters(definition, own)
        self._version = 0

    def go_on_after(self, version: int) -> None:
        """Another process has read before, as of `version`."""
        self._version = max(self._version, version)

    def page(self, after: str | None, limit: int) -> Reading:
        """The next `limit` rows by key; fewer only at the end."""
        rows = self._source.page(after, limit)
        reading = self._read(rows)
        reading.last = rows.last
        return reading

    def pages(
        self, limit: int, after: str | None = None, ready: Callable[[], None] = lambda: None
    ) -> Iterator[Reading]:
        """Every row behind the id `after`, page by page; `ready` is called before each read."""
        while True:
            ready()
            reading = self.page(after, limit)
            yield reading
            if reading.rows < limit or reading.last is None:
                return
            after = reading.last

    def ids(self, ids: Sequence[str]) -> Reading:
        """The rows of these ids; an id without a row is a delete."""
        rows = self._source.rows(ids)
        reading = self._read(rows)
        gone = [id for id in dict.fromkeys(ids) if id not in rows.by_id]
        reading.writes.extend(Delete(id, self._version) for id in gone)
        return reading

    def _read(self, rows: Rows) -> Reading:
        self._version = max(self._version + 1, rows.read_at)
        reading = Reading(rows=len(rows.by_id))
        for id, row in rows.by_id.items():
            if self._hides and self._is_hidden(row, self._hides):
                reading.hidden.add(id)
                reading.writes.append(Delete(id, self._version))
                continue
            try:
                reading.writes.append(self._document(id, row, rows.marks.get(id, NO_MARK)))
            except RowError as error:
                reading.dead[id] = error.message
        return reading

    def _is_hidden(self, row: Row, column: str) -> bool:
        if column not in row:
            message = f"the soft-delete column '{column}' is not among the row's columns"
            raise DefinitionError(message, file=self._file, hint=nearest(column, row))
        return bool(row[column])

    def _document(self, id: str, row: Row, mark: Mark) -> Document:
        if len(id) > LONGEST_ID // 4 and len(id.encode("utf-8", "replace")) > LONGEST_ID:
            raise RowError(f"the id is longer than {LONGEST_ID} bytes")
        fields = self._fields_of(row)
        try:
            values, source = self._convert(fields)
        except RowError as error:
            raise RowError(_without_value(error)) from error
        except DefinitionError as error:
            raise DefinitionError(error.message, file=self._file, hint=error.hint) from error
        return Document(id, self._version, values, source, digest(source, mark), mark)

    def _fields_of(self, row: Row) -> Mapping[str, object]:
        """What `to_document` makes of the row. Its failure is the row's, whatever it raises."""
        if self._to_document is dict:
            return row  # a copy would be the same, and nobody changes it
        try:
            fields = self._to_document(row)
        except (Exception, SystemExit) as error:
            raise RowError(_where_raised(error, self._file)) from error
        if type(fields) is not dict and not isinstance(fields, Mapping):
            raise RowError(f"to_document gave a {type(fields).__name__}, not a mapping")
        return fields


def _file_of(function: Callable[..., object]) -> str:
    code = getattr(function, "__code__", None)
    return "" if code is None else str(code.co_filename)


def _where_raised(error: BaseException, file: str) -> str:
    """Type and line, without the message: it would quote the row."""
    frames = traceback.extract_tb(error.__traceback__)
    line = next((f.lineno for f in reversed(frames) if f.filename == file), None)
    where = f" at line {line}" if line is not None else ""
    return f"to_document raised {type(error).__name__}{where}"


def _without_value(error: RowError) -> str:
    """The converter's reason without the row's value, which its message shows."""
    name = _FIELD.match(error.message)
    cause = error.__cause__
    if name is None or cause is None:
        return error.message
    reason = "is not a number" if isinstance(cause, InvalidOperation) else str(cause)
    return f"{name.group()}: the value {reason}"
