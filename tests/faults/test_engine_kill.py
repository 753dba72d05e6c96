"""kill -9 of rebuilds into a real server: the next one heals everything.

With SEARCHSVC_TEST_ROWS=200000 and SEARCHSVC_TEST_KILLS=20 at full size.
"""

import os
import random
import time
from pathlib import Path

import pytest

from searchsvc.domain.run import RunStatus
from tests.faults.processes import Traffic, Worker, answers, seconds_of
from tests.faults.shop import CHOSEN_ROWS, OpenShop, Place, Shop
from tests.support.engines import open_elastic

ROWS = CHOSEN_ROWS or 4_000
KILLS = int(os.environ.get("SEARCHSVC_TEST_KILLS") or 8)
KIND = "opensearch"
pytestmark = pytest.mark.usefixtures("late")  # whose seventy seconds pass meanwhile


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
