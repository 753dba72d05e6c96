"""Plan, then apply: what a change of the files would take, and just that being done."""

import json
from pathlib import Path

import pytest

from tests.support.shop import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A project after its first rebuild."""
    shop = Shop.new(tmp_path)
    assert shop.run("index", "rebuild", "products").code == 0
    return shop


def versions(shop: Shop) -> list[str]:
    """The versions that the engine holds, oldest first."""
    return [info["version"] for info in shop.json("versions", "products")]


def test_a_weight_is_applied_without_reading_a_row(shop: Shop) -> None:
    """It is query-time; the version stays, and so do its documents."""
    (before,) = versions(shop)
    shop.break_in(shop.mapping, "text^3", "text^5")
    ended = shop.run("plan", "--out", "plan.json")
    assert ended.code == 0
    assert "products: query-time, from products-" in ended.out
    assert "  fields.name.weight: 3 → 5  (query-time)\n" in ended.out
    ended = shop.run("apply", "plan.json")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == f"products: {before} follows the files; no row was read\n"
    assert versions(shop) == [before]
    assert "nothing to do" in shop.run("plan").out
    assert shop.run("apply", "plan.json").code == 3


def test_a_new_field_is_applied_by_a_rebuild(shop: Shop) -> None:
    """The plan tells what is read, and shows documents before and after."""
    shop.break_in(shop.indexer, "brand, price", "brand, 'new' AS state, price")
    shop.break_in(shop.mapping, "fields:", "fields:\n  state: keyword, facet")
    ended = shop.run("plan", "products", "--out", "plan.json")
    assert "  fields.state: none → keyword, facet  (rebuild)\n" in ended.out
    assert "reads 40 rows" in ended.out
    assert '    state: none → "new"\n' in ended.out
    ended = shop.run("apply", "plan.json")
    assert ended.code == 0
    assert "products: rebuild succeeded" in ended.out
    assert len(versions(shop)) == 2


def test_a_stale_plan_is_refused(shop: Shop) -> None:
    """Nothing is done, and the next step is named."""
    shop.break_in(shop.mapping, "text^3", "text^5")
    assert shop.run("plan", "--out", "plan.json").code == 0
    shop.break_in(shop.mapping, "text^5", "text^6")
    ended = shop.run("apply", "plan.json")
    assert ended.code == 3
    assert ended.err.startswith("error: the plan for index 'products' is stale: the files have")
    assert ended.err.endswith("make a new one with: searchsvc plan\n")


def test_a_file_that_is_no_plan_is_refused(shop: Shop) -> None:
    """Any other file, or one of another release, changes nothing."""
    file = shop.folder / "plan.json"
    for text in ("no JSON", "{}", '{"format": 0, "plans": []}'):
        file.write_text(text, encoding="utf-8")
        ended = shop.run("apply", "plan.json")
        assert ended.code == 2
        assert "searchsvc plan --out FILE" in ended.err


def test_a_plan_for_a_program(shop: Shop) -> None:
    """All that the text says, whole, as JSON."""
    shop.break_in(shop.mapping, "price: number", "price: number, stored")
    shop.break_in(shop.mapping, ", facet, sort", "")
    (plan,) = shop.json("plan", "products")
    assert (plan["index"], plan["effect"], plan["estimate"]["rows"]) == ("products", "rebuild", 40)
    assert len(plan["samples"]) == 5
    assert json.loads(plan["samples"][0]["before"])["name"].startswith("bicycle")


def test_a_dry_run(shop: Shop) -> None:
    """It writes nothing; an emptied table is told as the gate would refuse it."""
    before = shop.written
    ended = shop.run("index", "rebuild", "products", "--dry-run")
    assert ended.code == 0
    assert "products: nothing was written: rows 40" in ended.out
    shop.execute("DELETE FROM products")
    ended = shop.run("index", "rebuild", "products", "--dry-run")
    assert ended.code == 3
    assert "would be refused: the source has no row to index" in ended.out
    (found,) = json.loads(shop.run("index", "rebuild", "--all", "--dry-run", "--json").out)
    assert found["evidence"]["live"] == 40
    assert shop.written == before


def test_golden_queries_hold_a_worse_version_back(shop: Shop) -> None:
    """A change that loses what people judged is refused, unless somebody accepts it."""
    judged = shop.mapping.parent / "judgments.csv"
    judged.write_text("query,id,rating\nbicycle 7,7,1\nbicycle 8,8,1\n", encoding="utf-8")
    assert shop.run("index", "rebuild", "products").code == 0
    shop.break_in(shop.indexer, "SELECT id, name,", "SELECT id, 'thing' AS name,")
    ended = shop.run("index", "rebuild", "products")
    assert ended.code == 1
    assert "nDCG@10 of 2 golden queries falls from 1.000 to 0.000 (--allow-worse" in ended.err
    assert "2 golden queries find nothing any more: 'bicycle 7', 'bicycle 8'" in ended.err
    assert shop.run("index", "rebuild", "products", "--allow-worse").code == 0
    judged.write_text("query,id,rating\nbicycle 7,7,good\n", encoding="utf-8")
    ended = shop.run("check")
    assert ended.code == 3
    assert "judgments.csv:2: no judgment" in ended.out
