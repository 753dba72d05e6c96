"""What the commands share that evaluate rankings: where judgments are, and asking the queries."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from searchsvc import bootstrap_relevance
from searchsvc.bootstrap import Services
from searchsvc.cli.judged import opened, required
from searchsvc.domain.evaluation import Evaluation
from searchsvc.relevance.evaluate import Ratings, ratings_of


@dataclass(frozen=True, slots=True)
class Judged:
    """Whose judgments count: those of a set, of a file, or else those beside the mapping."""

    set: str | None = None
    file: Path | None = None

    def ratings(self, built: Services, index: str) -> Ratings:
        """The ratings of each query. Raises UnknownSet, UsageError or DefinitionError."""
        if self.set is None:
            return bootstrap_relevance.ratings(built.project, index, self.file)
        with opened(built) as store:
            return ratings_of(required(store, index, self.set))


def judged_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Two options, handed on as one value, `judged`."""

    @click.option("--set", "name", metavar="NAME", help="The set whose judgments count.")
    @click.option(
        "--judgments",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Or a file of query,id,rating; without both, mappings/INDEX/judgments.csv.",
    )
    @wraps(command)
    def wrapped(*args: Any, **given: Any) -> Any:
        judged = Judged(given.pop("name"), given.pop("judgments"))
        if judged.set is not None and judged.file is not None:
            raise click.UsageError("give --set or --judgments, not both")
        return command(*args, judged=judged, **given)

    return wrapped


def evaluated(
    built: Services, index: str, judged: Judged, rankings: Sequence[str], depth: int
) -> list[Evaluation]:
    """An evaluation of each ranking, which is kept. Raises UsageError and what engines raise."""
    ratings = judged.ratings(built, index)
    kept = bootstrap_relevance.evaluations(built.project)
    with progress() as shown:
        task = shown.add_task(index, total=len(ratings) * len(rankings))

        async def evaluate() -> list[Evaluation]:
            engine = built.open_engine()
            try:
                evaluator = bootstrap_relevance.evaluator(
                    built.project, built.definitions, engine, index, lambda: shown.advance(task)
                )
                return [await evaluator.evaluate(ratings, name, depth) for name in rankings]
            finally:
                await engine.close()

        found = asyncio.run(evaluate())
    for one in found:
        kept.keep(one)
    return found


def progress() -> Progress:
    """On a terminal's standard error, so that the answer alone goes on; in a pipe nothing."""
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
