"""Keys of a project that is served: made, rotated and revoked while it answers."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.command import RunningCommand, run_command, running
from tests.support.server import free_port
from tests.support.shop import Shop

SEARCH = "/v1/indexes/products/search?per_page=1"
WITHIN = 5.0  # seconds, as docs/access.md promises
ANSWERS = 12  # in a row, so that every worker has given one


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A project with an index of 40 bicycles, served by two workers."""
    shop = Shop.new(tmp_path)
    shop.settings.write_text(shop.settings.read_text() + "api: {workers: 2}\n", encoding="utf-8")
    assert shop.run("index", "rebuild", "products").code == 0
    return shop


@pytest.fixture
def served(shop: Shop) -> Iterator[RunningCommand]:
    """The project's API."""
    port = free_port()
    with running("serve", "--port", port, port=port, folder=shop.folder) as command:
        command.wait_for(lambda: command.get("/livez").is_success, 30)
        yield command


def statuses(served: RunningCommand, key: str = "") -> set[int]:
    """What the workers answer who sends that key, over a connection for each request."""
    headers = {"X-API-Key": key} if key else {}
    url = served.url + SEARCH
    return {
        httpx.get(url, headers=headers, timeout=10, trust_env=False).status_code
        for _ in range(ANSWERS)
    }


def test_every_worker_follows_the_keys(shop: Shop, served: RunningCommand) -> None:
    """From none to the first, to a new secret, to the end: within five seconds each."""
    assert statuses(served) == {200}
    made = shop.run("keys", "create", "shop", "--index", "products")
    secret = made.out.strip()
    assert (made.code, secret.startswith("ssk_search_")) == (0, True)
    assert "not shown again" in made.err
    served.wait_for(lambda: statuses(served) == {401}, WITHIN)
    assert statuses(served, secret) == {200}
    rotated = json.loads(shop.run("keys", "rotate", "shop", "--grace", "0s", "--json").out)
    served.wait_for(lambda: statuses(served, secret) == {401}, WITHIN)
    assert statuses(served, rotated["secret"]) == {200}
    assert shop.run("keys", "revoke", "shop").code == 0
    served.wait_for(lambda: statuses(served, rotated["secret"]) == {401}, WITHIN)
    assert secret not in served.text
    assert rotated["secret"] not in served.text


def test_a_token_made_offline_narrows_the_answers(shop: Shop, served: RunningCommand) -> None:
    """The command that makes it needs the secret alone."""
    secret = shop.run("keys", "create", "shop").out.strip()
    served.wait_for(lambda: statuses(served, secret) == {200}, WITHIN)
    made = run_command("keys", "scope", "--filter", "brand:brand1", folder=Path("/"), input=secret)
    token = made.out.strip()
    served.wait_for(lambda: statuses(served) == {401}, WITHIN)
    found = httpx.get(
        f"{served.url}{SEARCH}&facets=brand", headers={"Authorization": f"Bearer {token}"},
        timeout=10, trust_env=False,
    ).json()  # fmt: skip
    assert found["total"]["value"] == 14
    assert [one["value"] for one in found["facets"]["brand"]["values"]] == ["brand1"]


