"""`searchsvc keys`: who may ask the API for what."""

import json
import re
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from searchsvc.access.keys import Keys, Wanted
from searchsvc.access.tokens import write_token
from searchsvc.cli.duration import Duration
from searchsvc.cli.field_lists import check_lists, fields_option, read_lists, shown
from searchsvc.cli.options import json_option, require, services
from searchsvc.cli.output import print_json, print_table
from searchsvc.domain.access import ApiKey, Role
from searchsvc.domain.allowlists import AllowLists
from searchsvc.errors import UsageError

_ORIGIN = re.compile(r"https?://[^/*\s,]+")
_RATE = click.IntRange(1, 1_000_000)
name_argument = click.argument("name")


@click.group
def command() -> None:
    """Manage API keys: make, list, rotate and revoke them, and narrow them to tokens.

    A running server knows of a change within five seconds. As soon as there is a key, every
    request needs one: see docs/access.md.
    """


@command.command(short_help="Make a key.")
@name_argument
@click.option(
    "--role", type=click.Choice([role.value for role in Role]), default="search",
    show_default=True, help="What it may do.",
)  # fmt: skip
@click.option("--index", "indexes", multiple=True, help="Only this index; as often as wanted.")
@click.option("--origin", "origins", multiple=True, help="Only pages of this origin; likewise.")
@click.option("--rate", type=_RATE, help="Requests a minute.")
@click.option("--client-rate", type=_RATE, help="Requests a minute of each client.")
@click.option("--max-cost", type=_RATE, help="What one search may cost, as docs/access.md counts.")
@fields_option
@click.option("--expires", type=Duration(least=1), help="For how long it holds, such as 90d.")
@json_option
@click.pass_context
def create(
    ctx: click.Context,
    name: str,
    *,
    role: str,
    indexes: tuple[str, ...],
    origins: tuple[str, ...],
    rate: int | None,
    client_rate: int | None,
    max_cost: int | None,
    fields: tuple[str, ...],
    expires: timedelta | None,
    as_json: bool,
) -> None:
    """Make a key with that NAME and print its secret, which is not shown again."""
    built = services(ctx)
    for index in indexes:
        require(built, index)
    for origin in origins:
        _check_origin(origin)
    _check_name(name)
    lists = read_lists(fields)
    if lists and role == Role.ADMIN:
        hint = "make a key of role search or analyst"
        raise UsageError("an admin key reaches every field", hint=hint)
    check_lists(lists, [built.definitions[index] for index in indexes or sorted(built.definitions)])
    wanted = Wanted(name, Role(role), indexes, origins, rate, client_rate, max_cost, expires, lists)
    with _keys(built.keys()) as keys:
        _show_secret(*keys.create(wanted), as_json=as_json)


@command.command("list", short_help="List them.")
@json_option
@click.pass_context
def list_keys(ctx: click.Context, as_json: bool) -> None:
    """List the keys by name, those that hold no more too; never their secrets."""
    with _keys(services(ctx).keys()) as keys:
        found = [_shown(key) for key in keys.store.api_keys()]
    if as_json:
        print_json(found)
        return
    headings = ["name", "id", "role", "state", "indexes", "fields", "origins", "rate>",
                "client rate>", "max cost>", "expires", "rotated"]  # fmt: skip
    rows = [
        (
            one["name"], one["id"], one["role"], one["state"], ", ".join(one["indexes"]) or "all",
            shown(AllowLists(one["fields"])) or "all", ", ".join(one["origins"]), one["rate"],
            one["client_rate"], one["max_cost"], one["expires"], one["rotated"],
        )
        for one in found
    ]  # fmt: skip
    print_table(headings, rows, empty="there is no key, so no request needs one")


@command.command(short_help="Give a key a new secret.")
@name_argument
@click.option(
    "--grace", type=Duration(), default="24h", show_default=True,
    help="For how long the old secret and its tokens still hold; 0s where it has leaked.",
)  # fmt: skip
@click.option(
    "--expires", type=Duration(least=1),
    help="For how long it holds from now on, such as 90d; needed where its time is over.",
)  # fmt: skip
@json_option
@click.pass_context
def rotate(
    ctx: click.Context, name: str, grace: timedelta, expires: timedelta | None, as_json: bool
) -> None:
    """Give the key of that NAME or id a new secret and print it; it is not shown again."""
    with _keys(services(ctx).keys()) as keys:
        _show_secret(*keys.rotate(name, grace, expires), as_json=as_json)


