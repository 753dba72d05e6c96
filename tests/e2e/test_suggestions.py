"""Suggestions of a project that is served: queries, values and hits, as they come and go."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.command import RunningCommand, running
from tests.support.server import free_port
from tests.support.shop import Shop

SETTINGS = """\
suggest: {refresh: 1}
api: {client_header: X-Forwarded-For}
"""
# A refresh is looked for every two seconds, and a busy machine gets some more.
WITHIN = 30


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """Forty bicycles of three brands, which tell scopes; suggestions are made each second."""
    shop = Shop.new(tmp_path)
    shop.settings.write_text(shop.settings.read_text() + SETTINGS)
    shop.break_in(shop.mapping, "brand: keyword^2, facet", "brand: keyword^2, facet, suggest")
    shop.mapping.write_text(shop.mapping.read_text() + "suggest_scope: brand\n")
    return shop


@contextmanager
def serving(shop: Shop, name: str = "up") -> Iterator[RunningCommand]:
    """`searchsvc up` with a file of suggestions, ended as it should be."""
    port = free_port()
    with running(name, "--port", port, port=port, folder=shop.folder) as command:
        command.wait_for(lambda: command.get("/livez").is_success, 30)
        command.wait_for(lambda: files(shop), WITHIN)
        yield command
        command.signal_group(signal.SIGTERM)
        assert command.wait() == 0
        assert command.left_over() == []
    assert "Traceback" not in command.text


def files(shop: Shop) -> list[str]:
    """The files of suggestions."""
    return sorted(path.name for path in shop.folder.glob(".searchsvc/suggestions/*.suggest"))


def suggest(command: RunningCommand, text: str, **options: str) -> Any:
    """What is suggested for what was typed."""
    query = httpx.QueryParams(q=text, **options)
    return command.get(f"/v1/indexes/products/suggest?{query}").raise_for_status().json()


def search(command: RunningCommand, text: str, address: str, times: int = 1) -> None:
    """Searches by a client of that address."""
    url = f"{command.url}/v1/indexes/products/search"
    headers = {"X-Forwarded-For": address}
    with httpx.Client(headers=headers, trust_env=False) as client:
        for _ in range(times):
            client.get(url, params={"q": text}).raise_for_status()


def texts(answer: Any, kind: str) -> list[str]:
    """What the suggestions of that kind say."""
    return [one["value" if kind == "values" else "text"] for one in answer[kind]]


def test_what_one_searches_is_a_secret_and_what_five_do_is_not(shop: Shop) -> None:
    """However often one does it; a search without hits is never suggested."""
    shop.rename(7, "tandem with a secret plan")
    with serving(shop) as command:
        search(command, "secret plan", "192.0.2.1", times=1000)
        for n in range(5):
            search(command, "Bicycle  Number", f"192.0.2.{n}")
            search(command, "bicycle nuber", f"192.0.2.{n}")
            search(command, "unicorn", f"192.0.2.{n}")
        command.wait_for(lambda: texts(suggest(command, "bi"), "queries"), WITHIN)
        (query,) = suggest(command, "bi")["queries"]
        assert query == {
            "text": "bicycle number",
            "highlight": "<mark>bicycle</mark> number",
            "scope": {"field": "brand", "value": "brand0", "count": 13},
        }
        for typed in ("se", "secret", "secret plan", "plan", "un", "unicorn"):
            assert suggest(command, typed)["queries"] == [], typed
        assert suggest(command, "numbr")["queries"][0]["text"] == "bicycle number"
        assert suggest(command, "bi", filter="price>1")["queries"] == []


def test_what_is_deleted_vanishes(shop: Shop) -> None:
    """A row that is renamed goes with the next refresh, and a version's file with the version."""
    shop.execute("UPDATE products SET brand = 'Rarity' WHERE id = 7")
    shop.rename(7, "tandem")
    with serving(shop) as command:
        assert texts(suggest(command, "tan"), "hits") == ["tandem"]
        assert texts(suggest(command, "rar"), "values") == ["Rarity"]
        assert suggest(command, "tadnem")["correction"] == {"query": "tandem"}
        shop.execute("UPDATE products SET brand = 'brand1' WHERE id = 7")
        shop.rename(7, "tricycle")
        command.wait_for(lambda: not texts(suggest(command, "tandem"), "hits"), WITHIN)
        command.wait_for(lambda: not texts(suggest(command, "rar"), "values"), WITHIN)
        assert texts(suggest(command, "tri"), "hits") == ["tricycle"]
        before = files(shop)
        for _ in range(4):
            shop.run("index", "rebuild", "products")
        command.wait_for(lambda: before[0] not in files(shop) and files(shop), WITHIN)
        assert texts(suggest(command, "tri"), "hits") == ["tricycle"]


def test_every_worker_answers_from_the_file_of_one_process(shop: Shop) -> None:
    """`serve` alone has it made; a torn one is made anew and meanwhile the engine is asked."""
    shop.settings.write_text(shop.settings.read_text().replace("api: {", "api: {workers: 2, "))
    shop.run("index", "rebuild", "products")
    with serving(shop, "serve") as command:
        (path,) = shop.folder.glob(".searchsvc/suggestions/*.suggest")
        for _ in range(20):
            assert texts(suggest(command, "bra"), "values") == ["brand1", "brand0", "brand2"]
        path.with_name("torn").write_bytes(b"torn")
        path.with_name("torn").replace(path)
        for _ in range(20):
            assert texts(suggest(command, "bra"), "values") == ["brand1", "brand0", "brand2"]
        command.wait_for(lambda: path.read_bytes() != b"torn", WITHIN)
        ended = shop.run("index", "suggest", "products")
        assert ended.out.startswith("products: 0 queries, 3 values, 40 hits can be suggested")
    ended = shop.run("index", "suggest", "product")
    assert (ended.code, "did you mean 'products'" in ended.err) == (2, True)
