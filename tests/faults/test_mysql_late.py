"""Rows that commit late, or in one microsecond, in MariaDB: found, and by which run."""

from collections.abc import Iterator

import pytest

from tests.faults.mysql_shop import MySQLShop, new_shop


@pytest.fixture
def shop(mysql_url: str) -> Iterator[MySQLShop]:
    """A shop of a few old rows."""
    with new_shop(mysql_url, 30) as made:
        yield made


@pytest.fixture
def guest(shop: MySQLShop) -> Iterator[str]:
    """An account without PROCESS: open transactions are hidden from it."""
    name = f"guest_{shop.address.database[-12:]}"
    accounts = [f"'{name}'@'{host}'" for host in ("localhost", "%")]
    for account in accounts:
        shop.run(
            f"CREATE USER {account}", f"GRANT SELECT ON {shop.address.database}.* TO {account}"
        )
    yield name
    shop.run(f"DROP USER {', '.join(accounts)}")


def insert(cursor, id: int, seconds_ago: int = 0) -> None:
    """A row that is not committed yet, as a session that began so long ago has dated it."""
    cursor.execute("SET timestamp = UNIX_TIMESTAMP(NOW(6)) - %s", (seconds_ago,))
    cursor.execute("INSERT INTO products (id, name, price) VALUES (%s, 'late', 1)", (id,))


def test_a_commit_of_five_seconds_is_seen_coming(shop):
    """With PROCESS the watermark waits for the open transaction, without any overlap."""
    index = shop.open(overlap=0.0)
    index.runner.rebuild()
    assert index.source.sees_transactions
    with shop.session() as late:
        insert(late, 100)
        began = shop.value("SELECT NOW(6)")
        passed = 0
        while shop.value(f"SELECT TIMESTAMPDIFF(SECOND, '{began}', NOW(6))") < 5:
            shop.run(f"UPDATE products SET price = price + 1 WHERE id = {passed % 30}")
            index.runner.increment()
            passed += 1
            late.execute("DO SLEEP(0.2)")
        assert passed > 1
        assert "100" not in index.held()
    index.runner.increment()
    assert "100" in index.held()
    assert index.is_equal()
    index.close()


def test_without_the_privilege_the_overlap_finds_a_late_commit(shop, guest):
    """Five seconds late, with an overlap of thirty; it is dated so, and not waited for."""
    index = shop.open(shop.url(username=guest), overlap=30.0)
    index.runner.rebuild()
    assert not index.source.sees_transactions
    with shop.session() as late:
        insert(late, 100, seconds_ago=5)
        index.runner.increment()
        index.runner.increment()
        assert "100" not in index.held()
    index.runner.increment()
    assert "100" in index.held()
    assert index.is_equal()
    index.close()


@pytest.mark.parametrize("by", ["reconcile", "verify"])
def test_a_commit_later_than_every_overlap_is_found_by_a_comparison(shop, guest, by):
    """Three hundred seconds late, with an overlap of ten: no increment sees it, either of these
    does, and tells that one document was missing.
    """
    index = shop.open(shop.url(username=guest), overlap=10.0)
    index.runner.rebuild()
    with shop.session() as late:
        insert(late, 100, seconds_ago=300)
        index.runner.increment()
    index.runner.increment()
    assert "100" not in index.held()
    if by == "reconcile":
        _, drift = index.runner.reconcile()
    else:
        assert index.runner.verify()[1].missing == 1
        assert "100" not in index.held()
        _, drift = index.runner.verify(repair=True)
    assert (drift.missing, drift.total) == (1, 1)
    assert index.is_equal()
    index.close()


def test_a_thousand_rows_of_one_microsecond_across_pages_and_cycles(shop):
    """Six hundred are followed over pages of a hundred; the others commit behind a cycle's end.

    There is no overlap, so that only the bounds of pages and cycles decide.
    """
    index = shop.open(overlap=0.0, page_size=100)
    index.runner.rebuild()
    moment = shop.value("SELECT UNIX_TIMESTAMP(NOW(6))")
    with shop.session() as late:
        insert_range(late, moment, 1_600, 1_999)
        with shop.session() as early:
            insert_range(early, moment, 1_000, 1_599)
        index.runner.increment()
        assert len(index.held()) == 630
        index.runner.increment()
    index.runner.increment()
    assert shop.value("SELECT COUNT(DISTINCT updated_at) FROM products WHERE id >= 1000") == 1
    assert len(index.held()) == 1_030
    assert index.is_equal()
    index.close()


def insert_range(cursor, moment: object, first: int, last: int) -> None:
    """Rows of these ids, all dated at one moment."""
    cursor.execute("SET timestamp = %s", (moment,))
    cursor.execute(
        f"INSERT INTO products (id, name, price) SELECT seq, 'thing', 1 FROM seq_{first}_to_{last}"
    )
