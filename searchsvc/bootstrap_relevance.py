"""Builds what evaluates the rankings of a project's indexes."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from searchsvc.analytics.preferences import preferences
from searchsvc.definitions.curations import CurationFiles
from searchsvc.domain.definition import IndexDefinition
from searchsvc.engines.boosts import multiplier
from searchsvc.errors import DefinitionError, SettingsError, nearest
from searchsvc.indexing.when import parse_when
from searchsvc.ports import Clock, SearchEngine, StateStore
from searchsvc.relevance.desk import Room
from searchsvc.relevance.ending import ExperimentEnder
from searchsvc.relevance.evaluate import Evaluator
from searchsvc.relevance.evaluations import FOLDER, EvaluationFiles
from searchsvc.relevance.experiments import FOLDER as EXPERIMENTS
from searchsvc.relevance.experiments import ExperimentFiles
from searchsvc.relevance.keeper import TaskKeeper
from searchsvc.relevance.kept import CompareBeside
from searchsvc.relevance.nightly import NightlyLearner
from searchsvc.relevance.tasks import FOLDER as TASKS
from searchsvc.relevance.tasks import TaskFiles
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
    return IndexTuner(engine, search, index, multiplier, told)


def search_service(
    project: Project,
    definitions: Mapping[str, IndexDefinition],
    engine: SearchEngine,
    index: str,
) -> SearchService:
    """What answers searches of one index as its API would."""
    curations = CurationFiles(project.mappings, {index: definitions[index]})
    return SearchService(engine, definitions, curations=curations)


@contextmanager
def curations(
    project: Project, definitions: Mapping[str, IndexDefinition], index: str
) -> Iterator[CurationFiles]:
    """The synonyms and rules of an index, whose changes are noted."""
    audit = project.data_dir / "logs" / "audit.jsonl"
    files = CurationFiles(project.mappings, {index: definitions[index]}, audit)
    try:
        yield files
    finally:
        files.close()


def experiment_ender(project: Project) -> ExperimentEnder:
    """What ends experiments in time, while it runs."""
    logs = project.data_dir / "logs"
    files = ExperimentFiles(project.data_dir / EXPERIMENTS)
    return ExperimentEnder(files, partial(preferences, logs), project.settings.analytics.days)


def learner(
    project: Project, definitions: Mapping[str, IndexDefinition], clock: Clock
) -> NightlyLearner:
    """What learns from clicks each night. Raises SettingsError."""
    wanted = project.settings.analytics
    for index in wanted.learn:
        if index not in definitions:
            hint = nearest(index, definitions)
            raise SettingsError(f"analytics.learn: unknown index '{index}'", hint=hint)
    try:
        when = parse_when(wanted.learn_at)
    except DefinitionError as error:
        raise SettingsError(f"analytics.learn_at: {error.message}", hint=error.hint) from error
    command = [sys.executable, "-m", "searchsvc", "-C", str(project.root), "learn", "--write"]
    return NightlyLearner(wanted.learn, when, clock, command, _folder(project) / "learned")


def tasks(project: Project) -> TaskFiles:
    """What evaluations, comparisons and tunings have been asked for."""
    return TaskFiles(_folder(project))


def keeper(project: Project, state: StateStore, clock: Clock) -> TaskKeeper:
    """What has them done, beside a server."""
    command = [sys.executable, "-m", "searchsvc.cli.task", str(project.root)]
    return TaskKeeper(tasks(project), state, clock, command, _folder(project) / "lock")


def room(project: Project) -> Room:
    """Where evaluations and tasks lie."""
    engine = project.settings.engine.kind
    return Room(project.mappings, evaluations(project), tasks(project), engine)


def compare_beside(project: Project) -> CompareBeside:
    """What compares evaluations that are kept, in a process of its own."""
    return CompareBeside([sys.executable, "-m", "searchsvc", "-C", str(project.root)])


def _folder(project: Project) -> Path:
    return project.data_dir / TASKS


def evaluations(project: Project) -> EvaluationFiles:
    """The evaluations that are kept."""
    return EvaluationFiles(project.data_dir / FOLDER)
