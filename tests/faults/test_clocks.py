"""Clocks that are an hour wrong: of writers' sessions, of the database, of our own host.

The database's clock is set for our sessions alone, by what it does at their connect, so that no
server has to lie to others; it stands still within a connection, which is harder than walking.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from searchsvc.domain.run import RunStatus
from searchsvc.errors import LeaseHeld
from searchsvc.stores.sql import SqlStateStore
from tests.faults.mysql_shop import MySQLShop, OpenIndex, new_shop

HOUR = 3_600
SetClock = Callable[[int], None]


class Shifted:
    """The clock of a host, so many seconds off; it can be set."""

    def __init__(self, seconds: float = 0) -> None:
        self.seconds = seconds

    def now(self) -> datetime:
        """Aware, UTC."""
        return datetime.now(UTC) + timedelta(seconds=self.seconds)


@pytest.fixture
def shop(mysql_url: str) -> Iterator[MySQLShop]:
    """A shop of a few old rows."""
    with new_shop(mysql_url, 30) as made:
        yield made


@pytest.fixture
def reader(shop: MySQLShop) -> Iterator[str]:
    """The url of an account whose sessions `set_clock` reaches: it may do no more than read."""
    name = f"guest_{shop.address.database[-12:]}"
    accounts = [f"'{name}'@'{host}'" for host in ("localhost", "%")]
    for account in accounts:
        shop.run(
            f"CREATE USER {account}",
            f"GRANT SELECT ON {shop.address.database}.* TO {account}",
            f"GRANT PROCESS ON *.* TO {account}",
        )
    yield shop.url(username=name)
    shop.run(f"DROP USER {', '.join(accounts)}")


@pytest.fixture
def set_clock(shop: MySQLShop) -> Iterator[SetClock]:
    """Sets the database's clock so many seconds off for each later connection."""

    def to(seconds: int) -> None:
        off = f"SET timestamp = UNIX_TIMESTAMP(NOW(6)) + {seconds}" if seconds else ""
        shop.run(f"SET GLOBAL init_connect = '{off}'")

    yield to
    to(0)


def change(shop: MySQLShop, name: str, *, seconds_ago: int = 0) -> None:
    """Two rows are updated and one is new, so many seconds ago by the true time."""
    moment = f"updated_at = NOW(6) - INTERVAL {seconds_ago} SECOND"
    shop.run(
        f"UPDATE products SET name = '{name}', {moment} WHERE id IN (1, 2)",
        f"INSERT INTO products (id, name) SELECT MAX(id) + 1, '{name}' FROM products",
        f"UPDATE products SET {moment} ORDER BY id DESC LIMIT 1",
    )


@pytest.mark.parametrize(
    ("column", "session", "found"),
    [
        ("TIMESTAMP(6)", "timestamp = UNIX_TIMESTAMP() + 3600", True),
        ("TIMESTAMP(6)", "timestamp = UNIX_TIMESTAMP() - 3600", False),
        ("TIMESTAMP(6)", "time_zone = '+01:00'", True),
        ("TIMESTAMP(6)", "time_zone = '-01:00'", True),
        ("DATETIME(6)", "time_zone = '+01:00'", True),
        ("DATETIME(6)", "time_zone = '-01:00'", False),
    ],
)
def test_writers_whose_session_is_an_hour_wrong(shop, column, session, found):
    """A row dated ahead is found at once and holds nothing up; a TIMESTAMP knows no zones.

    What is dated an hour back waits for a comparison, which finds it.
    """
    moment = "CURRENT_TIMESTAMP(6)"
    shop.run(
        f"ALTER TABLE products MODIFY updated_at {column} NOT NULL DEFAULT {moment}"
        f" ON UPDATE {moment}"
    )
    index = shop.open()
    index.runner.rebuild()
    shop.run(f"SET {session}", "UPDATE products SET name = 'by another clock' WHERE id = 1")
    index.runner.increment()
    assert index.is_equal() == found
    shop.run("UPDATE products SET name = 'by the true clock' WHERE id = 2")
    index.runner.increment()
    index.runner.verify(repair=True)
    assert index.is_equal()
    index.close()


