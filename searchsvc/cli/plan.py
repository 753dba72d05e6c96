"""`searchsvc plan`: what bringing indexes to their files would take."""

from collections.abc import Iterator
from pathlib import Path

import click
import orjson

from searchsvc.cli.index import chosen
from searchsvc.cli.options import indexes_argument, json_option, services
from searchsvc.cli.output import human_size, print_json
from searchsvc.cli.planfile import write_plans
from searchsvc.indexing.plan import Estimate, Plan, Sample

_LONGEST = 60


@click.command
@indexes_argument
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write it for: searchsvc apply."
)
@json_option
@click.pass_context
def command(ctx: click.Context, indexes: tuple[str, ...], out: Path | None, as_json: bool) -> None:
    """Say what bringing INDEXES (default: all) to their files would take. Writes no index.

    Each change is `online` (when and how rows are followed), `query-time` (what queries make of
    documents) or needs a `rebuild`. A rebuild comes with an estimate, and with five documents as
    they are and as they would be.
    """
    built = services(ctx)
    names = chosen(built, indexes, not indexes)
    for index in names:
        built.check(index)
    plans = [built.runner(index).plan() for index in names]
    if out is not None:
        write_plans(out, plans)
    if as_json:
        print_json(plans)
        return
    for plan in plans:
        for line in _lines(plan):
            click.echo(line)
    if out is not None:
        click.echo(f"to do just this: searchsvc apply {out}")


def _lines(plan: Plan) -> Iterator[str]:
    if plan.effect is None:
        yield f"{plan.index}: nothing to do: {plan.live} is as the files say"
        return
    yield f"{plan.index}: {plan.effect}, from {plan.live or 'nothing'}"
    for change in plan.changes:
        before, after = _short(change.part, change.before), _short(change.part, change.after)
        yield f"  {change.part}: {before} → {after}  ({change.effect})"
    if plan.live and not plan.changes:
        yield "  the live version was made in a way that this release does not read"
    if plan.estimate is not None:
        yield f"  {_cost(plan.estimate)}"
    alike = [sample for sample in plan.samples if sample.before == sample.after and not sample.dead]
    for sample in plan.samples:
        if sample not in alike:
            yield from _sample(sample)
    if alike:
        yield f"  as before: documents {', '.join(sample.id for sample in alike)}"


def _cost(estimate: Estimate) -> str:
    seconds = max(1, round(estimate.seconds))
    return (
        f"reads {estimate.rows:,} rows in about {seconds:,} s and needs about"
        f" {human_size(estimate.bytes)} more (going by {estimate.source})"
    )


def _sample(sample: Sample) -> Iterator[str]:
    """A document field by field, as far as it differs."""
    if sample.dead:
        yield f"  document {sample.id}: cannot be indexed: {sample.dead}"
        return
    if not sample.before:
        yield f"  document {sample.id}: new: {_cut(sample.after, 3 * _LONGEST)}"
        return
    before, after = orjson.loads(sample.before), orjson.loads(sample.after)
    differing = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    yield f"  document {sample.id}, {len({**before, **after}) - len(differing)} fields as before:"
    for name in differing:
        yield f"    {name}: {_value(before, name)} → {_value(after, name)}"


def _value(held: dict[str, object], name: str) -> str:
    return _cut(orjson.dumps(held[name]).decode()) if name in held else "none"


def _short(part: str, text: str) -> str:
    """A part's text on one line; of a hash of code only that there is one."""
    if not text:
        return "none"
    return "code" if part == "indexer.code" else _cut(" ".join(text.split()))


def _cut(text: str, longest: int = _LONGEST) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
