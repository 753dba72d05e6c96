"""What the tests of faults share: the seed of their chances, a shop behind a proxy that spoils."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from searchsvc.domain.run import Run, RunKind, RunStatus
from tests.faults.late import Late, deleted
from tests.faults.shop import OpenShop, Place, Shop
from tests.support.engines import open_elastic
from tests.support.http_proxy import HttpProxy, http_proxy

ROWS = 1000


@pytest.fixture
def seed() -> int:
    """From SEARCHSVC_TEST_SEED, or new; printed with a failure."""
    chosen = int(os.environ.get("SEARCHSVC_TEST_SEED") or time.time_ns() % 1_000_000)
    sys.stdout.write(f"SEARCHSVC_TEST_SEED={chosen}\n")
    return chosen


@dataclass
class Proxied:
    """A shop whose server is behind a proxy; each page of its rebuilds has a checkpoint."""

    shop: Shop
    proxy: HttpProxy
    opened: OpenShop

    def check(self, run: Run | None = None) -> None:
        """Index and table are equal, one version answers, and the run's counts add up."""
        self.proxy.clear()
        assert self.opened.held() == self.shop.wanted()
        versions = self.opened.store.versions("shop")
        assert [info.live for info in versions].count(True) == 1
        assert self.opened.orphans() == []
        if run is not None:
            assert run.status is RunStatus.SUCCEEDED
            assert run.counts.balanced

    def last_run(self, kind: RunKind) -> Run:
        """The newest run of that kind; whatever became of it, its counts add up."""
        run = self.opened.state.runs("shop", 1, kind)[0]
        assert run.counts.balanced
        return run

    def rebuild(self, spoil: Callable[[], object], at: str = "after-checkpoint") -> Run:
        """A rebuild; the first time that it comes by that failpoint, `spoil` is called."""
        left = [spoil]

        def reached(name: str) -> None:
            if name == at and left:
                left.pop()()

        return self.opened.runner(reached).rebuild()


@pytest.fixture
def kind() -> str:
    """The kind of server, where a test is not run on each."""
    return "opensearch"


@pytest.fixture
def proxied(kind, tmp_path: Path, server_url, seed) -> Iterator[Proxied]:
    """A shop of ROWS rows that are an hour old, never indexed: five pages."""
    url = server_url(kind)
    with open_elastic(kind, url) as (store, _), http_proxy(url, seed) as proxy:
        shop = Shop(tmp_path, Place(kind, proxy.url, store._names.prefix))
        shop.fill(ROWS)
        opened = shop.open(checkpoint_seconds=0.0)
        try:
            yield Proxied(shop, proxy, opened)
        finally:
            proxy.clear()
            opened.close()


@pytest.fixture(scope="session")
def late(tmp_path_factory, server_url) -> Iterator[Late]:
    """A delete that is long ago by the time its test comes, if other tests ask for it first."""
    kind = "opensearch"
    with deleted(kind, server_url(kind), tmp_path_factory.mktemp("late")) as made:
        yield made
