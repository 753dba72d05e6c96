"""Finds what belongs to a table's rows: titles behind its foreign keys and behind link tables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from searchsvc.indexing.indexer import Join
from searchsvc.sources.proposal_fields import field_name, snake, title_column
from searchsvc.sources.schema import Column, ForeignKey, TableSchema

# A document with more joined values than this on average is a list, not a document.
_MOST_VALUES = 50


@dataclass(frozen=True, slots=True)
class Joined:
    """A join that still wants a name: the first of `names` that is free."""

    names: tuple[str, ...]
    join: Join


def link_tables(tables: Sequence[TableSchema]) -> tuple[TableSchema, ...]:
    """Tables that do nothing but link two others: every column is a key of one of them."""
    return tuple(
        table
        for table in tables
        if len({key.table for key in table.foreign_keys}) == 2
        and len(table.foreign_keys) == 2
        and {c.name for c in table.columns}
        <= {key.column for key in table.foreign_keys} | set(table.key) | {table.watermark}
    )


def joins_of(
    table: TableSchema, tables: Mapping[str, TableSchema], links: Sequence[TableSchema]
) -> Iterator[Joined]:
    """The joins of one table: its foreign keys, theirs, then the link tables."""
    for key in table.foreign_keys:
        other = tables.get(key.table)
        if other is None or other is table:
            continue
        yield from _direct(table, key, other)
        for next_key in other.foreign_keys:
            further = tables.get(next_key.table)
            if further is not None and further not in (table, other):
                yield from _indirect(key, other, next_key, further)
    for link in links:
        for near in link.foreign_keys:
            if near.table == table.name and (near.target,) == table.key:
                yield from _linked(table, link, near, tables)


def _direct(table: TableSchema, key: ForeignKey, other: TableSchema) -> Iterator[Joined]:
    title = title_column(other)
    if title is None:
        return
    target = other.column(key.target).sql
    name = _without_id(key.column)
    sql = f"SELECT {target} AS _id, {title.sql} AS value FROM {other.sql} WHERE {target} IN :ids"
    changed = ""
    if other.watermark and len(table.key) == 1:
        changed = (
            f"SELECT a.{_key(table)} FROM {table.sql} a JOIN {other.sql} b"
            f" ON b.{target} = a.{table.column(key.column).sql}"
            f" WHERE b.{other.column(other.watermark).sql} >= :since"
        )
    join = Join(name, sql, on=field_name(key.column), one=True, changed=changed)
    yield Joined((name, f"{name}_{snake(title.name)}"), join)


def _indirect(
    key: ForeignKey,
    other: TableSchema,
    next_key: ForeignKey,
    further: TableSchema,
) -> Iterator[Joined]:
    """The title two steps away: the artist of a track's album."""
    title: Column | None = title_column(further)
    if title is None:
        return
    target = other.column(key.target).sql
    name = _without_id(next_key.column)
    sql = (
        f"SELECT a.{target} AS _id, b.{title.sql} AS value FROM {other.sql} a"
        f" JOIN {further.sql} b ON b.{further.column(next_key.target).sql}"
        f" = a.{other.column(next_key.column).sql} WHERE a.{target} IN :ids"
    )
    join = Join(name, sql, on=field_name(key.column), one=True)
    yield Joined((name, f"{_without_id(key.column)}_{name}"), join)


def _linked(
    table: TableSchema,
    link: TableSchema,
    near: ForeignKey,
    tables: Mapping[str, TableSchema],
) -> Iterator[Joined]:
    """The titles behind a link table: the playlists of a track."""
    far = next(key for key in link.foreign_keys if key != near)
    other = tables.get(far.table)
    title = title_column(other) if other else None
    if other is None or title is None or link.rows > _MOST_VALUES * max(table.rows, 1):
        return
    parent = link.column(near.column).sql
    sql = (
        f"SELECT DISTINCT a.{parent} AS _id, b.{title.sql} AS value FROM {link.sql} a"
        f" JOIN {other.sql} b ON b.{other.column(far.target).sql}"
        f" = a.{link.column(far.column).sql} WHERE a.{parent} IN :ids ORDER BY value"
    )
    changed = ""
    if link.watermark:
        changed = (
            f"SELECT {parent} FROM {link.sql} WHERE {link.column(link.watermark).sql} >= :since"
        )
    name = snake(other.name)
    plural = name if name.endswith("s") else f"{name}s"
    yield Joined((plural, f"{snake(link.name)}_{plural}"), Join(plural, sql, changed=changed))


def _key(table: TableSchema) -> str:
    return table.column(table.key[0]).sql


def _without_id(column: str) -> str:
    """`ArtistId` and `artist_id` as `artist`."""
    name = snake(column)
    return field_name(name.removesuffix("_id").removesuffix("_fk") or name)
