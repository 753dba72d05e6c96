"""Builds the parts of suggestions that need no engine, from a project's settings."""

import os
from collections.abc import Mapping
from pathlib import Path

from searchsvc.domain.definition import IndexDefinition
from searchsvc.engines.boosts import multiplier
from searchsvc.engines.fields import suggest_texts, suggest_values
from searchsvc.indexing.beside import NICE
from searchsvc.ports import IndexStore, SearchEngine, StateStore
from searchsvc.search.service import SearchService
from searchsvc.settings import Project
from searchsvc.suggestions.build import Builder
from searchsvc.suggestions.collect import Collected
from searchsvc.suggestions.completer import Completer
from searchsvc.suggestions.files import FOLDER
from searchsvc.suggestions.keeper import Freshness, Keeper, command
from searchsvc.telemetry.searches import last_search, searched

# So many people must have searched for a text before others are told of it.
_PEOPLE = 5


def completer(project: Project) -> Completer:
    """What answers from the files."""
    return Completer(_folder(project))


def builder(
    project: Project, store: IndexStore, engine: SearchEngine, search: SearchService
) -> Builder:
    """What makes a file, in this process, which gives way to others from now on."""
    os.nice(NICE)

    def texts(index: str) -> Mapping[str, int]:
        return searched(_logs(project), index, _PEOPLE) if project.settings.analytics.log else {}

    return Builder(store, search, engine.close, _folder(project), collected, texts)


def keeper(
    project: Project, definitions: Mapping[str, IndexDefinition], store: IndexStore,
    state: StateStore,
) -> Keeper:  # fmt: skip
    """What has files made in time, for the indexes that have something to suggest."""
    settings, logs = project.settings.suggest, _logs(project)
    freshness = Freshness(
        _folder(project),
        state,
        settings.refresh,
        lambda: last_search(logs) if project.settings.analytics.log else 0.0,
    )
    return Keeper(store, freshness.due, _folder(project), definitions, command(project.root))


def collected(definition: IndexDefinition) -> Collected:
    """What gathers the documents of that definition, by the boosts of its default ranking."""
    values, texts = suggest_values(definition), suggest_texts(definition)
    return Collected(values, texts, multiplier(definition, definition.boosts))


def _folder(project: Project) -> Path:
    return project.data_dir / FOLDER


def _logs(project: Project) -> Path:
    return project.data_dir / "logs"
