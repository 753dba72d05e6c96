"""kill -9 of rebuilds into a real server, and what arrives there long after it was sent.

With SEARCHSVC_TEST_ROWS=200000 and SEARCHSVC_TEST_KILLS=20 at full size.
"""

import json
import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from searchsvc.domain.run import RunStatus
from tests.faults.processes import Traffic, Worker, answers, seconds_of
from tests.faults.shop import OpenShop, Place, Shop
from tests.support.engines import open_elastic
from tests.support.http_proxy import Forward, HttpProxy, http_proxy
from tests.support.stub import Asked

ROWS = int(os.environ.get("SEARCHSVC_TEST_ROWS") or 4_000)
KILLS = int(os.environ.get("SEARCHSVC_TEST_KILLS") or 8)
KIND = "opensearch"
LATE = 70.0  # seconds: servers remember a delete for sixty unless they are told otherwise


@dataclass
class Late:
    """A shop whose row 5 was written by the request `old`, and deleted at `since`."""

    shop: Shop
    opened: OpenShop
    proxy: HttpProxy
    old: Asked
    since: float

    def send(self) -> int:
        """The old request arrives once more; what the server says of its only write."""
        said = self.proxy.forward(self.old).partition(b"\r\n\r\n")[2]
        ((_, item),) = json.loads(said)["items"][0].items()
        self._ask("POST", "_refresh")
        return int(item["status"])

    def forget_soon(self) -> None:
        """Let the server forget deletes after a second."""
        self._ask("PUT", "_settings", {"index.gc_deletes": "1s"})

    def _ask(self, method: str, what: str, body: object = None) -> None:
        path = f"/{self.shop.place.prefix}{self.opened.store.live('shop')}/{what}"
        self.opened.store._client.json(method, path, body, doing="trying")


@pytest.fixture(scope="module", autouse=True)
def late(tmp_path_factory, server_url) -> Iterator[Late]:
    """The delete comes before all tests of this file, so that its time passes meanwhile."""
    url, kept = server_url(KIND), []

    def keep(asked: Asked, forward: Forward) -> bytes:
        kept.append(asked)
        return forward(asked)

    with open_elastic(KIND, url) as (store, _), http_proxy(url) as proxy:
        folder = tmp_path_factory.mktemp("late")
        shop = Shop(folder, Place(KIND, proxy.url, store._names.prefix))
        shop.fill(20)
        opened = shop.open()
        runner = opened.runner()
        runner.rebuild()
        shop.rename(5, "thing that comes late")
        proxy.rule(keep, "_bulk", times=1)
        runner.increment()
        shop.run("DELETE FROM products WHERE id = 5")
        runner.increment(also=["5"])
        yield Late(shop, opened, proxy, kept[0], time.monotonic())
        opened.close()


@pytest.mark.timeout(3600)
def test_killed_rebuilds_under_writes_end_equal(tmp_path: Path, server_url, seed: int) -> None:
    """After the last restart index = table, no version is orphaned, the alias is on one index.

    Fifty writes a second all the while, a tenth of them hard deletes.
    """
    url, chance = server_url(KIND), random.Random(seed)
    with open_elastic(KIND, url) as (store, _):
        shop = Shop(tmp_path, Place(KIND, url, store._names.prefix))
        shop.fill(ROWS)
        seconds = seconds_of(shop, "rebuild")
        with Traffic(shop, seed, ROWS, hard=0.1):
            for _ in range(KILLS):
                worker = Worker(shop, "rebuild")
                worker.go()
                time.sleep(chance.uniform(0, seconds * 1.1))
                worker.end()
                assert answers(shop) > ROWS / 2
        opened = shop.open()
        try:
            check_healed(opened, shop)
        finally:
            opened.close()


def check_healed(opened: OpenShop, shop: Shop) -> None:
    """One rebuild is all it takes."""
    run = opened.runner().rebuild()
    assert run.status is RunStatus.SUCCEEDED
    assert run.counts.balanced
    assert opened.held() == shop.wanted()
    assert opened.orphans() == []
    live = opened.store.live("shop")
    assert live is not None, "the alias is on one index"
    versions = [info.version for info in opened.store.versions("shop")]
    assert live.name == run.version
    assert len(versions) <= 3
    place = shop.place
    rows = opened.store._client.json(
        "GET", f"/_cat/indices/{place.prefix}*?format=json&h=index", doing="listing"
    )
    assert {row["index"] for row in rows} == {place.names.of(version) for version in versions}
    runs = opened.state.runs("shop", 500)
    assert RunStatus.RUNNING not in {run.status for run in runs}
    assert all(run.counts.balanced for run in runs if run.status is RunStatus.SUCCEEDED)


@pytest.mark.timeout(180)
def test_a_write_that_arrives_seventy_seconds_after_the_delete(late: Late) -> None:
    """It is refused as stale, since versions are made to remember deletes for an hour.

    A server that forgets them, as it does by itself after a minute, lets the document come back.
    """
    assert late.send() == 409
    time.sleep(max(0.0, late.since + LATE - time.monotonic()))
    assert late.send() == 409
    assert late.opened.held() == late.shop.wanted()
    late.forget_soon()
    deadline = time.monotonic() + 30
    while (status := late.send()) == 409 and time.monotonic() < deadline:
        time.sleep(0.5)
    assert status == 201
    assert late.opened.held().keys() - late.shop.wanted().keys() == {"5"}
    late.opened.runner().reconcile()
    assert late.opened.held() == late.shop.wanted()
