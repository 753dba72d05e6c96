"""Finds and checks `indexers/<index>.py`: ordinary Python, trusted like code, loaded by path."""

import hashlib
import importlib.util
import re
import traceback
from collections.abc import Collection
from dataclasses import dataclass, fields
from pathlib import Path
from types import ModuleType

from searchsvc.errors import DefinitionError, nearest
from searchsvc.indexing.indexer import Indexer, Join

_UNKNOWN_ARGUMENT = re.compile(r"(\w+)\.__init__\(\) got an unexpected keyword argument '(\w+)'")


@dataclass(frozen=True, slots=True)
class LoadedIndexer:
    """An indexer with its file and a hash of the file's text."""

    indexer: Indexer
    file: Path
    hash: str


def indexer_files(folder: Path) -> list[Path]:
    """The indexer files of a folder; names that begin with `_` are the user's own helpers."""
    return [p for p in sorted(folder.glob("*.py")) if not p.name.startswith("_")]


def read_indexer(file: Path, indexes: Collection[str], sources: Collection[str]) -> LoadedIndexer:
    """The indexer of one file. Raises DefinitionError with file, line and nearest name."""
    text = file.read_bytes()
    indexer = getattr(_load(file), "indexer", None)
    if not isinstance(indexer, Indexer):
        hint = "end the file with: indexer = Indexer(...)"
        raise DefinitionError("the file defines no indexer", file=file, hint=hint)
    _check_names(indexer, file, text.decode(), indexes, sources)
    _check_statements(indexer, file)
    return LoadedIndexer(indexer, file, hashlib.sha256(text).hexdigest()[:16])


def _load(file: Path) -> ModuleType:
    """Run the file as a module of its own; any exception names the line it came from."""
    spec = importlib.util.spec_from_file_location(f"searchsvc_indexer_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise DefinitionError("cannot load the file", file=file)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        raise DefinitionError(
            f"not valid Python: {error.msg}", file=file, line=error.lineno
        ) from error
    except Exception as error:
        raise _raised(file, error) from error
    return module


def _raised(file: Path, error: Exception) -> DefinitionError:
    frames = traceback.extract_tb(error.__traceback__)
    line = next((f.lineno for f in reversed(frames) if f.filename == str(file)), None)
    match = _UNKNOWN_ARGUMENT.search(str(error))
    if match is None:
        message = f"{type(error).__name__}: {error}"
        return DefinitionError(message, file=file, line=line)
    kind, name = match.groups()
    known = {field.name for field in fields(Join if kind == "Join" else Indexer)}
    message = f"{kind} has no argument '{name}'"
    return DefinitionError(message, file=file, line=line, key=name, hint=nearest(name, known))


def _check_names(
    indexer: Indexer, file: Path, text: str, indexes: Collection[str], sources: Collection[str]
) -> None:
    if indexer.index not in indexes:
        raise DefinitionError(
            f"index '{indexer.index}' has no mapping",
            file=file,
            line=line_of(text, "index"),
            key="index",
            hint=f"{nearest(indexer.index, indexes)} or add mappings/{indexer.index}/mapping.yaml",
        )
    if indexer.source not in sources:
        raise DefinitionError(
            f"unknown source '{indexer.source}'",
            file=file,
            line=line_of(text, "source"),
            key="source",
            hint=f"{nearest(indexer.source, sources)}; sources stand in searchsvc.yaml",
        )


def line_of(text: str, argument: str) -> int | None:
    """The first line that sets the argument of Indexer, for an error to point at."""
    match = re.search(rf"^\s*{argument}\s*=|\b{argument}\s*=", text, re.MULTILINE)
    return text.count("\n", 0, match.end()) + 1 if match else None


def _check_statements(indexer: Indexer, file: Path) -> None:
    """What can be seen without the database."""
    names = [join.name for join in indexer.joins]
    for name in {n for n in names if names.count(n) > 1}:
        raise DefinitionError("two joins have this name", file=file, key=f"joins.{name}")
    for join in indexer.joins:
        if ":ids" not in join.sql:
            hint = "add: WHERE <parent column> IN :ids"
            raise DefinitionError(
                "the statement has no :ids", file=file, key=f"joins.{join.name}.sql", hint=hint
            )
    since = [(f"joins.{j.name}.changed", j.changed) for j in indexer.joins if j.changed]
    since += [("changed", statement) for statement in indexer.changed]
    for key, statement in since:
        if ":since" not in statement:
            hint = "add: WHERE <time column> >= :since"
            raise DefinitionError("the statement has no :since", file=file, key=key, hint=hint)
    if not indexer.keys or not all(indexer.keys):
        raise DefinitionError("the key is empty", file=file, key="key", hint="name its column")
    if not 1 <= indexer.page_size <= 50_000:
        raise DefinitionError("page_size is not 1 to 50000", file=file, key="page_size")
