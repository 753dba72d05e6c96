"""Reads all definitions of a project, and finds the definitions that are shipped."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from searchsvc.definitions.indexers import LoadedIndexer, indexer_files, read_indexer
from searchsvc.definitions.mappings import mapping_files, read_mapping
from searchsvc.domain.definition import IndexDefinition
from searchsvc.errors import CheckFailed, DefinitionError
from searchsvc.settings import Project


@dataclass(frozen=True, slots=True)
class Definitions:
    """The indexes of a project, and the indexer of each that has one."""

    definitions: Mapping[str, IndexDefinition]
    indexers: Mapping[str, LoadedIndexer]


def read_definitions(project: Project) -> Definitions:
    """Everything under mappings/ and indexers/.

    Raises the one DefinitionError, or CheckFailed with every one of several.
    """
    problems: list[DefinitionError] = []
    files = mapping_files(project.mappings)
    definitions: dict[str, IndexDefinition] = {}
    for index, path in files.items():
        try:
            definitions[index] = read_mapping(path)
        except DefinitionError as error:
            problems.append(error)
    indexers: dict[str, LoadedIndexer] = {}
    for path in indexer_files(project.indexers):
        try:
            _add(indexers, read_indexer(path, files, project.settings.sources))
        except DefinitionError as error:
            problems.append(error)
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise CheckFailed(str(problem) for problem in problems)
    return Definitions(definitions, indexers)


def _add(indexers: dict[str, LoadedIndexer], loaded: LoadedIndexer) -> None:
    index = loaded.indexer.index
    if index in indexers:
        other = indexers[index].file.name
        message = f"index '{index}' is filled by {other} already"
        raise DefinitionError(message, file=loaded.file, key="index", hint="keep one of the two")
    indexers[index] = loaded


def shipped_folder() -> Path:
    """The folder with the shipped `mappings/` and `indexers/`: in a wheel, or in a checkout."""
    package = Path(__file__).parent.parent
    starter = package / "_starter"
    return starter if starter.is_dir() else package.parent
