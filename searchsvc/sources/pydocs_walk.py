"""Walks the running interpreter's own modules for what their documentation says."""

import contextlib
import importlib
import inspect
import io
import os
import pkgutil
import re
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

# Importing these opens a browser, prints, needs a display, or reaches what is not for use.
_LEFT_OUT = frozenset(
    ["antigravity", "this", "idlelib", "turtledemo", "turtle", "tkinter", "test", "tests"]
) | {"lib2to3", "distutils", "ensurepip", "pydoc_data", "msilib", "rlcompleter", "readline", "site"}
# `os` and `os.path` offer what these implement.
_IMPLEMENTATIONS = {"os.path": ("posixpath", "genericpath", "ntpath"), "os": ("posix", "nt")}
_HIDDEN = frozenset(name for names in _IMPLEMENTATIONS.values() for name in names)
_NO_SUBMODULES = frozenset({"encodings", "ctypes", "venv"})
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_DEPRECATED = re.compile(r"\bdeprecated\b", re.IGNORECASE)
_LONGEST_SIGNATURE = 300


@dataclass(frozen=True, slots=True)
class Module:
    """A module with its objects; `updated` is its file's time."""

    name: str
    doc: str
    updated: datetime
    objects: tuple["Object", ...]


@dataclass(frozen=True, slots=True)
class Object:
    """A function, class, exception, method or property; `qualified_name` begins with the module."""

    name: str
    qualified_name: str
    kind: str
    signature: str
    doc: str
    deprecated: bool


def modules() -> list[Module]:
    """Every public module of the standard library that can be imported here, by name.

    An object is told once, in the first module that offers it: `asyncio.gather`, not
    `asyncio.tasks.gather`. Nothing is printed or warned of.
    """
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        return list(_modules(set()))


def _modules(seen: set[int]) -> Iterator[Module]:
    for name in sorted(sys.stdlib_module_names):
        if not name.startswith("_") and name not in _LEFT_OUT | _HIDDEN:
            for module in _with_submodules(name):
                yield _described(module, seen)


def _with_submodules(name: str) -> Iterator[tuple[str, ModuleType]]:
    module = _imported(name)
    if module is None:
        return
    yield name, module
    if name == "os":
        yield "os.path", os.path
    if name in _NO_SUBMODULES:
        return
    for info in pkgutil.iter_modules(getattr(module, "__path__", [])):
        if not info.name.startswith("_") and info.name not in _LEFT_OUT:
            yield from _with_submodules(f"{name}.{info.name}")


def _imported(name: str) -> ModuleType | None:
    """The module, or None where this interpreter cannot import it."""
    try:
        return importlib.import_module(name)
    except Exception:  # noqa: BLE001  a module may raise anything while it is imported
        return None


def _described(found: tuple[str, ModuleType], seen: set[int]) -> Module:
    name, module = found
    objects = tuple(_objects(name, module, seen))
    return Module(name, _doc(module), _file_time(module), objects)


def _file_time(module: ModuleType) -> datetime:
    """When the module's file was written; the interpreter's own for those without a file."""
    file = Path(getattr(module, "__file__", None) or os.__file__)
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)


def _objects(module_name: str, module: ModuleType, seen: set[int]) -> Iterator[Object]:
    listed = frozenset(getattr(module, "__all__", ()))
    # What is listed may be made on first use, as concurrent.futures does.
    for name in sorted(listed.union(vars(module))):
        value = getattr(module, name, None)
        if name.startswith("_") or id(value) in seen:
            continue
        if not (inspect.isclass(value) or inspect.isroutine(value)):
            continue
        if _belongs(getattr(value, "__module__", None), module_name, is_listed=name in listed):
            seen.add(id(value))
            yield _object(name, f"{module_name}.{name}", _kind(value), value)
            if inspect.isclass(value):
                yield from _members(f"{module_name}.{name}", value)


def _belongs(home: object, module_name: str, *, is_listed: bool) -> bool:
    """Whether an object made in `home` is documented in the module."""
    if home == module_name or home in _IMPLEMENTATIONS.get(module_name, ()):
        return True
    if not isinstance(home, str) or not is_listed:
        return False
    return home.startswith((f"{module_name}.", "_"))


def _kind(value: object) -> str:
    if not inspect.isclass(value):
        return "function"
    return "exception" if issubclass(value, BaseException) else "class"


def _members(prefix: str, owner: type) -> Iterator[Object]:
    """The public methods and properties that the class itself documents."""
    for name, value in sorted(vars(owner).items()):
        if name.startswith("_"):
            continue
        member = value.__func__ if isinstance(value, staticmethod | classmethod) else value
        is_property = isinstance(member, property)
        if (is_property or inspect.isroutine(member)) and _doc(member):
            yield _object(name, f"{prefix}.{name}", "property" if is_property else "method", member)


def _object(name: str, qualified_name: str, kind: str, value: object) -> Object:
    doc = _doc(value)
    head = doc[:400]
    return Object(
        name, qualified_name, kind, _signature(value), doc, _DEPRECATED.search(head) is not None
    )


def _doc(value: object) -> str:
    doc = getattr(value, "__doc__", None)
    return _storable(inspect.cleandoc(doc)) if isinstance(doc, str) else ""


def _storable(text: str) -> str:
    """Without lone surrogates, which are no UTF-8."""
    return text.encode("utf-8", "replace").decode()


def _signature(value: object) -> str:
    """As `(path, *, mode=438)`; "" where the interpreter does not know it."""
    if not callable(value):
        return ""
    try:
        text = str(inspect.signature(value))
    except (ValueError, TypeError, NameError, AttributeError):
        return ""
    # Addresses differ from run to run.
    return _storable(_ADDRESS.sub("", text)[:_LONGEST_SIGNATURE])
