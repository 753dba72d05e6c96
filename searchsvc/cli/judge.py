"""`searchsvc judge`: how good hits are, as people say."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import click

from searchsvc.cli.judge_clicks import from_clicks
from searchsvc.cli.judge_todo import todo
from searchsvc.cli.judged import (
    conflict_row,
    name_of,
    opened,
    ratings_text,
    set_option,
    tell_counts,
    text_of,
)
from searchsvc.cli.options import (
    index_argument,
    json_option,
    optional_index,
    require,
    services,
)
from searchsvc.cli.output import print_json, print_table
from searchsvc.domain.judgment import LONGEST_RATER, LONGEST_SOURCE
from searchsvc.errors import UsageError, nearest
from searchsvc.relevance.agreement import conflicts
from searchsvc.relevance.formats.known import FORMATS
from searchsvc.relevance.formats.qrels import read_queries
from searchsvc.relevance.importing import JudgmentImport, check_set, exported, put
from searchsvc.relevance.judgments import required

format_choice = click.Choice(list(FORMATS))


@click.group
def command() -> None:
    """Work on judgments: import, export, list and delete them, and see what to judge next.

    A judgment says how good a document is for a query: 0 is irrelevant, more is better. They lie
    in the state store, in sets of an index: see docs/relevance.md.
    """


@command.command("import", short_help="Take judgments over from files.")
@index_argument
@click.argument("files", type=click.File("rb"), nargs=-1, required=True, metavar="[FILE]...")
@set_option
@click.option("--format", "format", type=format_choice, help="Of the files; detected without.")
@click.option(
    "--queries", type=click.File("rb"),
    help="The texts of the queries, where the files have ids: `id TAB text`, or BEIR's JSON lines.",
)  # fmt: skip
@click.option("--rater", default="", help="Who judged, where the files do not tell.")
@click.option("--source", default="", help="Where that comes from; the file's name without.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and keep nothing.")
@json_option
@click.pass_context
def import_files(
    ctx: click.Context,
    index: str,
    *,
    files: tuple[BinaryIO, ...],
    name: str,
    format: str | None,
    queries: BinaryIO | None,
    rater: str,
    source: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Put the judgments of FILEs into a set of INDEX: all of them, or none.

    A judgment takes the place of the one of its query, document and rater, so that to import the
    same files again changes nothing. Exit code 3 for a line that is no judgment.
    """
    built = services(ctx)
    require(built, index)
    check_set(name)
    for what, value, longest in (
        ("--rater", rater, LONGEST_RATER), ("--source", source, LONGEST_SOURCE),
    ):  # fmt: skip
        if len(value) > longest:
            raise UsageError(f"{what} is longer than {longest} characters")
    texts = None if queries is None else read_queries(text_of(queries))
    given = JudgmentImport(rater, source, datetime.now(UTC))
    formats = {name_of(file): given.add(text_of(file), format, texts) for file in files}
    judgments = given.judgments()
    by_ids = [file for file, one in formats.items() if FORMATS[one].ids and texts is None]
    with opened(built) as store:
        counts, differing = put(store, index, name, judgments, dry_run=dry_run)
    if as_json:
        print_json(
            {
                "index": index,
                "set": name,
                "files": [{"file": file, "format": one} for file, one in formats.items()],
                "dry_run": dry_run,
                **asdict(counts),
                "conflicts": [conflict_row(one) for one in differing],
            }
        )
        return
    for file, one in formats.items():
        click.echo(f"{file}: {one}")
    for file in by_ids:
        click.echo(
            f"{file}: its first column is taken for what people type; where these are ids, "
            "import it again with --queries FILE, which has their texts",
            err=True,
        )
    tell_counts(index, name, counts, differing, dry_run=dry_run)


