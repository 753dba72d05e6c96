"""What the commands share that evaluate rankings: where judgments are, and asking the queries."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial, wraps
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from searchsvc import bootstrap_relevance
from searchsvc.bootstrap import Services
from searchsvc.cli.judged import opened
from searchsvc.domain.evaluation import Evaluation
from searchsvc.relevance.bodies import summary_body
from searchsvc.relevance.compare import Summary, summary
from searchsvc.relevance.evaluate import Ratings, telling
from searchsvc.relevance.evaluations import EvaluationFiles
from searchsvc.relevance.judgments import Chosen, of_file, of_set, usual
from searchsvc.relevance.metrics import Metric, depth_of, read_metric
from searchsvc.relevance.tuning import Tuning

Metrics: TypeAlias = tuple[Metric, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """Whose judgments count: those of a set, of a file, or else the usual ones."""

    set: str | None = None
    file: Path | None = None

    def chosen(self, built: Services, index: str) -> Chosen:
        """The ratings of each query. Raises UnknownSet, UsageError or DefinitionError."""
        if self.file is not None:
            return of_file(self.file)
        with opened(built) as store:
            if self.set is not None:
                return of_set(store, index, self.set)
            return usual(store, built.project.mappings, index)


def judged_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Two options, handed on as one value, `judged`."""

    @click.option("--set", "name", metavar="NAME", help="The set whose judgments count.")
    @click.option(
        "--judgments",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Or a file of query,id,rating. Without both, mappings/INDEX/judgments.csv, or else "
        "the set default.",
    )
    @wraps(command)
    def wrapped(*args: Any, **given: Any) -> Any:
        judged = Judged(given.pop("name"), given.pop("judgments"))
        if judged.set is not None and judged.file is not None:
            raise click.UsageError("give --set or --judgments, not both")
        return command(*args, judged=judged, **given)

    return wrapped


class Evaluated(NamedTuple):
    """An evaluation that is kept, with its figures."""

    evaluation: Evaluation
    summary: Summary


def evaluated(
    built: Services, index: str, judged: Judged, rankings: Sequence[str], metrics: Metrics,
    depth: int = 0,
) -> list[Evaluated]:  # fmt: skip
    """An evaluation of each ranking, shown as it goes on. Raises as `evaluate_all`."""
    chosen = judged.chosen(built, index)
    with progress() as shown:
        task = shown.add_task(index, total=len(telling(chosen.ratings)) * len(rankings))
        told = partial(shown.advance, task)
        return evaluate_all(built, index, chosen, rankings, metrics, told, depth)


def evaluate_all(
    built: Services, index: str, chosen: Chosen, rankings: Sequence[str], metrics: Metrics,
    told: Callable[[], None], depth: int = 0,
) -> list[Evaluated]:  # fmt: skip
    """An evaluation of each ranking, which is kept. Raises UsageError and what engines raise.

    Each query is asked for `depth` hits, 0 for as many as the metrics look at.
    """
    kept = bootstrap_relevance.evaluations(built.project)

    async def evaluate() -> list[Evaluation]:
        engine = built.open_engine()
        try:
            evaluator = bootstrap_relevance.evaluator(
                built.project, built.definitions, engine, index, told
            )
            hits = depth or depth_of(metrics)
            return [
                await evaluator.evaluate(chosen.ratings, name, hits, chosen.judged_by)
                for name in rankings
            ]
        finally:
            await engine.close()

    return [_kept(kept, one, metrics) for one in asyncio.run(evaluate())]


def _kept(kept: EvaluationFiles, one: Evaluation, metrics: Metrics) -> Evaluated:
    """Keep it with these metrics and those that were kept of the former."""
    before = [read_metric(name) for name in kept.metrics(one.basis.id)]
    more = tuple(metric for metric in before if metric not in metrics)
    found = summary(one, (*metrics, *more))
    kept.keep(one, summary_body(one, found))
    return Evaluated(one, replace(found, scores=found.scores[: len(metrics)]))


def sides_of(
    sides: Sequence[str], found: Sequence[Evaluated], kept: Mapping[str, Evaluation]
) -> list[Evaluation]:
    """The evaluations of sides, in their order: of rankings those found now, else those kept."""
    by_side = {**kept, **{one.evaluation.basis.ranking: one.evaluation for one in found}}
    return [by_side[side] for side in sides]


def tuned(
    built: Services, index: str, ratings: Ratings, folds: int, seed: int,
    told: Callable[[], None],
) -> Tuning:  # fmt: skip
    """Weights by judged queries. Raises UsageError and what engines raise."""

    async def tune() -> Tuning:
        engine = built.open_engine()
        try:
            tuner = bootstrap_relevance.tuner(built.project, built.definitions, engine, index, told)
            return await tuner.tune(ratings, folds, seed)
        finally:
            await engine.close()

    return asyncio.run(tune())


def progress() -> Progress:
    """On a terminal's standard error, so that the answer alone goes on; in a pipe nothing."""
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
