"""`searchsvc show`: an index's definition as it is understood."""

from dataclasses import asdict, fields

import click

from searchsvc.bootstrap import native_body, read_definitions
from searchsvc.cli.options import index_argument, json_option, project
from searchsvc.cli.output import print_json, print_table
from searchsvc.domain.definition import Field, IndexDefinition
from searchsvc.errors import UnknownIndex, nearest

_FLAGS = [f.name for f in fields(Field) if f.name not in ("name", "type", "weight")]


@click.command
@index_argument
@json_option
@click.option(
    "--engine", type=click.Choice(["opensearch", "elasticsearch"]),
    help="Print the body that this engine creates the index with.",
)  # fmt: skip
@click.pass_context
def command(ctx: click.Context, index: str, as_json: bool, engine: str | None) -> None:
    """Show how INDEX is understood: its fields and their uses, its order, what fills it.

    Reads the definition only; neither source nor engine is asked.
    """
    found = read_definitions(project(ctx))
    definition = found.definitions.get(index)
    if definition is None:
        hint = nearest(index, found.definitions)
        raise UnknownIndex(f"unknown index '{index}'", hint=hint)
    loaded = found.indexers.get(index)
    if engine:
        print_json(native_body(definition))
        return
    if as_json:
        print_json({**asdict(definition), "hash": definition.hash})
        return
    _print_fields(definition)
    _print_order(definition)
    if loaded is None:
        click.echo("\nno indexer fills it")
        return
    indexer = loaded.indexer
    click.echo(f"\nfilled by {loaded.file}")
    click.echo(f"  source    {indexer.source}, key {', '.join(indexer.keys)}")
    click.echo(f"  joins     {', '.join(join.name for join in indexer.joins) or 'none'}")
    click.echo(f"  changes   {_changes(indexer.watermark, indexer.every)}")
    click.echo(f"  reconcile {indexer.reconcile or 'never'}, rebuild {indexer.rebuild or 'never'}")


def _print_fields(definition: IndexDefinition) -> None:
    print_table(
        ["field", "type", "weight>", "uses"],
        [
            (f.name, f.type, f"{f.weight:g}" if f.weight else "", _uses(f))
            for f in definition.fields
        ],
    )


def _uses(field: Field) -> str:
    uses = ["filter"] if field.filterable and not field.hidden else []
    for flag in _FLAGS:
        value = getattr(field, flag)
        if value:
            uses.append(flag if value is True else f"{flag}({value})")
    return ", ".join(uses)


def _print_order(definition: IndexDefinition) -> None:
    click.echo(f"\nlanguage {definition.language}")
    typo = definition.typo
    off = f", never in {', '.join(typo.off_for)}" if typo.off_for else ""
    click.echo(f"typos    1 from {typo.one_from} letters, 2 from {typo.two_from}{off}")
    for ranking in definition.all_rankings:
        if ranking.steps:
            click.echo(f"ranking  {ranking.name} = {'; '.join(ranking.steps)}")
    for name in definition.groups.fields:
        usual = " unless a search says otherwise" if name == definition.groups.default else ""
        click.echo(f"groups   by {name}{usual}")
    for name, sort in definition.sorts:
        click.echo(f"sort     {name} = {sort.field} {'desc' if sort.descending else 'asc'}")


def _changes(watermark: str, every: str) -> str:
    if not every:
        return "only by rebuild and reconcile"
    return f"every {every}" + (f" by {watermark}" if watermark else "")
