"""Makes a database of a judged catalogue: a table of documents, lists in tables linked to it."""

import gzip
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

_LONG = 255  # characters; a column with a longer text is a TEXT


def documents(folder: Path) -> list[dict[str, Any]]:
    """The documents of `folder`/documents.jsonl.gz."""
    with gzip.open(folder / "documents.jsonl.gz") as lines:
        return [orjson.loads(line) for line in lines]


def queries(folder: Path) -> dict[str, str]:
    """The texts of `folder`/queries.tsv by their ids."""
    lines = (folder / "queries.tsv").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t", 1) for line in lines)


def judgments(folder: Path) -> dict[str, dict[str, float]]:
    """The grades of `folder`/qrels.tsv by query and document."""
    found: dict[str, dict[str, float]] = {}
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines():
        query, _, document, grade = line.split()
        found.setdefault(query, {})[document] = float(grade)
    return found


def make_database(path: Path, table: str, held: Sequence[Mapping[str, Any]]) -> None:
    """`held` as the rows of `table`; each list becomes a table of values and one of links."""
    database = sqlite3.connect(path)
    names = list(held[0])
    lists = [name for name in names if any(isinstance(one[name], list) for one in held)]
    plain = [name for name in names if name not in lists and name != "id"]
    columns = ", ".join(f"{name} {_type(one[name] for one in held)}" for name in plain)
    database.execute(f"CREATE TABLE {table} (id VARCHAR(32) PRIMARY KEY, {columns})")
    database.executemany(
        f"INSERT INTO {table} VALUES ({', '.join('?' * (len(plain) + 1))})",
        ([one["id"], *(one[name] for name in plain)] for one in held),
    )
    for name in lists:
        _make_links(database, table, name, held)
    database.commit()
    database.close()


def singular(name: str) -> str:
    """The table of a list's values; `init` makes a field of it whose name begins so."""
    return name.removesuffix("s")


def _make_links(
    database: sqlite3.Connection, table: str, name: str, held: Sequence[Mapping[str, Any]]
) -> None:
    one = singular(name)
    values = list(dict.fromkeys(value for document in held for value in document[name]))
    numbers = {value: number for number, value in enumerate(values, 1)}
    database.execute(f"CREATE TABLE {one} (id INTEGER PRIMARY KEY, name VARCHAR(255))")
    database.executemany(f"INSERT INTO {one} VALUES (?, ?)", ((n, v) for v, n in numbers.items()))
    database.execute(
        f"CREATE TABLE {table}_{one} (owner_id VARCHAR(32) REFERENCES {table}(id),"
        f" {one}_id INTEGER REFERENCES {one}(id), PRIMARY KEY (owner_id, {one}_id))"
    )
    database.executemany(
        f"INSERT OR IGNORE INTO {table}_{one} VALUES (?, ?)",
        ((document["id"], numbers[value]) for document in held for value in document[name]),
    )


def _type(values: Iterable[Any]) -> str:
    known = [value for value in values if value is not None]
    if all(isinstance(value, bool) for value in known):
        return "BOOLEAN"
    if all(isinstance(value, int) for value in known):
        return "INTEGER"
    if all(isinstance(value, int | float) for value in known):
        return "REAL"
    return "TEXT" if max(map(len, known)) > _LONG else f"VARCHAR({_LONG})"
