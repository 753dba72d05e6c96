"""Writes queries and events of UBI as Parquet, with a column for each thing that a report needs."""

import importlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from searchsvc.analytics.ubi import member
from searchsvc.errors import UsageError

_ROWS = 50_000  # of one group
_QUERY = {
    "timestamp": "time", "application": "text", "query_id": "text", "client_id": "text",
    "user_query": "text", "ranking": "text", "hits": "number", "filtered": "bool",
    "offset": "number", "took_ms": "float", "query_response_hit_ids": "texts",
}  # fmt: skip
_EVENT = {
    "timestamp": "time", "application": "text", "action_name": "text", "query_id": "text",
    "session_id": "text", "client_id": "text", "user_id": "text", "object_id": "text",
    "ordinal": "number", "message_type": "text", "message": "text", "user_query": "text",
    "event_attributes": "text",
}  # fmt: skip
_KINDS: Mapping[str, Any] = {
    "text": str,
    "number": int,
    "float": float,
    "bool": bool,
    "time": lambda value: datetime.fromisoformat(str(value)),
    "texts": lambda value: [str(one) for one in value],
}


def write_parquet(folder: Path, index: str, lines: Iterable[Mapping[str, Any]]) -> int:
    """A row for each line, in `<index>.parquet`; how many. Raises UsageError without pyarrow."""
    try:
        arrow, parquet = (importlib.import_module(n) for n in ("pyarrow", "pyarrow.parquet"))
    except ImportError as error:
        hint = "install it with: pip install 'searchsvc[parquet]'"
        raise UsageError("Parquet needs the package pyarrow", hint=hint) from error
    types = {
        "text": arrow.string(), "number": arrow.int64(), "float": arrow.float64(),
        "bool": arrow.bool_(), "time": arrow.timestamp("ms", "UTC"),
        "texts": arrow.list_(arrow.string()),
    }  # fmt: skip
    columns = _QUERY if index == "ubi_queries" else _EVENT
    schema = arrow.schema([(name, types[kind]) for name, kind in columns.items()])
    number, waiting = 0, iter(lines)
    with parquet.ParquetWriter(folder / f"{index}.parquet", schema) as writer:
        while part := [_row(line, columns) for line in islice(waiting, _ROWS)]:
            writer.write_table(arrow.Table.from_pylist(part, schema=schema))
            number += len(part)
    return number


def _row(line: Mapping[str, Any], columns: Mapping[str, str]) -> Mapping[str, Any]:
    """The line's members, those of its attributes beside them; null for what has another type."""
    attributes = member(line, "event_attributes")
    thing, position = member(attributes, "object"), member(attributes, "position")
    found = {**member(line, "query_attributes"), **line}
    found |= {"object_id": thing.get("object_id"), "ordinal": position.get("ordinal")}
    found["event_attributes"] = orjson.dumps(attributes).decode() if attributes else None
    return {name: _value(found.get(name), kind) for name, kind in columns.items()}


def _value(value: object, kind: str) -> object:
    if value is None:
        return None
    try:
        return _KINDS[kind](value)
    except (TypeError, ValueError):
        return None
