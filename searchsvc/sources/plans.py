"""Asks the database how it would carry out an indexer's statements, before they cost anybody.

A read that goes through a whole table is fine once; one that does so for every page is not.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from searchsvc.errors import SourceError
from searchsvc.sources.database import Database, Statement

_NO_RIGHT = "lacking privileges for underlying table"


@dataclass(frozen=True, slots=True)
class Asked:
    """A statement that runs again and again, with values like those that it will have.

    `remedy` says what to do where it would read everything each time. A `paged` statement must
    find its rows in their order.
    """

    statement: Statement
    values: Mapping[str, object] = field(default_factory=dict)
    remedy: str = ""
    paged: bool = False


@dataclass(frozen=True, slots=True)
class _Step:
    """One step of a plan: the table that it goes through, if it does, and whether it sorts.

    `rows` is the database's guess of the table's size, None where it makes none.
    """

    scanned: str = ""
    rows: int | None = None
    sorts: bool = False


class Plans:
    """Checks plans on one database; a table of up to `few` rows may be read each time.

    `count` counts the rows that the indexer selects.
    """

    def __init__(self, database: Database, *, few: int, count: Callable[[], int]) -> None:
        self._database = database
        self._few = few
        self._count = count

    def check(self, asked: Iterable[Asked]) -> None:
        """Raises SourceError for the first statement that would read a large table each time."""
        for one in asked:
            for step in self._steps(one):
                if self._is_large(step) and (step.scanned or (step.sorts and one.paged)):
                    raise self._refusal(one, step)

    def _steps(self, one: Asked) -> Iterator[_Step]:
        explain = "EXPLAIN" if self._database.mysql else "EXPLAIN QUERY PLAN"
        statement = Statement(one.statement.purpose, f"{explain} {one.statement.sql}")
        try:
            table = self._database.read(statement, one.values)
        except SourceError as error:
            if _NO_RIGHT in error.message:  # to see how a view is read takes more than reading it
                return iter(())
            raise
        read = _mysql_step if self._database.mysql else _sqlite_step
        return (read(dict(zip(table.names, row, strict=True))) for row in table.rows)

    def _is_large(self, step: _Step) -> bool:
        rows = step.rows
        if rows is None:
            rows = self._counted(step.scanned) if step.scanned else self._count()
        return rows > self._few

    def _counted(self, name: str) -> int:
        """At least `few + 1` for a larger table; an alias is taken for the indexer's own rows."""
        quoted = self._database.quote(name)
        sql = f"SELECT COUNT(*) FROM (SELECT 1 FROM {quoted} LIMIT {self._few + 1})"
        try:
            return int(self._database.read(Statement("size", sql)).rows[0][0])
        except SourceError:
            return self._count()

    def _refusal(self, one: Asked, step: _Step) -> SourceError:
        purpose = one.statement.purpose
        does = f"goes through all of '{step.scanned}'" if step.scanned else "sorts all that is left"
        return self._database.refused(f"{purpose}: every read {does}", one.remedy, at=purpose)


def _mysql_step(row: Mapping[str, Any]) -> _Step:
    name, extra = str(row["table"] or ""), str(row["Extra"] or "")
    rows = int(row["rows"] or 0)
    outermost = row["select_type"] in ("PRIMARY", "SIMPLE")
    # A name in brackets is the result of another step, which has a line of its own.
    is_scan = row["type"] in ("ALL", "index") and not name.startswith("<")
    return _Step(name if is_scan else "", rows, outermost and "Using filesort" in extra)


def _sqlite_step(row: Mapping[str, Any]) -> _Step:
    detail = str(row["detail"])
    if detail.startswith("USE TEMP B-TREE FOR ORDER BY"):
        return _Step(sorts=True)
    words = detail.split()
    # `q` is the indexer's SQL as a table: the steps that make it have lines of their own.
    is_scan = words[0] == "SCAN" and words[1:2] not in (["q"], ["CONSTANT"])
    return _Step(scanned=words[1] if is_scan else "")
