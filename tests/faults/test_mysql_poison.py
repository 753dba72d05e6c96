"""Rows of MariaDB that cannot be indexed, and a table that is suddenly empty."""

from collections.abc import Iterator

import pytest

from searchsvc.domain.run import RunKind, RunStatus
from searchsvc.engines.embedded import EmbeddedStore
from searchsvc.errors import GateRefused
from searchsvc.settings import Indexing
from tests.faults.mysql_shop import MySQLShop, OpenIndex, new_shop

ROWS = 10_000


@pytest.fixture(scope="module")
def table(mysql_url: str) -> Iterator[MySQLShop]:
    """A shop of ten thousand rows."""
    with new_shop(mysql_url, ROWS) as made:
        yield made


@pytest.fixture
def shop(table: MySQLShop) -> MySQLShop:
    """That shop, with no poison in it."""
    table.run("DELETE FROM products", f"SET timestamp = {_HOUR_AGO}", _ALL)
    return table


_HOUR_AGO = "UNIX_TIMESTAMP() - 3600"
_ALL = (
    "INSERT INTO products (id, name, price)"
    f" SELECT seq, CONCAT('thing number ', seq), 1 FROM seq_1_to_{ROWS}"
)


def poison(shop: MySQLShop, every: int) -> None:
    """One row of so many has had no name that `to_document` can work with for long."""
    shop.run(f"UPDATE products SET name = NULL, updated_at = updated_at WHERE id % {every} = 0")


def to_document(row):
    """What a careless definition does."""
    return {"name": row["name"].title(), "price": row["price"]}


def opened(shop: MySQLShop, folder) -> OpenIndex:
    """The shop's index with the settings that every project has."""
    store = EmbeddedStore(folder, writer_memory_mb=15)
    settings = Indexing()
    return shop.open(store=store, settings=settings, page_size=2_000, to_document=to_document)


def test_a_hundred_poison_rows_of_ten_thousand_harm_no_other(shop, tmp_path):
    """9,900 are indexed, each of the 100 is named with its reason, and the run is degraded.

    A row that is mended is no dead letter any more.
    """
    poison(shop, every=100)
    index = opened(shop, tmp_path)

    run = index.runner.rebuild()

    assert (run.status, run.counts.read) == (RunStatus.DEGRADED, ROWS)
    assert (run.counts.indexed, run.counts.dead) == (9_900, 100)
    letters = index.state.dead_letters("shop", ROWS)
    assert {letter.id for letter in letters} == {str(n) for n in range(100, ROWS + 1, 100)}
    assert all(each.reason.startswith("to_document raised AttributeError") for each in letters)
    assert len(index.held()) == 9_900
    shop.run("UPDATE products SET name = 'mended' WHERE name IS NULL AND id > 100")
    assert index.runner.increment().counts.indexed >= 99
    assert [letter.id for letter in index.state.dead_letters("shop", ROWS)] == ["100"]
    assert len(index.held()) == 9_999
    index.close()


def test_more_than_five_in_a_hundred_are_refused(shop, tmp_path):
    """The version does not go live, the old one answers on, and the reason has its figures."""
    index = opened(shop, tmp_path)
    index.runner.rebuild()
    live, held = index.store.live("shop"), index.held()
    poison(shop, every=19)

    with pytest.raises(GateRefused, match=r"526 of 10000 rows cannot be indexed .*0\.05"):
        index.runner.rebuild()

    assert index.runner.last_run(RunKind.REBUILD).status is RunStatus.FAILED
    assert (index.store.live("shop"), index.held()) == (live, held)
    index.close()


def test_an_empty_table_where_rows_were_is_refused(shop, tmp_path):
    """Until an operator says that it is right; reconcile and verify ask the same."""
    index = opened(shop, tmp_path)
    index.runner.rebuild()
    live = index.store.live("shop")
    shop.run("DELETE FROM products")

    with pytest.raises(GateRefused, match=r"the source has no row.*--allow-empty"):
        index.runner.rebuild()

    assert index.store.live("shop") == live
    assert len(index.held()) == ROWS
    index.runner.rebuild(allow_empty=True)
    assert index.held() == {}
    index.close()
