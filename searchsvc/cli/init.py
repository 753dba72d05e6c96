"""`searchsvc init`: a project for the tables of a database."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import click

from searchsvc.bootstrap import Proposal, project_files, propose_project
from searchsvc.cli.options import project_folder
from searchsvc.cli.output import grouped
from searchsvc.errors import UsageError, nearest
from searchsvc.settings import FILE_NAME, load

_SOURCE_NAME = re.compile(r"[a-z][a-z0-9_]*")
_PASSWORD = re.compile(r"^(?P<before>[^:/?#]+://[^:/@]*):(?P<password>[^@]*)@")


@click.command
@click.argument("url")
@click.option("--source", default="main", show_default=True, help="The source's name.")
@click.option("--table", "tables", multiple=True, help="Only this table; as often as wanted.")
@click.pass_context
def command(ctx: click.Context, url: str, source: str, tables: tuple[str, ...]) -> None:
    """Write mappings and indexers for the tables of the database at URL.

    \b
    searchsvc init mysql://reader@127.0.0.1/shop
    searchsvc init sqlite:///shop.db

    Finds keys, types, watermarks, soft deletes and foreign keys, and warns of what would be slow.
    Overwrites nothing; in a project that has the source already, --table adds to it. Then:
    searchsvc check, searchsvc up.
    """  # noqa: D301 - click reads the backspace: lines to keep as they are
    if not _SOURCE_NAME.fullmatch(source):
        hint = "use lower case, digits and '_'"
        raise UsageError(f"'{source}' cannot be a source's name", hint=hint)
    folder = project_folder(ctx)
    proposal = _only(propose_project(folder, url), tables)
    files = {folder / path: text for path, text in project_files(proposal, source).items()}
    if (folder / FILE_NAME).exists():
        _require_source(folder, source, url)
    else:
        settings, secret = _settings(url, source)
        files[folder / FILE_NAME] = settings
        if secret:
            files[folder / ".env"] = secret
    _write(files, folder)
    _report(proposal)


def _only(proposal: Proposal, tables: Sequence[str]) -> Proposal:
    """The proposal for the chosen tables. Raises UsageError for one that gives no index."""
    known = {index.table: index for index in proposal.indexes}
    for table in tables:
        if table not in known:
            raise UsageError(f"no index for table '{table}'", hint=nearest(table, known))
    if not known:
        reasons = "; ".join(proposal.skipped) or "it has no table"
        raise UsageError(f"nothing in this database can be indexed: {reasons}")
    return proposal if not tables else Proposal(tuple(known[t] for t in dict.fromkeys(tables)), ())


def _require_source(folder: Path, source: str, url: str) -> None:
    """Raises UsageError unless the project that is there names this URL so."""
    sources = load(folder).settings.sources
    if source not in sources:
        known = ", ".join(sorted(sources)) or "none"
        message = f"{FILE_NAME} is there and has no source '{source}'"
        raise UsageError(message, hint=f"add it to its sources, or name one with --source: {known}")
    if sources[source].url != url:
        message = f"the source '{source}' of {FILE_NAME} has another url"
        raise UsageError(message, hint="name this one otherwise with --source, and add it there")


def _settings(url: str, source: str) -> tuple[str, str]:
    """The text of searchsvc.yaml, and of .env when the URL carries a password."""
    match = _PASSWORD.match(url)
    secret = ""
    if match:
        variable = f"{source.upper()}_PASSWORD"
        secret = f"{variable}={match['password']}\n"
        url = f"{match['before']}:${{{variable}}}@{url[match.end() :]}"
    return f"sources:\n  {source}: {{url: {json.dumps(url)}}}\n", secret


def _write(files: dict[Path, str], folder: Path) -> None:
    """Write all files or none. Raises UsageError when one exists."""
    there = [str(path.relative_to(folder)) for path in files if path.exists()]
    if there:
        hint = "choose an empty folder: searchsvc -C FOLDER init URL"
        raise UsageError(f"these files exist already: {', '.join(there)}", hint=hint)
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        if path.name == ".env":
            path.chmod(0o600)
            _ignore(folder / ".gitignore")
        click.echo(f"wrote {path.relative_to(folder)}")


def _ignore(file: Path) -> None:
    """Keep .env and the data out of git, whatever else is ignored already."""
    have = file.read_text(encoding="utf-8") if file.exists() else ""
    lines = [line for line in (".env", ".searchsvc/") if line not in have.splitlines()]
    with file.open("a", encoding="utf-8") as opened:
        opened.writelines(f"{line}\n" for line in lines)


def _report(proposal: Proposal) -> None:
    warnings = {index.index: index.warnings for index in proposal.indexes}
    for warning, names in grouped(warnings).items():
        click.echo(f"warning: {', '.join(names)}: {warning}")
    for reason in proposal.skipped:
        click.echo(f"skipped: {reason}")
    click.echo("\nnext: searchsvc check, then searchsvc up")