@command.command(short_help="End a key.")
@name_argument
@click.pass_context
def revoke(ctx: click.Context, name: str) -> None:
    """End the key of that NAME or id, with all of its tokens, for good."""
    with _keys(services(ctx).keys()) as keys:
        key = keys.revoke(name)
    click.echo(f"the key '{key.name}' is revoked; servers know within five seconds")


@command.command(short_help="Make a token: a key narrowed by a filter.")
@click.option("--filter", "filter", help="What every document must pass: an expression, or JSON.")
@click.option("--every-document", is_flag=True, help="In the place of a filter: hold none back.")
@click.option("--index", "indexes", multiple=True, help="Only this index; as often as wanted.")
@fields_option
@click.option("--expires", type=Duration(least=1), help="For how long it holds, such as 1h.")
@click.option("--max-per-page", type=click.IntRange(1, 100), help="Hits of one page at most.")
def scope(
    filter: str | None, *, every_document: bool, indexes: tuple[str, ...],
    fields: tuple[str, ...], expires: timedelta | None, max_per_page: int | None,
) -> None:  # fmt: skip
    """Print a token made from the key whose secret stands in the first line of standard input.

    It asks no server and no state store. docs/access.md shows how to make one in any language.
    """
    if (filter is None) is not every_document:
        hint = "give --filter such as customer:7, or --every-document to hold none back"
        raise UsageError("a token sees the documents that its filter lets pass", hint=hint)
    secret = sys.stdin.readline().strip()
    if secret.startswith(f"ssk_{Role.ADMIN}_"):
        hint = "make it from a key of role search or analyst"
        raise UsageError("a token cannot be made from an admin key", hint=hint)
    until = None if expires is None else float(int(time.time() + expires.total_seconds()))
    token = write_token(
        secret, filter=_filter(filter), indexes=indexes or None, expires=until,
        max_per_page=max_per_page, fields=read_lists(fields).given or None,
    )  # fmt: skip
    click.echo(token)


@contextmanager
def _keys(keys: Keys) -> Iterator[Keys]:
    try:
        yield keys
    finally:
        keys.store.close()


def _check_origin(origin: str) -> None:
    if not _ORIGIN.fullmatch(origin):
        hint = "write it as browsers send it: https://shop.example, with a port if it has one"
        raise UsageError(f"'{origin}' is no origin", hint=hint)


def _check_name(name: str) -> None:
    """A name is read in lists and logs, and given to other commands."""
    if not 1 <= len(name) <= 100:
        raise UsageError("a key's name has 1 to 100 characters")
    if not name.isprintable() or name != name.strip() or name.startswith("-"):
        hint = "use letters, digits and what stands between them, with no space or hyphen first"
        raise UsageError(f"{name!r} cannot be a key's name", hint=hint)
    if name.startswith(("ssk_", "sst_")):
        hint = "choose a name such as shop-browser; the command prints the secret"
        raise UsageError("this looks like a secret, and a name is none", hint=hint)


def _filter(given: str | None) -> str | Mapping[str, object] | None:
    """An object where it is JSON, else an expression."""
    if given is None or not given.lstrip().startswith("{"):
        return given
    try:
        found: Mapping[str, object] = json.loads(given)
    except ValueError as error:
        raise UsageError(f"the filter is not JSON: {error}") from error
    return found


def _show_secret(key: ApiKey, secret: str, *, as_json: bool) -> None:
    if as_json:
        print_json({**_shown(key), "secret": secret})
        return
    click.echo(secret)
    click.echo(f"the secret of '{key.name}' ({key.id}); it is not shown again", err=True)


def _shown(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "role": key.role.value,
        "state": _state(key),
        "indexes": list(key.indexes),
        "origins": list(key.origins),
        "rate": key.rate,
        "client_rate": key.client_rate,
        "max_cost": key.max_cost,
        "fields": {use: list(names) for use, names in key.fields.given.items()},
        "created": key.created,
        "expires": key.expires,
        "rotated": key.rotated,
        "revoked": key.revoked,
    }


def _state(key: ApiKey) -> str:
    if key.revoked is not None:
        return "revoked"
    now = datetime.now(UTC)
    if key.expires is not None and key.expires <= now:
        return "expired"
    is_rotating = key.before_until is not None and key.before_until > now
    return "rotating" if is_rotating else "valid"
