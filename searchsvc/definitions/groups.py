"""Reads `group_by` of a mapping: the fields by which hits may be grouped."""

from searchsvc.definitions.nodes import entries, known_field
from searchsvc.domain.definition import Field, FieldType, Groups, IndexDefinition
from searchsvc.errors import DefinitionError
from searchsvc.search.grouping import NONE
from searchsvc.yamlfile import Node

_TYPES = (FieldType.KEYWORD, FieldType.ID)


def read_groups(node: Node, definition: IndexDefinition) -> Groups:
    """One field, by which every search is grouped; or those `of` which a request names one.

    Raises DefinitionError for what cannot be grouped by.
    """
    if isinstance(node.value, str):
        name = _field(node, definition).name
        return Groups((name,), name)
    found = entries(node, ("of", "default"))
    if "of" not in found or not isinstance(found["of"].value, list) or not found["of"].value:
        hint = "like: group_by: parent_sku, or group_by: {of: [parent_sku, brand]}"
        raise node.error(DefinitionError, "must name a field, or a list of fields as 'of'", hint)
    names = tuple(dict.fromkeys(_field(one, definition).name for one in found["of"].value))
    default = _field(found["default"], definition).name if "default" in found else ""
    if default and default not in names:
        raise found["default"].error(DefinitionError, f"'{default}' is not in 'of'", "add it there")
    return Groups(names, default)


def _field(node: Node, definition: IndexDefinition) -> Field:
    field = known_field(str(node.value), node, definition)
    if field.type not in _TYPES or field.stored or field.hidden or field.name == NONE:
        hint = f"declare it so: {field.name}: keyword"
        raise node.error(DefinitionError, f"hits cannot be grouped by '{field.name}'", hint)
    return field
