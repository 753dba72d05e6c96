"""Reads the parts of a definition's file: mappings of known keys, and fields by their names."""

from searchsvc.domain.definition import Field, IndexDefinition
from searchsvc.errors import DefinitionError, nearest
from searchsvc.yamlfile import Node


def entries(node: Node, known: tuple[str, ...]) -> dict[str, Node]:
    """The entries of a mapping, each of them known. Raises DefinitionError."""
    if not isinstance(node.value, dict):
        raise node.error(DefinitionError, "must be a mapping", f"known keys: {', '.join(known)}")
    for name, child in node.items():
        if name not in known:
            raise child.error(DefinitionError, f"unknown key '{name}'", nearest(name, known))
    return dict(node.items())


def known_field(name: str, node: Node, definition: IndexDefinition) -> Field:
    """The field of that name. Raises DefinitionError where there is none."""
    field = definition.field(name)
    if field is None:
        hint = nearest(name, (f.name for f in definition.fields))
        raise node.error(DefinitionError, f"unknown field '{name}'", hint)
    return field
