"""`searchsvc why`: follows one row into the index, and into a search."""

from dataclasses import asdict

import click

from searchsvc.cli.explain import body, explained, filter_option, ranking_option
from searchsvc.cli.options import index_argument, json_option, require, services
from searchsvc.cli.output import print_json


@click.command
@index_argument
@click.argument("id")
@click.option("--q", default="", help="The search that it should be a hit of.")
@ranking_option
@filter_option
@json_option
@click.pass_context
def command(
    ctx: click.Context, index: str, id: str, *, q: str, ranking: str, filter: str, as_json: bool
) -> None:
    """Tell where the row ID of INDEX is: in its table, in the live version, in a search.

    What is amiss is told with the next step. A row that the live version lacks is looked for
    in no search.
    """
    built = services(ctx)
    require(built, index)
    trace = built.runner(index).trace(id) if index in built.indexers else None
    searched = trace is None or trace.indexed
    given = {"q": q, "ranking": ranking, "filter": filter}
    found = explained(built, index, id, None, given) if searched else None
    if as_json:
        print_json({"row": trace and asdict(trace), "search": found and body(found)})
        return
    if trace is not None:
        click.echo(f"row       {trace.told}")
        click.echo(f"document  {trace.version or 'no live version'}: {trace.verdict}")
        if trace.letter is not None:
            click.echo(f"dead      since run {trace.letter.run}: {trace.letter.reason}")
    if found is None:
        return
    applied = found.hit.why.query.applied
    click.echo(f"search    '{q}', ranking {found.ranking}")
    for name in (*applied.rules, *applied.synonyms):
        click.echo(f"applied   {name}")
    for reason in found.reasons:
        click.echo(f"          {reason}")
