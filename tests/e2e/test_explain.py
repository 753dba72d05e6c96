"""`searchsvc explain` and `why` on a project, as an analyst who is asked "why is it not there?"."""

import json
from pathlib import Path

import pytest

from tests.support.shop import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """Forty bicycles of three brands, indexed."""
    shop = Shop.new(tmp_path)
    assert shop.run("index", "rebuild", "products").code == 0
    return shop


def test_what_a_score_is_made_of(shop: Shop) -> None:
    """In sentences and bars, and as JSON whose shares add up."""
    ended = shop.run("explain", "products", "bicycle brand1", "4")
    assert ended.code == 0
    assert "it is hit " in ended.out
    assert "of its score of" in ended.out
    assert "█" in ended.out
    told = json.loads(shop.run("explain", "products", "bicycle brand1", "4", "--json").out)
    assert sum(part["share"] for part in told["hit"]["parts"]) == pytest.approx(1)


def test_two_against_each_other(shop: Shop) -> None:
    """What sets them apart, and a change that the engine confirmed."""
    shop.execute("INSERT INTO products (id, name, brand) VALUES (90, 'chain', 'brand7')")
    shop.execute(
        "INSERT INTO products (id, name, brand) VALUES (91, 'brand7 chain and lock', 'other')"
    )
    assert shop.run("index", "increment", "products").code == 0
    ended = shop.run("explain", "products", "brand7", "91", "--vs", "90")
    assert ended.code == 0
    assert "90 is hit 1" in ended.out
    assert "it would pass 90 if the weight of" in ended.out


def test_what_is_no_hit(shop: Shop) -> None:
    """Is exit code 3, with the reason."""
    ended = shop.run("explain", "products", "scooter", "4")
    assert ended.code == 3
    assert "it holds no 'scooter'" in ended.out
    assert "'4' is no hit of 'scooter'" in ended.err


def test_a_row_is_followed(shop: Shop) -> None:
    """There and equal, changed since, gone since, never there, and in no live version."""
    told = shop.run("why", "products", "4", "--q", "bicycle").out
    assert "row       it is there, and becomes a document" in told
    assert "the document is what the row says" in told
    assert "it is hit" in told
    shop.execute("UPDATE products SET name = 'tricycle' WHERE id = 4")
    assert (
        "is older than the row; run: searchsvc index increment"
        in shop.run("why", "products", "4").out
    )
    shop.execute("DELETE FROM products WHERE id = 5")
    assert "there is no row, and its document is left" in shop.run("why", "products", "5").out
    never = shop.run("why", "products", "4711", "--q", "bicycle").out
    assert "row       there is no such row" in never
    assert "there is no row" in never
    shop.define("spare").write_text(
        shop.indexer.read_text()
        .replace('"products"', '"spare"')
        .replace('watermark="updated_at",', "")
        .replace('every="2s",', "")
        .replace(", updated_at", "")
    )
    told = json.loads(shop.run("why", "spare", "4", "--json").out)
    assert (told["row"]["row"], told["row"]["version"], told["search"]) == ("document", None, None)
    assert shop.run("index", "rebuild", "spare").code == 0
    shop.execute("UPDATE products SET name = 'wheel' WHERE id = 6")
    older = shop.run("why", "spare", "6").out
    assert "is older than the row; run: searchsvc verify spare --repair" in older


def test_a_row_that_cannot_be_indexed(shop: Shop) -> None:
    """Says why, and which run has met it."""
    shop.execute("INSERT INTO products (id, name, price) VALUES (77, 'lock', 'cheap')")
    shop.run("index", "increment", "products")
    told = shop.run("why", "products", "77").out
    assert "row       it is there, and cannot be indexed: field" in told
    assert "it is left out" in told
    assert "dead      since run" in told
