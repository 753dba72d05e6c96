"""MariaDB is killed and started again, or lets nobody in: told, tried again, and nothing lost."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from searchsvc.domain.run import RunKind, RunStatus
from searchsvc.engines.embedded import EmbeddedStore
from searchsvc.errors import SourceUnreachable
from searchsvc.indexing.schedule import Schedule
from searchsvc.settings import Indexing
from tests.faults.mysql_shop import LIBRARIES, MySQLShop, OpenIndex, new_shop
from tests.support.mariadb import MariaDB, find_mariadb, require_mysqlclient

ROWS = 3_000
MOST = 10  # connections: MariaDB takes no smaller number


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[MariaDB]:
    """A MariaDB to be killed."""
    binary = find_mariadb()
    if binary is None:
        pytest.skip("no MariaDB to stop and start: install mariadb-server")
    made = MariaDB(binary, tmp_path_factory.mktemp("mariadb"), f"--max-connections={MOST}")
    made.start()
    yield made
    made.stop()


@pytest.fixture
def shop(server: MariaDB) -> Iterator[MySQLShop]:
    """A shop on it."""
    with new_shop(server.url, ROWS) as made:
        yield made


@pytest.fixture(params=LIBRARIES)
def library(request) -> str:
    """Each client of MySQL."""
    if request.param == "mysqldb":
        require_mysqlclient()
    return request.param


def test_killed_in_a_rebuild_it_goes_on_from_the_checkpoint(server, shop, library, tmp_path):
    """SIGKILL of the server at a page: the run says so; once it is back, the next one goes on."""
    store = EmbeddedStore(tmp_path, writer_memory_mb=15)
    index = shop.open(shop.url(library), store=store, page_size=200)
    pages: list[str] = []

    def reached(name: str) -> None:
        pages.extend([name] if name == "page-read" else [])
        if len(pages) == 8:
            server.kill()

    with pytest.raises(SourceUnreachable, match="does not answer"):
        index.again(reached=reached).rebuild()
    begun = index.runner.unfinished
    assert begun is not None
    server.start()
    shop.run("UPDATE products SET name = 'changed meanwhile' WHERE id % 100 = 0")

    run = index.runner.rebuild()

    assert run.version == begun
    assert run.counts.indexed < ROWS
    assert index.is_equal()
    index.close()


@pytest.fixture
def guest(shop: MySQLShop) -> str:
    """An account that may read, one connection at a time."""
    name = f"guest_{time.monotonic_ns()}"
    for host in ("localhost", "%"):
        shop.run(
            f"CREATE USER '{name}'@'{host}' WITH MAX_USER_CONNECTIONS 1",
            f"GRANT SELECT ON {shop.address.database}.* TO '{name}'@'{host}'",
        )
    return name


def hold_all(shop: MySQLShop, _: str) -> ExitStack:
    """Every connection that the server gives."""
    stack = ExitStack()
    for _ in range(MOST):
        stack.enter_context(shop.session())
    return stack


def hold_the_account(shop: MySQLShop, guest: str) -> ExitStack:
    """The one connection that the account may have."""
    stack = ExitStack()
    theirs = MySQLShop(shop.address.set(username=guest))
    stack.enter_context(theirs.session())
    return stack


@pytest.mark.parametrize("hold", [hold_all, hold_the_account])
def test_too_many_connections_are_told_and_tried_again(shop, guest, library, hold):
    """Errors 1040 and 1226: what to do is told, and a scheduler catches up once there is room."""
    index = shop.open(
        shop.url(library, username=guest), settings=Indexing(), every="0.2s", reconcile=""
    )
    index.runner.rebuild()
    index.close()
    shop.run("UPDATE products SET name = 'changed' WHERE id < 10")
    with hold(shop, guest):
        with pytest.raises(SourceUnreachable, match=r"raise max_connections or the account's"):
            index.runner.increment()
        schedule = Schedule([index.runner])
        schedule.start()
        refused = until(lambda: failures(index) >= 2)
    caught_up = until(lambda: index.runner.last_run(RunKind.INCREMENT).status in ENDED)
    schedule.stop()
    assert refused
    assert caught_up
    assert index.is_equal()
    index.close()


ENDED = {RunStatus.SUCCEEDED}


def failures(index: OpenIndex) -> int:
    """Increments that were refused for want of a connection."""
    runs = index.state.runs("shop", kind=RunKind.INCREMENT)
    return sum(bool(re.match(r"source_unreachable: .*(Too many|exceeded)", r.error)) for r in runs)


def until(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Whether it comes true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False
