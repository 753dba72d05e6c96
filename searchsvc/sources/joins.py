"""Attaches joined rows to a batch: one statement per join, whatever the number of rows."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from searchsvc.errors import nearest
from searchsvc.indexing.indexer import Indexer, Join
from searchsvc.sources.database import Database, Statement, Table
from searchsvc.sources.rows import chunks, plain

PARENT = "_id"
VALUE = "value"
# Far above a batch, so that a join costs one statement, and below every database's limit.
_MAX_IDS = 20_000


class JoinReader:
    """Reads one join. Raises SourceError where its statement or its `on` does not fit."""

    def __init__(
        self, database: Database, indexer: Indexer, join: Join, statement: Statement
    ) -> None:
        self._database = database
        self._statement = statement
        self.join = join
        self.on = join.on or indexer.keys[0]
        if not join.on and len(indexer.keys) > 1:
            raise database.refused(
                f"join '{join.name}' does not say which column it is on",
                "the key has several columns, so name one: on='…'",
                at=f"join '{join.name}'",
            )

    def attach(self, table: Table, rows: Sequence[dict[str, Any]]) -> None:
        """Put the joined values into `rows`, which stem from `table`, under the join's name."""
        if not rows:
            return
        position = self._position(table)
        parents = [row[position] for row in table.rows]
        joined = self._read(list(dict.fromkeys(p for p in parents if p is not None)))
        for parent, row in zip(parents, rows, strict=True):
            values = joined.get(parent, ())
            if self.join.one:
                row[self.join.name] = values[0] if values else None
            else:
                row[self.join.name] = list(values)

    def columns(self, table: Table) -> str:
        """Check the join against the indexer's columns; what its values look like."""
        self._position(table)
        if self.join.name in table.names:
            raise self._database.refused(
                f"join '{self.join.name}' hides the column of that name",
                "name the join or the column otherwise",
                at=f"join '{self.join.name}'",
            )
        answer = self._database.read(self._statement, {"ids": [None]})
        self._parent_position(answer)
        shape = "value" if _is_scalar(answer) else "row"
        return f"one {shape}" if self.join.one else f"list of {shape}s"

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
