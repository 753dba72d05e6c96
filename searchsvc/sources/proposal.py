"""Proposes an index for each table worth one: what `searchsvc init` writes, before it is text.

Names carry most of what is guessed here. Every guess stands in the written files to be changed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from searchsvc.domain.definition import Field
from searchsvc.domain.index import is_index_name
from searchsvc.indexing.indexer import Join
from searchsvc.sources.proposal_fields import field_name, joined_field, own_field, title_column
from searchsvc.sources.proposal_joins import Joined, joins_of, link_tables
from searchsvc.sources.schema import ColumnKind, TableSchema


@dataclass(frozen=True, slots=True)
class IndexProposal:
    """One index: `select` are the SELECT's columns as SQL, `fields` the mapping's in its order.

    `warnings` are sentences for whoever runs `init`; they also stand in the indexer's file.
    """

    index: str
    table: str
    select: tuple[str, ...]
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    watermark: str = ""
    soft_delete: str = ""
    joins: tuple[Join, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """The proposed indexes, and why other tables get none: a sentence each."""

    indexes: tuple[IndexProposal, ...]
    skipped: tuple[str, ...]


def propose(tables: Sequence[TableSchema]) -> Proposal:
    """An index for each table that has a key and something to search."""
    by_name = {table.name: table for table in tables}
    links = link_tables(tables)
    indexes: list[IndexProposal] = []
    skipped: list[str] = []
    for table in tables:
        reason = _unfit(table, links)
        if reason:
            skipped.append(f"{table.name}: {reason}")
        else:
            taken = {index.index for index in indexes}
            indexes.append(_index(table, by_name, links, _index_name(table.name, taken)))
    return Proposal(tuple(indexes), tuple(skipped))


def _unfit(table: TableSchema, links: Iterable[TableSchema]) -> str:
    """Why a table gets no index, "" where it gets one."""
    if not table.key:
        return "it has no primary key, by which its rows could be told apart"
    if table in links:
        return "it only links tables; what it links is joined instead"
    if any(table.column(key).kind is ColumnKind.OTHER for key in table.key):
        return "its key is of a type that cannot be an id"
    own = (own_field(table, column, table.soft_delete) for column in table.columns)
    if not any(field and field.searchable for field in own):
        return "it has no text of its own to search"
    return ""


def _index_name(table: str, taken: set[str]) -> str:
    """The table's name as an index's: `MediaType` becomes `media_type`."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", table).lower()
    name = re.sub(r"[^a-z0-9_]+", "_", words).strip("_")
    name = name if re.match(r"[a-z]", name) else f"table_{name}".rstrip("_")
    name = name[:60]
    number = 2
    unique = name
    while unique in taken or not is_index_name(unique):
        unique = f"{name}_{number}"
        number += 1
    return unique


def _index(
    table: TableSchema,
    tables: Mapping[str, TableSchema],
    links: Sequence[TableSchema],
    index: str,
) -> IndexProposal:
    own = [(c, own_field(table, c, table.soft_delete)) for c in table.columns]
    kept = [(column, field) for column, field in own if field is not None]
    fields = [field for _, field in kept]
    joins: list[Join] = []
    for joined in joins_of(table, tables, links):
        name = _free_name(joined, {field.name for field in fields})
        fields.append(joined_field(name, one=joined.join.one))
        joins.append(replace(joined.join, name=name))
    names = {column.name: field.name for column, field in kept}
    return IndexProposal(
        index=index,
        table=table.sql,
        select=tuple(
            c.sql if f.name in (c.sql, c.name) else f"{c.sql} AS {f.name}" for c, f in kept
        ),
        fields=tuple(_title_first(table, fields)),
        key=tuple(names[key] for key in table.key),
        watermark=names.get(table.watermark, ""),
        soft_delete=names.get(table.soft_delete, ""),
        joins=tuple(joins),
        warnings=tuple(_warnings(table, [c.name for c, f in own if f is None])),
    )


def _free_name(joined: Joined, taken: set[str]) -> str:
    """The first of the join's names that no column has."""
    lower = {name.lower() for name in taken}
    for name in (*joined.names, *(f"{joined.names[-1]}_{n}" for n in range(2, 99))):
        if name.lower() not in lower:
            return name
    return f"{joined.names[-1]}_join"


def _title_first(table: TableSchema, fields: list[Field]) -> list[Field]:
    """The fields with the title ahead: a mapping reads from what matters most."""
    title = title_column(table)
    name = field_name(title.name) if title else ""
    return sorted(fields, key=lambda field: field.name != name)


def _warnings(table: TableSchema, left_out: Sequence[str]) -> Iterable[str]:
    if not table.watermark:
        yield (
            "no column is moved by every change (like updated_at), so changes are found by"
            " comparing everything, once an hour"
        )
    elif not table.watermark_indexed:
        columns = ", ".join((table.watermark, *table.key))
        yield (
            f"{table.name}.{table.watermark} has no index, so every increment reads the whole"
            f" table: CREATE INDEX {table.name}_changed ON {table.sql} ({columns})"
        )
    if left_out:
        yield f"left out, since their types cannot be searched: {', '.join(left_out)}"
