"""Builds what evaluates the rankings of a project's indexes."""

from collections.abc import Callable, Mapping
from pathlib import Path

from searchsvc.definitions.curations import CurationFiles
from searchsvc.domain.definition import IndexDefinition
from searchsvc.errors import UsageError
from searchsvc.ports import SearchEngine
from searchsvc.relevance.evaluate import Evaluator, Ratings, ratings_of
from searchsvc.relevance.evaluations import FOLDER, EvaluationFiles
from searchsvc.relevance.judgments import FILE_NAME, read_judgments
from searchsvc.relevance.tuning import IndexTuner
from searchsvc.search.service import SearchService
from searchsvc.settings import Project


def evaluator(
    project: Project,
    definitions: Mapping[str, IndexDefinition],
    engine: SearchEngine,
    index: str,
    told: Callable[[], None],
) -> Evaluator:
    """What asks one index as its API would, synonyms and rules included."""
    search = search_service(project, definitions, engine, index)
    return Evaluator(search, index, project.settings.engine.kind, told)


def tuner(
    project: Project,
    definitions: Mapping[str, IndexDefinition],
    engine: SearchEngine,
    index: str,
    told: Callable[[], None],
) -> IndexTuner:
    """What tunes one index, whose rules and synonyms hold meanwhile."""
    search = search_service(project, definitions, engine, index)
    return IndexTuner(engine, search, index, told)


def search_service(
    project: Project,
    definitions: Mapping[str, IndexDefinition],
    engine: SearchEngine,
    index: str,
) -> SearchService:
    """What answers searches of one index as its API would."""
    curations = CurationFiles(project.mappings, {index: definitions[index]})
    return SearchService(engine, definitions, curations=curations)


def evaluations(project: Project) -> EvaluationFiles:
    """The evaluations that are kept."""
    return EvaluationFiles(project.data_dir / FOLDER)


def ratings(project: Project, index: str, file: Path | None) -> Ratings:
    """The judgments of that file, or else those beside the mapping. Raises UsageError."""
    path = file or project.mappings / index / FILE_NAME
    if not path.exists():
        hint = "write it with the columns query,id,rating, or name others: --set, --judgments"
        raise UsageError(f"there are no judgments: {path} is not there", hint=hint)
    return ratings_of(read_judgments(path))
