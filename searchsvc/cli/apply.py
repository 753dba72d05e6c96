"""`searchsvc apply`: does what a plan says, and nothing else."""

from pathlib import Path

import click

from searchsvc.bootstrap import Services
from searchsvc.cli.index import report
from searchsvc.cli.options import Allow, allow_options, require, services
from searchsvc.cli.planfile import read_plans
from searchsvc.cli.progress import watch
from searchsvc.indexing.differences import Effect
from searchsvc.indexing.plan import Plan


@click.command
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@allow_options
@click.pass_context
def command(ctx: click.Context, file: Path, allowed: Allow) -> None:
    """Do what the plan in FILE says, which `searchsvc plan --out FILE` has written.

    A plan is stale, and refused with exit code 3, once another version is live, or the files of
    an index say something else than when it was made.
    """
    built = services(ctx)
    plans = read_plans(file)
    for plan in plans:
        built.runner(require(built, plan.index)).refuse_stale(plan)
        built.check(plan.index)
    for plan in plans:
        _apply(built, plan, allowed)


def _apply(built: Services, plan: Plan, allowed: Allow) -> None:
    runner = built.runner(plan.index)
    if plan.effect is None:
        click.echo(f"{plan.index}: nothing to do")
    elif plan.effect is not Effect.REBUILD:
        runner.restate(plan)
        click.echo(f"{plan.index}: {plan.live} follows the files; no row was read")
    else:
        with watch(plan.index) as watching:
            run = runner.rebuild(plan=plan, watching=watching, **allowed)
        report(run)
