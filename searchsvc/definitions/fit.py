"""Whether the columns that an indexer selects and the fields of its index fit together."""

from collections.abc import Collection

from searchsvc.definitions.indexers import LoadedIndexer, line_of
from searchsvc.domain.definition import IndexDefinition
from searchsvc.errors import DefinitionError, nearest


def check_fit(loaded: LoadedIndexer, definition: IndexDefinition, columns: Collection[str]) -> None:
    """Without a to_document of its own, a row's columns must be fields. Raises DefinitionError."""
    indexer = loaded.indexer
    if indexer.to_document is not dict:
        return
    fields = {field.name for field in definition.fields}
    joined = {join.on for join in indexer.joins}
    own = {*indexer.keys, indexer.watermark, indexer.soft_delete, *joined}
    for column in columns:
        if column not in fields | own:
            hint = f"{nearest(column, fields)}; add it to the mapping or leave it out of the SQL"
            raise _misfit(f"column '{column}' is no field of its index", loaded, hint)
    for field in sorted(fields - set(columns)):
        hint = f"{nearest(field, columns)}; select it, or take it out of the mapping"
        raise _misfit(f"field '{field}' of the mapping has no column", loaded, hint)


def _misfit(message: str, loaded: LoadedIndexer, hint: str) -> DefinitionError:
    line = line_of(loaded.file.read_text(encoding="utf-8"), "sql")
    return DefinitionError(message, file=loaded.file, line=line, key="sql", hint=hint)
