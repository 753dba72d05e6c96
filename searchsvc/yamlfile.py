"""Reads a YAML file into values that remember their line, for errors that name file, line, key."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from searchsvc.errors import FileError

# What PyYAML's constructors raise for a value that is none of its tag: `!!bool maybe`.
_UNUSABLE = (ValueError, LookupError, AttributeError, TypeError, OverflowError)


class _Loader(yaml.SafeLoader):
    """Refuses a text with half a character, which no answer and no engine can be told."""

    def compose_scalar_node(self, anchor: Any) -> yaml.ScalarNode:
        """The next scalar."""
        node = super().compose_scalar_node(anchor)
        try:
            str(node.value).encode()
        except UnicodeEncodeError:
            message = "an escape that is half a character (\\ud800 to \\udfff)"
            raise yaml.composer.ComposerError(None, None, message, node.start_mark) from None
        return node


class _WithoutAliases(_Loader):
    """Refuses `*name` where it stands."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """The next node."""
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs forget its type
            message = f"an alias (*{event.anchor}) is not taken here"
            raise yaml.composer.ComposerError(None, None, message, event.start_mark)
        return super().compose_node(parent, index)


@dataclass(frozen=True, slots=True)
class Node:
    """One YAML value with its place: `value` is a scalar, a list of Nodes or a dict of Nodes.

    `written` is a scalar as it stands in the file: 007, where `value` is 7.
    """

    value: Any
    file: Path
    line: int
    key: str
    written: str = ""

    def items(self) -> Iterator[tuple[str, "Node"]]:
        """The entries of a mapping."""
        return iter(self.value.items())

    def plain(self) -> Any:
        """The value without places."""
        if isinstance(self.value, dict):
            return {name: node.plain() for name, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def error(self, kind: type[FileError], message: str, hint: str = "") -> FileError:
        """An error of that kind at this place."""
        return kind(message, file=self.file, line=self.line, key=self.key, hint=hint)


def read_yaml(path: Path, kind: type[FileError]) -> Node:
    """The file's tree; an empty file is an empty mapping. Raises `kind`, also on repeated keys."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise kind(f"cannot read the file: {error}", file=path) from error
    return parse_yaml(text, path, kind)


def parse_yaml(text: str, path: Path, kind: type[FileError], *, aliases: bool = True) -> Node:
    """As `read_yaml`, from text; `path` is what errors name.

    Without `aliases`, no `*name` is taken: a few of them can stand for billions of values.
    """
    try:
        loader = _Loader(text) if aliases else _WithoutAliases(text)
    except yaml.reader.ReaderError as error:
        place = text.count("\n", 0, error.position) + 1
        raise kind(f"not valid YAML: {error.reason}", file=path, line=place) from error
    try:
        root = loader.get_single_node()
        if root is None:
            return Node({}, path, 1, "")
        return _convert(root, loader, path, "", kind)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        message = f"not valid YAML: {error.problem or error}"
        raise kind(message, file=path, line=line) from error
    except yaml.YAMLError as error:
        raise kind(f"not valid YAML: {error}", file=path) from error
    except RecursionError as error:
        raise kind("nested too deep, or an anchor contains itself", file=path) from error
    finally:
        loader.dispose()


def _convert(
    node: yaml.Node, loader: yaml.SafeLoader, path: Path, key: str, kind: type[FileError]
) -> Node:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return Node(_mapping(node, loader, path, key, kind), path, line, key)
    if isinstance(node, yaml.SequenceNode):
        items = [
            _convert(item, loader, path, f"{key}[{number}]", kind)
            for number, item in enumerate(node.value)
        ]
        return Node(items, path, line, key)
    return Node(_scalar(node, loader, path, key, kind), path, line, key, str(node.value))


def _scalar(
    node: yaml.Node, loader: yaml.SafeLoader, path: Path, key: str, kind: type[FileError]
) -> Any:
    try:
        return loader.construct_object(node)
    except _UNUSABLE as error:
        line = node.start_mark.line + 1
        raise kind(f"not a usable value: {error}", file=path, line=line, key=key) from error


def _mapping(
    node: yaml.MappingNode, loader: yaml.SafeLoader, path: Path, key: str, kind: type[FileError]
) -> dict[str, Node]:
    entries: dict[str, Node] = {}
    for name_node, value_node in node.value:
        name = str(_scalar(name_node, loader, path, key, kind))
        inner = f"{key}.{name}" if key else name
        if name in entries:
            line = name_node.start_mark.line + 1
            raise kind("the key is given twice", file=path, line=line, key=inner)
        entries[name] = _convert(value_node, loader, path, inner, kind)
        # A mapping's own line is where its key stands, not where its first entry does.
        placed = entries[name]
        line = name_node.start_mark.line + 1
        entries[name] = Node(placed.value, path, line, inner, placed.written)
    return entries