@pytest.mark.parametrize("who", ["the same process", "a new process"])
def test_the_database_clock_is_set_back_an_hour(shop, reader, set_clock, who):
    """What changed since is found, though it is dated before the watermark, and no write is stale,
    though the index holds versions that are an hour ahead.

    The rows that change then are dated longer ago than any overlap: nobody looked for that long.
    """
    set_clock(HOUR)
    index = shop.open(reader)
    index.runner.rebuild()
    change(shop, "before")
    index.runner.increment()
    set_clock(0)
    index.source.close()  # its connections are made anew, as after a failover
    if who == "a new process":
        index.runner = index.again()
    change(shop, "after", seconds_ago=20)
    run = index.runner.increment()
    assert run.counts.stale == 0
    assert index.is_equal()
    for number in range(3):
        change(shop, f"later {number}")
        run = index.runner.increment()
        assert (run.counts.stale, index.is_equal()) == (0, True)
    index.runner = index.again()
    change(shop, "by another process")
    run = index.runner.increment()
    assert (run.counts.stale, index.is_equal()) == (0, True)
    assert run.counts.read < 10  # the whole table is read once at most
    index.close()


def test_the_database_clock_is_set_ahead_an_hour(shop, reader, set_clock):
    """Rows that are dated by it, and later by the true time again, are all found."""
    index = shop.open(reader)
    index.runner.rebuild()
    set_clock(HOUR)
    index.source.close()
    change(shop, "ahead", seconds_ago=-HOUR)
    index.runner.increment()
    assert index.is_equal()
    set_clock(0)
    index.source.close()
    change(shop, "back again")
    run = index.runner.increment()
    assert (run.counts.stale, index.is_equal()) == (0, True)
    index.close()


def opened(shop: MySQLShop, clock: Shifted, **options) -> OpenIndex:
    """The index as a host with that clock has it, its state in a database that hosts share."""
    return shop.open(state=SqlStateStore(shop.url()), clock=clock, **options)


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_host_that_is_an_hour_off_takes_no_lease_of_another(shop, hours):
    """Leases are timed by the database that holds them, so a wrong host waits as any other."""
    right = opened(shop, Shifted())
    wrong = opened(shop, Shifted(hours * HOUR), store=right.store)
    right.runner.rebuild()
    tried: list[str] = []

    def reached(name: str) -> None:
        if name == "page-read" and not tried:
            with pytest.raises(LeaseHeld):
                wrong.again(lease_wait=0.0).rebuild()
            tried.append(name)

    run = right.again(reached=reached).rebuild()
    assert tried
    assert run.status is RunStatus.SUCCEEDED
    assert right.is_equal()
    change(shop, "by the wrong host")
    assert wrong.runner.increment().status is RunStatus.SUCCEEDED
    wrong.runner.rebuild()
    assert wrong.is_equal()
    for index in (right, wrong):
        index.close()
        index.state.close()


@pytest.mark.parametrize("hours", [-1, 1])
def test_the_clock_of_our_host_is_set_while_a_rebuild_runs(shop, hours):
    """The run keeps its lease and ends; so do those after it, and versions keep their order:
    a rollback goes to the one before.
    """
    clock = Shifted()
    index = opened(shop, clock)
    first = index.runner.rebuild().version

    def reached(name: str) -> None:
        if name == "page-read":
            clock.seconds = hours * HOUR

    run = index.again(reached=reached).rebuild()
    assert run.status is RunStatus.SUCCEEDED
    change(shop, "afterwards")
    index.runner = index.again()
    index.runner.increment()
    assert index.is_equal()
    third = index.runner.rebuild().version
    assert [i.version.name for i in index.runner.versions() if not i.live] == [first, run.version]
    index.runner.rollback()
    live = index.store.live("shop")
    assert live is not None
    assert live.name == run.version != third
    assert index.is_equal()
    index.close()
    index.state.close()
