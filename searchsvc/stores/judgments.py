"""The judgments in the state store."""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    and_,
    bindparam,
    delete,
    distinct,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from searchsvc.domain.judgment import Judgment, JudgmentCounts, JudgmentSet
from searchsvc.stores.database import Database
from searchsvc.stores.schema import judgments as table

_CHUNK = 500  # rows of one statement: below SQLite's limit of bound values
_CHANGE = ("rating", "source", "at")
_TIMES = 3


class SqlJudgmentStore:
    """Implements ports.JudgmentStore on a SQLAlchemy URL, beside what else is kept there."""

    def __init__(self, url: str) -> None:
        self._database = Database(url)

    def put(self, index: str, name: str, judgments: Sequence[Judgment]) -> JudgmentCounts:
        rows = [_values(index, name, one) for one in judgments]
        # By key, so that two that are put at once do not wait for each other in a circle.
        rows.sort(key=lambda row: row["key"])
        with self._database.errors():
            for left in reversed(range(_TIMES)):
                try:
                    with self._database.engine.begin() as connection:
                        return _put(connection, index, name, rows)
                except IntegrityError:
                    # Another process has put one of them since this one looked: so look again.
                    if not left:
                        raise
        raise AssertionError

    def judgments(self, index: str, name: str, query: str | None = None) -> list[Judgment]:
        found = select(table).where(_of(index, name))
        if query is not None:
            found = found.where(table.c.query == query)
        with self._database.transaction() as connection:
            judgments = [_judgment(row) for row in connection.execute(found)]
        # Not by the database: each sorts texts in an order of its own.
        return sorted(judgments, key=lambda one: (one.query, one.id, one.rater))

    def sets(self, index: str) -> list[JudgmentSet]:
        counted = (
            select(
                table.c.set_name,
                func.count().label("judgments"),
                func.count(distinct(table.c.query)).label("queries"),
                func.count(distinct(table.c.rater)).label("raters"),
                func.max(table.c.at).label("latest"),
            )
            .where(table.c.index_name == index)
            .group_by(table.c.set_name)
        )
        with self._database.transaction() as connection:
            found = [
                JudgmentSet(index, row.set_name, row.judgments, row.queries, row.raters, row.latest)
                for row in connection.execute(counted)
            ]
        return sorted(found, key=lambda one: one.name)

    def delete(self, index: str, name: str) -> int:
        with self._database.transaction() as connection:
            return connection.execute(delete(table).where(_of(index, name))).rowcount

    def close(self) -> None:
        self._database.close()


def _put(
    connection: Connection, index: str, name: str, rows: Sequence[Mapping[str, Any]]
) -> JudgmentCounts:
    stored: dict[str, float] = {}
    for start in range(0, len(rows), _CHUNK):
        keys = [row["key"] for row in rows[start : start + _CHUNK]]
        query = select(table.c.key, table.c.rating).where(_of(index, name), table.c.key.in_(keys))
        stored.update((row.key, row.rating) for row in connection.execute(query))
    new = [row for row in rows if row["key"] not in stored]
    changed = [row for row in rows if stored.get(row["key"], row["rating"]) != row["rating"]]
    if new:
        connection.execute(insert(table), new)
    if changed:
        is_it = _of(index, name) & (table.c.key == bindparam("of"))
        change = update(table).where(is_it)
        change = change.values({column: bindparam(f"its_{column}") for column in _CHANGE})
        values = [{f"its_{column}": row[column] for column in _CHANGE} for row in changed]
        named = [{"of": row["key"], **its} for row, its in zip(changed, values, strict=True)]
        connection.execute(change, named)
    return JudgmentCounts(len(new), len(changed), len(rows) - len(new) - len(changed))


def _of(index: str, name: str) -> Any:
    return and_(table.c.index_name == index, table.c.set_name == name)


def _values(index: str, name: str, judgment: Judgment) -> dict[str, Any]:
    key = json.dumps([judgment.query, judgment.id, judgment.rater])
    return {
        "index_name": index,
        "set_name": name,
        "key": sha256(key.encode()).hexdigest(),
        "query": judgment.query,
        "id": judgment.id,
        "rating": judgment.rating,
        "rater": judgment.rater,
        "source": judgment.source,
        "at": judgment.at,
    }


def _judgment(row: Row[Any]) -> Judgment:
    return Judgment(row.query, row.id, row.rating, row.rater, row.source, row.at)
