"""What the commands share that evaluate rankings: where judgments are, and asking the queries."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from searchsvc import bootstrap_relevance
from searchsvc.bootstrap import Services
from searchsvc.domain.evaluation import Evaluation

judgments_option = click.option(
    "--judgments", type=click.Path(dir_okay=False, path_type=Path),
    help="Judgments of query,id,rating; those of mappings/INDEX/judgments.csv without.",
)  # fmt: skip


def evaluated(
    built: Services, index: str, file: Path | None, rankings: Sequence[str], depth: int
) -> list[Evaluation]:
    """An evaluation of each ranking, which is kept. Raises UsageError and what engines raise."""
    ratings = bootstrap_relevance.ratings(built.project, index, file)
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
