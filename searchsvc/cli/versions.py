"""`searchsvc versions`: the versions of indexes, and which of them answers."""

import click

from searchsvc.cli.options import json_option, optional_index, require, services
from searchsvc.cli.output import human_size, print_json, print_table


@click.command
@optional_index
@json_option
@click.pass_context
def command(ctx: click.Context, index: str | None, as_json: bool) -> None:
    """List the versions of INDEX, or of every index, oldest first."""
    built = services(ctx)
    names = [require(built, index)] if index else sorted(built.definitions)
    found = [info for name in names for info in built.store.versions(name)]
    if as_json:
        print_json(
            [
                {
                    "index": info.version.index,
                    "version": info.version.name,
                    "created": info.version.created,
                    "documents": info.documents,
                    "size_bytes": info.size,
                    "definition_hash": info.definition_hash,
                    "live": info.live,
                }
                for info in found
            ]
        )
        return
    print_table(
        ["index", "version", "documents>", "size>", "live"],
        [
            (i.version.index, i.version.name, i.documents, human_size(i.size), "live" * i.live)
            for i in found
        ],
        empty="no version yet; begin with: searchsvc index rebuild --all",
    )