def test_a_key_of_some_fields(shop: Shop, served: RunningCommand) -> None:
    """By the command that makes it; a token of it has fewer, and nobody more."""
    fields = ("--fields", "return=name,price", "--fields", "facet=brand", "--fields", "sort=none")
    secret = shop.run("keys", "create", "shop", *fields).out.strip()
    served.wait_for(lambda: statuses(served) == {401}, WITHIN)
    narrower = ("--every-document", "--fields", "return=price,stock")
    token = run_command("keys", "scope", *narrower, folder=Path("/"), input=secret).out.strip()
    for by, members in ((secret, {"name", "price"}), (token, {"price"})):
        headers = {"Authorization": f"Bearer {by}"}

        def ask(query: str, headers: dict[str, str] = headers) -> httpx.Response:
            url = f"{served.url}{SEARCH}&{query}"
            return httpx.get(url, headers=headers, timeout=10, trust_env=False)

        found = ask("q=bicycle&facets=*").json()
        assert set(found["hits"][0]["doc"]) == members
        assert set(found["hits"][0]["highlight"]) <= members
        for refused in ("sort=price:asc", "filter=brand:brand1", "facets=price", "fields=brand"):
            assert ask(refused).status_code == 400
    (listed,) = json.loads(shop.run("keys", "list", "--json").out)
    assert listed["fields"] == {"return": ["name", "price"], "facet": ["brand"], "sort": []}
    assert "return=name,price facet=brand sort=none" in shop.run("keys", "list").out


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["--fields", "show=name"], "'show=name' names no use of fields"),
        (["--fields", "return"], "like: --fields return=title,price"),
        (["--fields", "sort="], "for no field at all: sort=none"),
        (["--fields", "return=nmae"], "no field 'nmae' to return in 'products'; did you mean"),
        (["--fields", "sort=name"], "there is no field 'name' to sort by in 'products'"),
        (["--fields", "return=price", "--fields", "highlight=name"], "list it for return, too"),
        (["--fields", "return=name", "--role", "admin"], "make a key of role search or analyst"),
    ],
)
def test_lists_that_cannot_be_meant(shop: Shop, arguments: list[str], fault: str) -> None:
    """Each is refused with the next step, and no key is made."""
    ended = shop.run("keys", "create", "shop", *arguments)
    assert (ended.code, fault in ended.err) == (2, True), ended.err
    assert shop.run("keys", "list", "--json").out.strip() == "[]"


def test_keys_are_listed_without_secrets(shop: Shop) -> None:
    """With what they reach, and how they stand; faults of the command line say what to do."""
    secret = shop.run("keys", "create", "shop", "--origin", "https://a.example", "--rate", "60",
                      "--max-cost", "80").out  # fmt: skip
    shop.run("keys", "create", "old", "--role", "admin", "--expires", "1s")
    shop.run("keys", "create", "gone", "--role", "analyst")
    shop.run("keys", "revoke", "gone")
    listed = shop.run("keys", "list")
    assert secret.strip() not in listed.out
    states = {
        one["name"]: one["state"] for one in json.loads(shop.run("keys", "list", "--json").out)
    }
    assert states == {"gone": "revoked", "old": "expired", "shop": "valid"}
    assert re.search(
        r"shop +\w{10} +search +valid +all +all +https://a\.example +60 +80", listed.out
    )
    for arguments, fault in (
        (["create", "shop"], "there is a key 'shop' already"),
        (["create", "x", "--index", "prducts"], "did you mean 'products'"),
        (["create", "x", "--origin", "a.example"], "is no origin"),
        (["create", "x", "--expires", "soon"], "write it like 30s, 15m, 24h or 90d"),
        (["create", "x", "--expires", "0d"], "'0d' is over at once; give it 1s or more"),
        (["create", ""], "1 to 100 characters"),
        (["create", " x"], "' x' cannot be a key's name"),
        (["create", "a\nb"], "cannot be a key's name"),
        (["create", "--", "-x"], "no space or hyphen first"),
        (["create", secret.strip()], "this looks like a secret"),
        (["scope"], "or --every-document to hold none back"),
        (["scope", "--every-document", "--filter", "a:b"], "or --every-document"),
        (["rotate", "shpo"], "did you mean 'shop'"),
        (["rotate", "old"], "for how long it is to hold from now on: --expires 90d"),
        (["revoke", "x"], "there is no key 'x'"),
    ):
        ended = shop.run("keys", *arguments)
        assert (ended.code, fault in ended.err) == (2, True), ended.err


def test_no_address_that_others_reach_without_a_key(shop: Shop) -> None:
    """It is refused with the next step until there is one; nor is `off` taken there."""
    host = {"SEARCHSVC_API__HOST": "0.0.0.0"}  # noqa: S104 - where others could reach it
    refused = shop.run("serve", "--port", free_port(), **host)
    assert refused.code == 3
    assert "asks for no keys" in refused.err
    assert "searchsvc keys create" in refused.err
    shop.run("keys", "create", "shop")
    off = shop.run("serve", "--port", free_port(), SEARCHSVC_API__KEYS="off", **host)
    assert (off.code, "api.keys" in off.err) == (3, True)
    text = shop.settings.read_text().replace("{workers: 2}", "{workers: 2, host: 0.0.0.0}")
    shop.settings.write_text(text, encoding="utf-8")
    port = free_port()
    with running("serve", "--port", port, port=port, folder=shop.folder) as served:
        served.wait_for(lambda: served.get("/livez").is_success, 30)
        assert statuses(served) == {401}
