"""Does one task, beside the server that began this process: `python -m searchsvc.cli.task`.

Not a command of people: what it does is recorded as the run that the task belongs to.
"""

import os
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from searchsvc import bootstrap_relevance
from searchsvc.bootstrap import Services, SystemClock, build
from searchsvc.cli.relevance import Judged, Metrics, evaluate_all, sides_of, tuned
from searchsvc.definitions.added import ranking_lines
from searchsvc.domain.run import Counts, Run, RunKind, RunStatus
from searchsvc.errors import SearchsvcError, UnknownRun
from searchsvc.indexing.beside import NICE
from searchsvc.indexing.progress import NoProgress, ToldProgress
from searchsvc.indexing.records import describe
from searchsvc.relevance.bodies import comparison_body, tuning_body
from searchsvc.relevance.compare import compare_all
from searchsvc.relevance.evaluate import telling
from searchsvc.relevance.metrics import read_metric
from searchsvc.relevance.tasks import Task
from searchsvc.relevance.tuning import tuning_steps
from searchsvc.settings import load

Told = Callable[[], None]


def do(folder: Path, number: int) -> int:
    """Do the task of the run of that number in the project of `folder`; the exit code."""
    with closing(build(load(folder))) as built:
        tasks = bootstrap_relevance.tasks(built.project)
        task, run = tasks.read(number), built.state.run(number)
        if run is None:
            raise UnknownRun(f"there is no run {number}")
        try:
            tasks.keep(number, _result(built, task, run))
        except Exception as error:
            _finish(built, run, RunStatus.FAILED, describe(error))
            raise
        _finish(built, run, RunStatus.SUCCEEDED)
    return 0


def _finish(built: Services, run: Run, status: RunStatus, error: str = "") -> None:
    built.state.finish_run(run, status, Counts(), SystemClock().now(), error=error)


def _result(built: Services, task: Task, run: Run) -> Mapping[str, Any]:
    chosen = Judged(task.set or None).chosen(built, task.index)
    ratings = chosen.ratings
    progress = ToldProgress(NoProgress(), built.state, run)
    progress.phase("ask")
    if task.kind is RunKind.TUNE:
        progress.start(tuning_steps(ratings, task.folds))
        found = tuned(
            built, task.index, ratings, task.folds, task.seed, lambda: progress.advance(1)
        )
        (name,) = task.rankings
        lines = ranking_lines(replace(found.tuned.ranking, name=name))
        return tuning_body(found, name, lines, written=False)
    metrics: Metrics = tuple(read_metric(name) for name in task.metrics)
    progress.start(len(telling(ratings)) * len(task.rankings))
    asked = evaluate_all(
        built, task.index, chosen, task.rankings, metrics, lambda: progress.advance(1), task.depth
    )
    if task.kind is RunKind.EVALUATE:
        return {"evaluation": asked[0].evaluation.basis.id}
    progress.phase("compare")
    files = bootstrap_relevance.evaluations(built.project)
    kept = {side: files.find(side) for side in task.sides if side not in task.rankings}
    first, *others = sides_of(task.sides, asked, kept)
    compared = compare_all(first, others, metrics[0], despite=task.despite, movers=task.movers)
    return {"comparisons": [comparison_body(one) for one in compared]}


def _end_with_server() -> None:
    """Standard input ends when the server does, by whatever means."""
    sys.stdin.buffer.read()
    os._exit(1)


def main() -> None:
    """`FOLDER RUN`."""
    os.nice(NICE)
    threading.Thread(target=_end_with_server, daemon=True).start()
    folder, number = sys.argv[1:]
    try:
        code = do(Path(folder), int(number))
    except SearchsvcError as error:
        sys.stderr.write(f"error: {error}\n")
        code = 1
    # To take tantivy's threads apart first may take for ever.
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
