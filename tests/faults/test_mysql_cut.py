"""The connection to MySQL is cut or falls silent at any byte: told, healed, and nothing lost."""

import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from searchsvc.errors import SourceUnreachable
from tests.faults.mysql_shop import LIBRARIES, MySQLShop, OpenIndex, new_shop
from tests.support.mariadb import require_mysqlclient
from tests.support.tcp_proxy import Fault, Kind, TcpProxy

ROWS = 80
CUTS = 100  # with each library


@pytest.fixture
def seed() -> int:
    """From SEARCHSVC_TEST_SEED, or new; printed with a failure."""
    chosen = int(os.environ.get("SEARCHSVC_TEST_SEED") or time.time_ns() % 1_000_000)
    sys.stdout.write(f"SEARCHSVC_TEST_SEED={chosen}\n")
    return chosen


@pytest.fixture
def shop(mysql_url: str) -> Iterator[MySQLShop]:
    """A shop of a few pages."""
    with new_shop(mysql_url, ROWS) as made:
        yield made


@pytest.fixture
def proxy(shop: MySQLShop) -> Iterator[TcpProxy]:
    """Stands before the shop's server."""
    with TcpProxy(shop.address.port or 3306) as made:
        yield made


@pytest.fixture(params=LIBRARIES)
def library(request) -> str:
    """Each client of MySQL."""
    if request.param == "mysqldb":
        require_mysqlclient()
    return request.param


def change(shop: MySQLShop, chance: random.Random) -> None:
    """A few rows are inserted, updated, hidden and shown again."""
    with shop.session() as cursor:
        for _ in range(4):
            id, name = chance.randrange(ROWS + 40), f"thing changed {chance.randrange(10**9)}"
            cursor.execute(
                "INSERT INTO products (id, name, price, deleted) VALUES (%s, %s, 1, %s)"
                " ON DUPLICATE KEY UPDATE name = VALUES(name), deleted = VALUES(deleted)",
                (id, name, chance.random() < 0.3),
            )


def do(index: OpenIndex, kind: str) -> str:
    """One run; how it ended, which is well or with the clear error."""
    try:
        index.runner.rebuild() if kind == "rebuild" else index.runner.increment()
    except SourceUnreachable as error:
        assert "does not answer" in str(error)
        return "unreachable"
    return "done"


def bytes_of(index: OpenIndex, proxy: TcpProxy, kind: str) -> int:
    """How much the server answers in a run of that kind."""
    proxy.heal()
    assert do(index, kind) == "done"
    return proxy.passed


@pytest.mark.timeout(600)  # 20 s, and many times that on a machine with much else to do
def test_cut_at_a_hundred_random_bytes_no_row_is_lost_or_read_by_half(shop, proxy, library, seed):
    """Wherever it is cut, once or for good, a run succeeds or says that the database is away.

    What is live meanwhile holds only documents that the table asked for before or asks for now;
    the next run goes on from the checkpoint, and index and table are equal.
    """
    chance = random.Random(seed)
    index = shop.open(shop.url(library, port=proxy.port))
    index.runner.rebuild()
    sizes = {kind: bytes_of(index, proxy, kind) for kind in ("increment", "rebuild")}
    ended: Counter[str] = Counter()
    for number in range(CUTS):
        before = shop.wanted()
        change(shop, chance)
        now = shop.wanted()
        kind = chance.choice(("increment", "rebuild"))
        how = chance.choice((Kind.RESET, Kind.END))
        fault = Fault(how, chance.randrange(sizes[kind]), lasting=chance.random() < 0.5)
        proxy.inject(fault)
        ended[do(index, kind)] += 1
        told = f"cut {number}: {kind}, {fault}"
        assert index.held().items() <= before.items() | now.items(), told
        proxy.heal()
        begun = index.runner.unfinished
        if begun is not None:
            ended["gone on with"] += 1
            assert index.runner.rebuild().version == begun
        else:
            index.runner.increment()
        assert index.is_equal(), told
        assert index.state.dead_letter_count("shop") == 0, told
    index.close()
    assert min(ended[how] for how in ("done", "unreachable", "gone on with")) > CUTS / 20, ended


@pytest.mark.parametrize("lasting", [False, True])
def test_a_server_that_falls_silent_is_given_up(shop, proxy, library, lasting):
    """A peer that is half dead: one read waits its time, and is tried once on a new connection.

    The time is shrunk from 330 s by the url, as an operator may.
    """
    query = {"read_timeout": "1", "connect_timeout": "1"}
    index = shop.open(shop.url(library, port=proxy.port, query=query))
    size = bytes_of(index, proxy, "rebuild")
    for part in (0.1, 0.5, 0.9):
        proxy.inject(Fault(Kind.STALL, int(size * part), lasting=lasting))
        started = time.monotonic()
        assert do(index, "rebuild") == ("unreachable" if lasting else "done")
        assert proxy.struck.is_set()
        assert time.monotonic() - started < 20
        proxy.heal()
        assert do(index, "rebuild") == "done"
        assert index.is_equal()
    index.close()
