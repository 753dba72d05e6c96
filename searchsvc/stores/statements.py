"""Statements of the state store that several of its methods share, within their transaction."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, text, update

from searchsvc.domain.run import Lease, RunKind
from searchsvc.stores.schema import dead_letters, leases, runs

_CHUNK = 500  # ids of one statement: below SQLite's limit of bound values


def value_of(connection: Connection, table: Table, version: str) -> int | None:
    """The number that a table holds for a version."""
    value: int | None = connection.execute(
        select(table.c.value).where(table.c.version == version)
    ).scalar()
    return value


def put(
    connection: Connection, table: Table, version: str, value: int, *, lower: bool = True
) -> None:
    """Set a version's number, unless it would be lowered and may not."""
    change = update(table).where(table.c.version == version).values(value=value)
    if connection.execute(change if lower else change.where(table.c.value < value)).rowcount:
        return
    if value_of(connection, table, version) is None:
        connection.execute(insert(table).values(version=version, value=value))


def clock_of(connection: Connection) -> datetime:
    """The time of the database's host: ours where it is a file."""
    if connection.dialect.name == "sqlite":
        return datetime.now(UTC)
    now: datetime = connection.execute(text("SELECT UTC_TIMESTAMP(6)")).scalar_one()
    return now.replace(tzinfo=UTC)


def is_lease(lease: Lease) -> Any:
    """The lease's row while it is still this owner's."""
    return (
        (leases.c.index_name == lease.index)
        & (leases.c.owner == lease.owner)
        & (leases.c.number == lease.number)
    )


def prune_runs(connection: Connection, index: str, kind: RunKind, keep: int) -> None:
    """Drop all but the newest `keep` runs of one index and kind."""
    mine = (runs.c.index_name == index) & (runs.c.kind == kind.value)
    oldest = select(runs.c.id).where(mine).order_by(runs.c.id.desc()).offset(keep).limit(1)
    last = connection.execute(oldest).scalar()
    if last is not None:
        connection.execute(delete(runs).where(mine, runs.c.id <= last))


def delete_letters(connection: Connection, index: str, keys: Sequence[str]) -> None:
    """Drop the dead letters of these keys of one index."""
    table = dead_letters
    for start in range(0, len(keys), _CHUNK):
        chunk = keys[start : start + _CHUNK]
        connection.execute(delete(table).where(table.c.index_name == index, table.c.key.in_(chunk)))
