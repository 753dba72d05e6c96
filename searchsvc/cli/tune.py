"""`searchsvc tune`: finds weights of fields that rank better, and says whether they really do."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click

from searchsvc.bootstrap import Services
from searchsvc.cli.options import json_option, require, services
from searchsvc.cli.output import print_json, print_table
from searchsvc.cli.relevance import Judged, judged_options, progress, tuned
from searchsvc.definitions.added import ranking_lines, with_ranking
from searchsvc.domain.definition import COMPLETE_SHARE, Boost, Ranking, worth_text
from searchsvc.errors import UsageError
from searchsvc.relevance.bodies import tuning_body
from searchsvc.relevance.tuning import Tuning, check_name, check_tools, tuning_steps


@click.command
@click.argument("index")
@judged_options
@click.option(
    "--ranking", default="tuned", show_default=True, help="Its name, where it is written."
)
@click.option("--folds", type=click.IntRange(2, 20), default=5, show_default=True,
              help="Parts of the queries, each ranked by what the others ask for.")  # fmt: skip
@click.option("--seed", default=0, show_default=True, help="By which parts are drawn.")
@click.option("--write", is_flag=True, help="Write the ranking into mapping.yaml if it is better.")
@click.option("--force", is_flag=True, help="With --write, even where it is not proven better.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    index: str,
    *,
    judged: Judged,
    ranking: str,
    folds: int,
    seed: int,
    write: bool,
    force: bool,
    as_json: bool,
) -> int:
    """Find how INDEX ranks its judged queries best: weights of fields, boosts by numbers.

    Words are looked up once in each field; the search for weights then asks nothing of the
    engine. Found are weights of fields, what it is worth to hold all words, and, where the default
    ranking has no boosts, by which numbers of a document to boost. What that is worth is told by
    queries that it was not found on, as the engine really answers them. It becomes a ranking of
    its own, which changes no answer until a search names it; nothing is written where the gain is
    not proven. Needs the extra `tune`.
    """
    if force and not write:
        raise click.UsageError("--force goes with --write")
    check_tools()
    check_name(ranking)
    built = services(ctx)
    definition = built.definitions[require(built, index)]
    if write and definition.ranking(ranking) is not None:
        message = f"there is a ranking '{ranking}' already"
        raise UsageError(message, hint="choose another name: --ranking NAME")
    found = _tuned(built, index, judged, folds, seed)
    new = replace(found.tuned.ranking, name=ranking)
    written = write and (found.is_better or force)
    if not as_json:
        _print(found, new)
    if written:
        _write(built.project.mappings / index / "mapping.yaml", index, new)
    if as_json:
        print_json(tuning_body(found, ranking, ranking_lines(new), written=written))
    else:
        _print_next(found, new, index, written=written)
    return 0


def _write(file: Path, index: str, ranking: Ranking) -> None:
    """Every other byte stays. Raises UsageError where it must be changed by hand."""
    text = file.read_bytes().decode()
    file.write_bytes(with_ranking(index, text, ranking).encode())


def _tuned(built: Services, index: str, judged: Judged, folds: int, seed: int) -> Tuning:
    ratings = judged.chosen(built, index).ratings
    with progress() as shown:
        total = tuning_steps(ratings, folds)
        task = shown.add_task(f"{index}: words, then weights", total=total)
        return tuned(built, index, ratings, folds, seed, lambda: shown.advance(task))


def _print(found: Tuning, ranking: Ranking) -> None:
    click.echo(found.verdict)
    gain = found.difference
    click.echo(
        f"  {found.queries:,} queries in {len(found.tuned.parts)} parts, each by weights of the "
        f"others: {gain.won:,} better, {gain.lost:,} worse, {gain.tied:,} alike"
    )
    click.echo(f"  of judged hits alone: {found.judged_alone}")
    print_table(["field", "weight>", "tuned>"], list(_rows(found.start, ranking)))


def _print_next(found: Tuning, ranking: Ranking, index: str, *, written: bool) -> None:
    if written:
        rebuild = "a rebuild, for its boosts" if ranking.boosts else "no rebuild"
        click.echo(f"written as ranking '{ranking.name}'; it takes {rebuild}:")
        click.echo(f"searchsvc plan {index} --out plan.json && searchsvc apply plan.json")
    elif found.is_better:
        click.echo("write it into mapping.yaml with --write")
    else:
        click.echo("nothing is written; more judged queries may tell (--write --force writes it)")


def _rows(before: Ranking, after: Ranking) -> Iterator[tuple[str, str, str]]:
    """What is turned: its name, and its value before and after."""
    tuned = dict(after.weights)
    for name, weight in before.weights:
        yield name if name != "*" else "all together", f"{weight:g}", f"{tuned[name]:g}"
    if before.all_words != after.all_words:
        yield "all words", _worth(before), _worth(after)
    for boost in _boosts_anew(before, after):
        yield f"{boost.by}({boost.field})", "", f"{boost.weight:g}"


def _boosts_anew(before: Ranking, after: Ranking) -> list[Boost]:
    return [boost for boost in after.boosts if boost not in before.boosts]


def _worth(ranking: Ranking) -> str:
    if ranking.all_words is None:
        return "first" if ranking.boosts or ranking.decays else f"{COMPLETE_SHARE:g}"
    return worth_text(ranking.all_words)
