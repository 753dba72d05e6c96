"""Fills `pydocs` from the documentation of the running Python: modules, their objects, topics."""

import re
from typing import Any

from searchsvc.indexing import Indexer, Join

_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|_")
_BASE = {"module": 24, "topic": 12, "class": 12, "exception": 8, "function": 16}

# One key for three tables: their ids come from ranges that do not overlap.
SQL = """
    SELECT id, module_id, kind, name, qualified_name, signature, doc, deprecated, updated_at
    FROM objects
    UNION ALL
    SELECT id, id, 'module', name, name, '', doc, 0, updated_at FROM modules
    UNION ALL
    SELECT id, NULL, 'topic', name, name, '', text, 0, updated_at FROM topics
"""
MODULE = "SELECT id AS _id, name AS value FROM modules WHERE id IN :ids"
RENAMED = (
    "SELECT o.id FROM objects o JOIN modules m ON m.id = module_id WHERE m.updated_at >= :since"
)


def importance(kind: str, name: str, doc: str) -> float:
    """1 to 100: a module or class before its methods, and documented before bare."""
    base = _BASE.get(kind, 4) / (1 + name.count("."))
    if "_" in (name[:1], name.rpartition(".")[2][:1]):
        base = 1
    return max(1, round(base * (1 + min(len(doc), 3000) / 1000), 1))


def to_document(row: dict[str, Any]) -> dict[str, Any]:
    """The document of one module, object or topic."""
    doc = row["doc"]
    return {
        "name": row["name"],
        "qualified_name": row["qualified_name"],
        "words": _HUMPS.sub(" ", row["name"]),
        "summary": doc.partition("\n\n")[0],
        "doc": doc,
        "signature": row["signature"] or None,
        "kind": row["kind"],
        "module": row["module"],
        "deprecated": row["deprecated"],
        "importance": importance(row["kind"], row["qualified_name"], doc),
        "updated_at": row["updated_at"],
    }


indexer = Indexer(
    index="pydocs",
    source="pydocs",
    sql=SQL,
    key="id",
    watermark="updated_at",
    joins=[Join("module", sql=MODULE, on="module_id", one=True, changed=RENAMED)],
    changed=["SELECT id FROM deletions WHERE deleted_at >= :since"],
    every="2s",
    reconcile="10m",
    overlap=10,  # writers of this file commit at once
    to_document=to_document,
)
