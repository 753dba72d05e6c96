"""Finds and checks `indexers/<index>.py`: ordinary Python, trusted like code, loaded by path."""

import ast
import hashlib
import importlib.util
import re
import traceback
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from types import ModuleType
from typing import Any

from searchsvc.errors import DefinitionError, nearest
from searchsvc.indexing.indexer import Indexer, Join
from searchsvc.indexing.recipe import FOLLOWING
from searchsvc.indexing.when import parse_when

_UNKNOWN_ARGUMENT = re.compile(r"(\w+)\.__init__\(\) got an unexpected keyword argument '(\w+)'")
_MISSING_ARGUMENT = re.compile(r"(\w+)\.__init__\(\) missing .* arguments?: (.+)")


@dataclass(frozen=True, slots=True)
class LoadedIndexer:
    """An indexer with its file and a hash of the file's code, `code`.

    Comments, layout and the arguments that only say when to run leave `code` as it is.
    """

    indexer: Indexer
    file: Path
    code: str


@dataclass(frozen=True, slots=True)
class _Written:
    """An indexer's file and its text, in which errors find their line."""

    file: Path
    text: str

    def error(self, message: str, key: str, hint: str = "", *, join: str = "") -> DefinitionError:
        """An error on the argument `key`, or on the join of that name."""
        line = _line_of_join(self.text, join) if join else line_of(self.text, key)
        return DefinitionError(message, file=self.file, line=line, key=key, hint=hint)


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
    written = _Written(file, text.decode())
    _check_kinds(indexer, written)
    _check_names(indexer, written, indexes, sources)
    _check_statements(indexer, written)
    _check_numbers(indexer, written)
    _check_times(indexer, written)
    return LoadedIndexer(indexer, file, _code_hash(written.text))


class _Timeless(ast.NodeTransformer):
    """Takes out what only says where, when and how changes are found."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Leave those arguments out of Indexer(...) and Join(...)."""
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in ("Indexer", "Join"):
            node.keywords = [word for word in node.keywords if word.arg not in FOLLOWING]
        return node


def _code_hash(text: str) -> str:
    code = ast.unparse(_Timeless().visit(ast.parse(text)))
    return hashlib.sha256(code.encode()).hexdigest()[:16]


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
    except (Exception, SystemExit) as error:
        # SystemExit too: a file that ends the process must not look as if all were well.
        raise _raised(file, error) from error
    return module


def _raised(file: Path, error: BaseException) -> DefinitionError:
    frames = traceback.extract_tb(error.__traceback__)
    line = next((f.lineno for f in reversed(frames) if f.filename == str(file)), None)
    missing = _MISSING_ARGUMENT.search(str(error))
    if missing is not None:
        message = f"{missing[1]} needs the argument {missing[2]}"
        return DefinitionError(message, file=file, line=line)
    match = _UNKNOWN_ARGUMENT.search(str(error))
    if match is None:
        message = f"{type(error).__name__}: {error}"
        return DefinitionError(message, file=file, line=line)
    kind, name = match.groups()
    known = {field.name for field in fields(Join if kind == "Join" else Indexer)}
    message = f"{kind} has no argument '{name}'"
    return DefinitionError(message, file=file, line=line, key=name, hint=nearest(name, known))


def _check_kinds(indexer: Indexer, written: _Written) -> None:
    """Every argument is of the type that the rest relies on."""
    for field in fields(Indexer):
        value = getattr(indexer, field.name)
        kinds, item, wanted = _KINDS.get(field.name, (str, object, "text"))
        items = value if isinstance(value, list | tuple) else ()
        if not isinstance(value, kinds) or not all(isinstance(each, item) for each in items):
            raise written.error(f"must be {wanted}", field.name)
    for join in indexer.joins:
        for name in ("name", "sql", "on", "changed"):
            if not isinstance(getattr(join, name), str):
                raise written.error(
                    "must be text", f"joins.{join.name}.{name}", join=str(join.name)
                )


# An argument's types, those of its items, and how a message calls them; the rest is text.
_KINDS: Mapping[str, tuple[Any, type, str]] = {
    "key": ((str, list, tuple), str, "a column's name, or several"),
    "to_document": (Callable, object, "a function of a row"),
    "joins": (tuple, Join, "a list of Join(...)"),
    "changed": (tuple, str, "a list of statements"),
    "overlap": ((int, float), object, "a number of seconds"),
    "page_size": (int, object, "a whole number"),
}


def _check_names(
    indexer: Indexer, written: _Written, indexes: Collection[str], sources: Collection[str]
) -> None:
    if indexer.index not in indexes:
        near = nearest(indexer.index, indexes)
        hint = f"{near} or add mappings/{indexer.index}/mapping.yaml"
        raise written.error(f"index '{indexer.index}' has no mapping", "index", hint)
    if indexer.source not in sources:
        hint = f"{nearest(indexer.source, sources)}; sources stand in searchsvc.yaml"
        raise written.error(f"unknown source '{indexer.source}'", "source", hint)


def line_of(text: str, argument: str) -> int | None:
    """The first line that sets the argument of Indexer, for an error to point at."""
    match = re.search(rf"^\s*{argument}\s*=|\b{argument}\s*=", text, re.MULTILINE)
    return text.count("\n", 0, match.end()) + 1 if match else None


def _line_of_join(text: str, name: str) -> int | None:
    match = re.search(rf"['\"]{re.escape(name)}['\"]", text)
    return text.count("\n", 0, match.end()) + 1 if match else None


def _check_statements(indexer: Indexer, written: _Written) -> None:
    """What can be seen without the database."""
    names = [join.name for join in indexer.joins]
    for name in {n for n in names if names.count(n) > 1}:
        raise written.error("two joins have this name", f"joins.{name}", join=name)
    for join in indexer.joins:
        if ":ids" not in join.sql:
            hint = "add: WHERE <parent column> IN :ids"
            key = f"joins.{join.name}.sql"
            raise written.error("the statement has no :ids", key, hint, join=join.name)
    since = [(f"joins.{j.name}.changed", j.changed, j.name) for j in indexer.joins if j.changed]
    since += [("changed", statement, "") for statement in indexer.changed]
    for key, statement, name in since:
        if ":since" not in statement:
            hint = "add: WHERE <time column> >= :since"
            raise written.error("the statement has no :since", key, hint, join=name)
    if not indexer.keys or not all(indexer.keys):
        raise written.error("the key is empty", "key", "name its column")


def _check_numbers(indexer: Indexer, written: _Written) -> None:
    if not 1 <= indexer.page_size <= 50_000:
        raise written.error("page_size is not 1 to 50000", "page_size")
    if not 0 <= indexer.overlap < float("inf"):
        raise written.error("overlap is no number of seconds", "overlap")


def _check_times(indexer: Indexer, written: _Written) -> None:
    """When its runs are due can be read."""
    for name in ("every", "rebuild", "reconcile"):
        text = getattr(indexer, name)
        try:
            if text:
                parse_when(text)
        except DefinitionError as error:
            raise written.error(error.message, name, error.hint) from error
    if indexer.every and not indexer.follows:
        message = f"nothing tells what has changed every {indexer.every}"
        hint = "name a watermark or a changed statement, or leave `every` out"
        raise written.error(message, "every", hint)
