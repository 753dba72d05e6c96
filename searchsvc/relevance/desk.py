"""Takes what analysts ask to have evaluated, compared and tuned: checked, then a run to follow."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path
from typing import Any

from searchsvc.domain.definition import IndexDefinition
from searchsvc.domain.evaluation import Basis
from searchsvc.domain.run import Counts, Run, RunKind, RunProgress, RunStatus
from searchsvc.errors import (
    DefinitionError,
    RequestError,
    SearchsvcError,
    UsageError,
    nearest,
)
from searchsvc.ports import JudgmentStore, StateStore
from searchsvc.relevance.compare import (
    MAY_DIFFER,
    asked_depth,
    check_pair,
    check_sides,
    kept_side,
    refuse_twice,
)
from searchsvc.relevance.evaluate import (
    Ratings,
    basis_of,
    check_telling,
    ratings_hash,
    telling,
)
from searchsvc.relevance.evaluations import EvaluationFiles
from searchsvc.relevance.judgments import FILE_NAME, of_set, usual
from searchsvc.relevance.kept import Wanted
from searchsvc.relevance.metrics import Metric, read_metric
from searchsvc.relevance.tasks import Task, TaskFiles
from searchsvc.relevance.tuning import check_name, check_tools, check_tunable, tuning_steps
from searchsvc.search.service import SearchService

_WAITING = "wait"
MOST_SIDES = 10


@dataclass(frozen=True, slots=True)
class Room:
    """Where evaluations and tasks lie; `engine` is the kind that searches.

    `mappings` has the judgments beside each mapping.
    """

    mappings: Path
    evaluations: EvaluationFiles
    tasks: TaskFiles
    engine: str


class Desk:
    """Of each task what can be wrong with it is told before a run is begun.

    All raise RequestError, UsageError, UnknownIndex, NotServing, UnknownSet, QueueFull or
    StateError.
    """

    def __init__(
        self, search: SearchService, judgments: JudgmentStore, room: Room, state: StateStore
    ) -> None:
        self._search = search
        self._judgments = judgments
        self._room = room
        self._state = state

    async def evaluate(self, given: Mapping[str, Any]) -> Run:
        """A run that evaluates one ranking."""
        live, _ = self._search.basis(given["index"])
        ranking = _known(live.definition, given["ranking"], "ranking")
        metrics = tuple(one.name for one in _metrics(given["metrics"]))
        ratings = await asyncio.to_thread(self._ratings, given)
        check_telling(telling(ratings))
        task = Task(0, RunKind.EVALUATE, given["index"], given["set"], (ranking,), metrics)
        return await asyncio.to_thread(self._begin, task, live.version.name, len(telling(ratings)))

    async def sides(self, given: Mapping[str, Any]) -> tuple[Wanted, list[Basis | str]]:
        """What is to be compared: of kept evaluations their basis, of the others the ranking.

        Raises UnknownEvaluation, too.
        """
        live, _ = self._search.basis(given["index"])
        sides = (given["a"], *given["b"])
        if not given["a"] or not given["b"]:
            name = "b" if given["a"] else "a"
            hint = "a ranking, or the id of an evaluation"
            raise RequestError(f"'{name}' is needed", param=name, hint=hint)
        refuse_twice(sides)
        if len(sides) > MOST_SIDES:
            raise RequestError(f"there are more than {MOST_SIDES} sides", param="b")
        (metric,) = _metrics((given["metric"],), "metric")
        _check_despite(given["despite"])
        wanted = Wanted(given["index"], sides, metric, given["despite"], given["movers"])
        names = {one.name for one in live.definition.all_rankings}
        files = self._room.evaluations
        found: list[Basis | str] = [
            side
            if side in names
            else (await asyncio.to_thread(kept_side, files, side, names)).basis
            for side in sides
        ]
        return wanted, found

    async def compare(
        self, given: Mapping[str, Any], wanted: Wanted, sides: Sequence[Basis | str]
    ) -> Run:
        """A run that asks the rankings among the sides and compares all of them.

        Raises UnlikeEvaluations where they will differ in more than they may.
        """
        served = self._search.basis(wanted.index)
        ratings = await asyncio.to_thread(self._ratings, given)
        check_telling(telling(ratings))
        judgments = await asyncio.to_thread(ratings_hash, ratings)
        depth = asked_depth([one for one in sides if isinstance(one, Basis)], wanted.metric)
        bases = [
            basis_of(served, self._room.engine, side, judgments, depth)
            if isinstance(side, str)
            else side
            for side in sides
        ]
        check_sides(bases)
        for other in bases[1:]:
            check_pair(bases[0], other, wanted.metric, wanted.despite)
        rankings = tuple(side for side in sides if isinstance(side, str))
        task = Task(
            0, RunKind.COMPARE, wanted.index, given["set"], rankings, (wanted.metric.name,),
            wanted.sides, wanted.despite, wanted.movers, depth,
        )  # fmt: skip
        total = len(telling(ratings)) * len(rankings)
        return await asyncio.to_thread(self._begin, task, served[0].version.name, total)

    async def tune(self, given: Mapping[str, Any]) -> Run:
        """A run that tunes the weights of an index."""
        live, _ = self._search.basis(given["index"])
        check_tools()
        ranking = given["ranking"] or _free(live.definition)
        check_name(ranking)
        if live.definition.ranking(ranking) is not None:
            message = f"there is a ranking '{ranking}' already"
            raise RequestError(message, param="ranking", hint="choose another name")
        ratings = await asyncio.to_thread(self._ratings, given)
        check_tunable(ratings)
        task = Task(
            0, RunKind.TUNE, given["index"], given["set"], (ranking,),
            folds=given["folds"], seed=given["seed"],
        )  # fmt: skip
        steps = tuning_steps(ratings, given["folds"])
        return await asyncio.to_thread(self._begin, task, live.version.name, steps)

    def _ratings(self, given: Mapping[str, Any]) -> Ratings:
        index = given["index"]
        if given["set"]:
            return of_set(self._judgments, index, given["set"]).ratings
        try:
            return usual(self._judgments, self._room.mappings, index).ratings
        except DefinitionError as error:
            # Whoever asks is told where it lies in the project, not on the disk.
            where = f"mappings/{index}/{FILE_NAME}:{error.line or 1}"
            raise UsageError(f"{where}: {error.message}", hint=error.hint) from error

    def _begin(self, task: Task, version: str, total: int) -> Run:
        self._room.tasks.check_room()
        run = self._state.start_run(task.index, task.kind, version, datetime.now(UTC))
        progress = RunProgress(_WAITING, 0, total)
        try:
            self._state.set_progress(run, progress)
            self._room.tasks.add(replace(task, run=run.id))
        except SearchsvcError as error:
            now = datetime.now(UTC)
            self._state.finish_run(run, RunStatus.FAILED, Counts(), now, error=str(error))
            raise
        return replace(run, progress=progress)


def _free(definition: IndexDefinition) -> str:
    """A name that no ranking has yet."""
    names = chain(("tuned",), (f"tuned{number}" for number in count(2)))
    return next(name for name in names if definition.ranking(name) is None)


def _known(definition: IndexDefinition, ranking: str, name: str) -> str:
    if definition.ranking(ranking) is None:
        names = [one.name for one in definition.all_rankings]
        message = f"the live version of index '{definition.name}' has no ranking '{ranking}'"
        raise RequestError(message, param=name, hint=nearest(ranking, names))
    return ranking


def _metrics(names: Sequence[str], parameter: str = "metrics") -> list[Metric]:
    try:
        found = [read_metric(name) for name in names]
    except ValueError as error:
        raise RequestError(str(error), param=parameter) from error
    if not found:
        raise RequestError(f"'{parameter}' names no metric", param=parameter)
    return found


def _check_despite(names: Sequence[str]) -> None:
    for name in names:
        if name not in MAY_DIFFER:
            message = f"'{name[:50]}' cannot be left to differ; there is {', '.join(MAY_DIFFER)}"
            raise RequestError(message, param="despite")
