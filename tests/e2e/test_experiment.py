"""`searchsvc experiment` beside a server: people who prefer one ranking, and what is told."""

import re
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from tests.support.command import running
from tests.support.server import free_port
from tests.support.shop import SETTINGS, Shop

RANKING = """
ranking:
  default: []
  dear:
    - boost: {field: price, by: log, weight: 5}
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Shop:
    """40 bicycles; a second ranking that prefers what is dear."""
    shop = Shop.new(tmp_path_factory.mktemp("shop"))
    shop.mapping.write_text(shop.mapping.read_text() + RANKING)
    shop.settings.write_text(SETTINGS + "api: {client_header: X-Forwarded-For}\n")
    assert shop.run("index", "rebuild", "products").code == 0
    return shop


def visit(client: httpx.Client, number: int) -> None:
    """Somebody who looks for a bicycle, and at all that is dear on two pages."""
    who = {"X-Forwarded-For": f"10.1.{number}.1"}
    asked, seen = {"q": "bicycle", "per_page": "6"}, []
    for _ in range(2):
        found = client.get("/v1/indexes/products/search", params=asked, headers=who).json()
        asked["cursor"] = found["next_cursor"]
        seen += [int(hit["id"]) for hit in found["hits"]]
        clicks = [
            {
                "action_name": "click", "query_id": found["query_id"],
                "timestamp": datetime.now(UTC).isoformat(),
                "event_attributes": {"object": {"object_id": hit["id"]}},
            }
            for hit in found["hits"] if int(hit["id"]) > 20
        ]  # fmt: skip
        taken = client.post("/v1/events", json=clicks, headers=who).json()["taken"]
        assert taken == len(clicks) == 3
    assert sorted(seen) == [1, *range(10, 15), *range(35, 41)]


def test_what_people_prefer(shop: Shop) -> None:
    """From its start to its verdict, on the embedded engine."""
    port = free_port()
    with running("serve", "--port", port, port=port, folder=shop.folder) as server:
        server.wait_for(lambda: server.get("/livez").is_success, 30)
        started = shop.run("experiment", "start", "products", "default", "dear", "--sessions", "12")
        assert (started.code, started.err) == (0, "")
        assert "ends after 12 sessions that prefer default or dear" in started.out
        time.sleep(1.1)  # until the worker has seen it
        with httpx.Client(base_url=server.url) as client:
            for number in range(6):
                visit(client, number)
            early = told(shop, 6)
            assert (early["final"], early["winner"], early["found"]["b"]) == (False, None, 6)
            for number in range(6, 12):
                visit(client, number)
        final = told(shop, 12)
    assert (final["winner"], final["share"]) == ("dear", 1.0)
    shown = shop.run("experiment", "show", "products")
    assert shown.out.startswith("dear is preferred to default: 12 of 12 sessions")
    ended = shop.run("experiment", "stop", "products")
    assert re.search(r"  ended \S+Z: enough\n$", ended.out)
    assert shop.run("experiment", "stop", "products").code == 2
    assert "enough" in shop.run("experiment", "list").out


def told(shop: Shop, sessions: int) -> dict:
    """What the experiment has found once the log has so many sessions."""
    deadline = time.monotonic() + 10
    while True:
        found = shop.json("experiment", "show", "products")
        if found["found"]["b"] >= sessions or time.monotonic() > deadline:
            return found


def test_what_no_experiment_can_be(shop: Shop, tmp_path: Path) -> None:
    """Is told with the next step."""
    for arguments, code, message in (
        (("start", "products", "default", "deer"), 2, "did you mean 'dear'"),
        (("start", "products", "default", "dear", "--share", "0.5"), 2, "0.5"),
        (("show", "products", "none"), 2, "no experiment 'none'"),
    ):
        ended = shop.run("experiment", *arguments)
        assert (ended.code, message in ended.err) == (code, True), ended.err
    fresh = Shop.new(tmp_path, rows=1)
    assert fresh.run("experiment", "start", "products", "default", "default").code == 1
    assert "no experiment runs" in fresh.run("experiment", "show", "products").err
    fresh.settings.write_text(SETTINGS + "analytics: {log: false}\n")
    ended = fresh.run("experiment", "start", "products", "default", "default")
    assert "set analytics.log" in ended.err
