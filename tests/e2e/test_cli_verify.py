"""An index's health, as its user asks for it: status, verify, and the rows that are dead."""

import json
from pathlib import Path

import pytest

from tests.support.shop import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A project of old rows after its first rebuild."""
    shop = Shop.new(tmp_path)
    shop.execute("UPDATE products SET updated_at = '2026-01-01T10:00:00.000Z'")
    assert shop.run("index", "rebuild", "products").code == 0
    return shop


def test_an_equal_index_is_said_to_be_equal(shop: Shop) -> None:
    """Exit code 0, and a change that no increment has seen is no drift."""
    shop.rename(3, "tandem")
    ended = shop.run("verify", "products")
    assert ended.code == 0
    assert ended.out.endswith("products: equal to its source\n")
    assert shop.run("verify", "--all").code == 0


def damage(shop: Shop) -> None:
    """A silent update and a hard delete: nothing that an increment could see."""
    shop.execute("UPDATE products SET name = 'silent' WHERE id = 5")
    shop.execute("DELETE FROM products WHERE id = 6")


def test_drift_is_told_and_mended(shop: Shop) -> None:
    """Exit code 3 until it is repaired; status shows what the last look found."""
    damage(shop)
    found = "products: 0 documents missing, 1 different, 1 without a row: "
    ended = shop.run("verify", "products")
    assert ended.code == 3
    assert ended.out.endswith(f"{found}mend them with --repair\n")
    assert shop.json("status", "products")[0]["drift"] == 2
    ended = shop.run("verify", "products", "--repair")
    assert ended.code == 0
    assert ended.out.endswith(f"{found}mended\n")
    (run,) = shop.json("verify", "products")
    assert (run["kind"], run["status"], run["drift"]) == ("verify", "succeeded", 0)


def test_verify_as_json_tells_drift_by_its_exit_code_too(shop: Shop) -> None:
    """A program reads the run's record."""
    damage(shop)
    ended = shop.run("verify", "products", "--json")
    assert ended.code == 3
    assert json.loads(ended.out)[0]["drift"] == 2


def test_status_before_and_after(tmp_path: Path) -> None:
    """From nothing to a live version that follows its source."""
    shop = Shop.new(tmp_path)
    (before,) = shop.json("status")
    assert before["version"] is before["freshness_seconds"] is before["drift"] is None
    shop.run("index", "rebuild", "products")
    (after,) = shop.json("status")
    assert after["version"].startswith("products-")
    assert (after["documents"], after["dead_letters"]) == (40, 0)
    assert 0 < after["freshness_seconds"] < 600
    assert after["last_run"] == "rebuild succeeded"
    assert "rebuild succeeded" in shop.run("status").out


def poison(shop: Shop) -> None:
    """Two rows whose price is no number."""
    shop.execute("UPDATE products SET price = 'dear secret' WHERE id IN (7, 8)")
    shop.rename(7, "seven")
    shop.rename(8, "eight")


def test_dead_letters_are_listed_retried_and_dropped(shop: Shop) -> None:
    """A reason without the value; a mended row is no dead letter any more."""
    poison(shop)
    assert shop.run("index", "increment", "products").code == 0
    letters = shop.json("dead", "list", "products")
    assert {letter["id"] for letter in letters} == {"7", "8"}
    assert all("price" in letter["reason"] for letter in letters)
    assert "secret" not in json.dumps(letters)
    assert shop.json("status")[0]["dead_letters"] == 2

    shop.execute("UPDATE products SET price = 9 WHERE id = 7")  # no watermark tells
    ended = shop.run("dead", "retry", "products")
    assert (ended.code, ended.out.splitlines()[-1]) == (3, "products: 1 dead letters are left")
    assert [letter["id"] for letter in shop.json("dead", "list")] == ["8"]

    assert shop.run("dead", "drop", "products").code == 2
    assert shop.run("dead", "drop", "products", "8").out == "products: 1 dead letters dropped\n"
    assert shop.json("dead", "list") == []
    ended = shop.run("dead", "retry", "products", "8")
    assert (ended.code, ended.out.splitlines()[-1]) == (3, "products: 1 dead letters are left")
    shop.execute("UPDATE products SET price = 9 WHERE id = 8")
    assert shop.run("dead", "retry", "products").code == 0
    assert "no row is known" in shop.run("dead", "retry", "products").out


def test_rows_that_became_dead_are_told(shop: Shop) -> None:
    """Equal is not said without them."""
    shop.execute("UPDATE products SET price = 'dear', updated_at = '2027-01-01' WHERE id = 4")
    assert shop.run("index", "increment", "products").code == 0
    ended = shop.run("verify", "products")
    assert ended.out.endswith("products: equal to its source, but for 1 rows that are dead\n")


def test_a_damaged_live_version_is_rebuilt(shop: Shop) -> None:
    """Nothing can be compared with it, and the new one is its cure."""
    (file,) = shop.folder.glob(".searchsvc/indexes/products/*/version.json")
    file.write_bytes(b"")
    assert shop.run("index", "rebuild", "products").code == 0
    assert shop.run("verify", "products").code == 0