@command.command(short_help="Write judgments in a format.")
@index_argument
@set_option
@click.option(
    "--format", "format", type=format_choice, default="csv", show_default=True,
    help="Which tool shall read them.",
)  # fmt: skip
@click.option(
    "--out",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write into this file, and print nothing.",
)
@click.option(
    "--queries", type=click.Path(dir_okay=False, path_type=Path),
    help="Write the texts of the queries into this file, where the format has ids: trec, beir.",
)  # fmt: skip
@click.option("--rater", help="Those of this rater only; else the mean of all of a document.")
@click.pass_context
def export(
    ctx: click.Context,
    index: str,
    *,
    name: str,
    format: str,
    out: Path | None,
    queries: Path | None,
    rater: str | None,
) -> None:
    """Write the judgments of a set of INDEX.

    ndjson and json keep rater, source and time of each; the others have one rating of a document.
    """
    built = services(ctx)
    require(built, index)
    if queries is not None and not FORMATS[format].ids:
        raise UsageError(f"{format} has the texts of its queries in itself: leave --queries out")
    with opened(built) as store:
        found = required(store, index, name)
    if rater is not None:
        raters = {one.rater for one in found}
        if rater not in raters:
            raise UsageError(f"'{rater}' has judged nothing here", hint=nearest(rater, raters))
        found = [one for one in found if one.rater == rater]
    text, texts = exported(found, index, name, format, with_queries=queries is not None)
    # Both are made before one is written: a query that the format cannot hold leaves no half.
    if queries is not None:
        queries.write_text(texts, encoding="utf-8", newline="")
    if out is None:
        click.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8", newline="")
        click.echo(f"{out}: {len(found):,} judgments", err=True)


@command.command("list", short_help="List sets of judgments.")
@optional_index
@json_option
@click.pass_context
def list_sets(ctx: click.Context, index: str | None, as_json: bool) -> None:
    """List the sets of INDEX, or of every index, with the documents of which raters differ."""
    built = services(ctx)
    names = [require(built, index)] if index else sorted(built.definitions)
    with opened(built) as store:
        found = [
            {**asdict(one), "conflicts": len(conflicts(store.judgments(name, one.name)))}
            for name in names
            for one in store.sets(name)
        ]
    if as_json:
        print_json([_renamed(one) for one in found])
        return
    columns = ["index", "name", "judgments", "queries", "raters", "conflicts", "latest"]
    headings = ["index", "set", "judgments>", "queries>", "raters>", "conflicts>", "latest"]
    rows = [[one[column] for column in columns] for one in found]
    print_table(headings, rows, empty="there are no judgments: searchsvc judge import")


@command.command("conflicts", short_help="List where raters differ.")
@index_argument
@set_option
@json_option
@click.pass_context
def list_conflicts(ctx: click.Context, index: str, name: str, as_json: bool) -> None:
    """List the documents of a set of INDEX of whose rating raters differ.

    Whoever evaluates by the set goes by the mean of them.
    """
    built = services(ctx)
    require(built, index)
    with opened(built) as store:
        found = conflicts(required(store, index, name))
    if as_json:
        print_json([conflict_row(one) for one in found])
        return
    rows = [(one.query, one.id, ratings_text(one)) for one in found]
    print_table(["query", "id", "ratings"], rows, empty="the raters do not differ")


@command.command(short_help="Delete a set of judgments.")
@index_argument
@set_option
@click.pass_context
def delete(ctx: click.Context, index: str, name: str) -> None:
    """Delete all judgments of a set of INDEX, for good: `judge export` keeps a copy."""
    built = services(ctx)
    require(built, index)
    with opened(built) as store:
        required(store, index, name)
        click.echo(f"{index}/{name}: {store.delete(index, name):,} judgments deleted")


command.add_command(from_clicks)
command.add_command(todo)


def _renamed(found: dict[str, Any]) -> dict[str, Any]:
    return {"index": found["index"], "set": found["name"]} | {
        key: value for key, value in found.items() if key not in ("index", "name")
    }
