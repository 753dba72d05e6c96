"""The commands that go on: up, serve and schedule, and what is asked of them meanwhile."""

import signal
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.command import RunningCommand, running
from tests.support.shop import Shop, serving

SEARCH = "/v1/indexes/products/search"
# The indexer looks every two seconds; a busy machine gets some more.
FOUND_WITHIN = 15


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A project that has never indexed."""
    return Shop.new(tmp_path)


def search(command: RunningCommand, query: str) -> Any:
    """The answer to a search for these words."""
    return command.get(f"{SEARCH}?{httpx.QueryParams(q=query)}").raise_for_status().json()


def total(command: RunningCommand, query: str) -> int:
    """How many documents match these words."""
    return int(search(command, query)["total"]["value"])


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_up_indexes_serves_and_follows(shop: Shop, stop: signal.Signals) -> None:
    """From nothing: a rebuild, answers, a changed row within its interval, and a clean end."""
    with serving(shop, "up") as command:
        assert "products: rebuild succeeded" in command.text
        assert f"serving {command.url}/ui; Ctrl-C ends it" in command.text
        assert "apscheduler" not in command.text
        assert total(command, "bicycle") == 40
        assert total(command, "tandem") == 0
        shop.rename(7, "tandem")
        command.wait_for(lambda: total(command, "tandem") == 1, FOUND_WITHIN)
        assert total(command, "bicycle") == 39
        lines = len(command.lines)
        command.signal_group(stop)
        assert command.wait() == 0
        assert command.lines[lines:] == []
        assert command.left_over() == []
    assert "Traceback" not in command.text


@pytest.mark.parametrize("attempt", range(3))
def test_signals_that_come_again_and_again_end_it_once(shop: Shop, attempt: int) -> None:
    """Each reaches all processes, as from a terminal: none is killed, none complains, exit 0."""
    shop.run("index", "rebuild", "products")
    with serving(shop, "serve") as command:
        assert total(command, "bicycle") == 40
        lines = len(command.lines)
        for _ in range(8):
            command.signal_group(signal.SIGTERM)
            command.signal_group(signal.SIGINT)
            time.sleep(0.02 * attempt)
        began = time.monotonic()
        assert command.wait() == 0
        assert time.monotonic() - began < 8  # then a worker that hangs is killed
        assert command.lines[lines:] == []
        assert command.left_over() == []


def test_up_rebuilds_what_is_outdated_and_nothing_else(shop: Shop) -> None:
    """A second start begins at once; a changed mapping is built before the server starts."""
    shop.run("index", "rebuild", "products")
    with serving(shop, "up") as command:
        assert "rebuild" not in command.text
        assert "price" in search(command, "bicycle")["hits"][0]["doc"]
        command.signal_group(signal.SIGTERM)
        assert command.wait() == 0
    shop.break_in(shop.mapping, "  price: number, facet, sort\n", "")
    shop.break_in(shop.indexer, "brand, price", "brand")
    with serving(shop, "up") as command:
        assert "products: rebuild succeeded" in command.text
        assert "price" not in search(command, "bicycle")["hits"][0]["doc"]


def test_schedule_builds_and_follows_without_serving(shop: Shop) -> None:
    """It makes the first version, then a changed row reaches it; SIGTERM ends it cleanly."""
    with running("schedule", port=0, folder=shop.folder) as command:
        command.wait_for(lambda: shop.json("versions"), 30)
        command.wait_for(lambda: shop.json("versions")[0]["live"], 30)
        shop.rename(7, "tandem")
        command.wait_for(
            lambda: any(
                run["kind"] == "increment" and run["counts"]["indexed"] for run in shop.json("runs")
            ),
            FOUND_WITHIN,
        )
        command.signal_group(signal.SIGTERM)
        assert command.wait() == 0
        assert command.left_over() == []
    assert command.text == ""


def test_serve_answers_from_what_others_build(shop: Shop) -> None:
    """Before a first version it says what to run; after it, and after each, it answers."""
    with serving(shop, "serve") as command:
        refused = command.get(f"{SEARCH}?q=bicycle")
        assert (refused.status_code, refused.json()["code"]) == (503, "not_serving")
        assert "searchsvc index rebuild products" in refused.json()["hint"]
        shop.run("index", "rebuild", "products")
        command.wait_for(lambda: total(command, "bicycle") == 40, 10)
        command.signal_group(signal.SIGTERM)
        assert command.wait() == 0
    assert "Traceback" not in command.text


def test_rollback_answers_from_the_former_version(shop: Shop) -> None:
    """Without a restart the older definition answers, until a rebuild or --to brings the newer."""
    (first,) = shop.json("index", "rebuild", "products")
    shop.break_in(shop.indexer, "id, name,", "id, 'modern ' || name AS name,")
    (second,) = shop.json("index", "rebuild", "products")
    with serving(shop, "serve") as command:
        assert total(command, "modern") == 40
        ended = shop.run("rollback", "products")
        assert ended.code == 0
        assert ended.err.endswith("is of another definition: it is served, and not fed\n")
        assert ended.out.startswith(f"{first['version']} answers for products\n")
        assert "put the definition back, or `up` and `schedule` rebuild the index" in ended.out
        command.wait_for(lambda: total(command, "modern") == 0, 10)
        assert total(command, "bicycle") == 40
        live = {each["version"]: each["live"] for each in shop.json("versions")}
        assert live == {first["version"]: True, second["version"]: False}
        ended = shop.run("rollback", "products", "--to", second["version"])
        assert ended.code == 0
        command.wait_for(lambda: total(command, "modern") == 40, 10)


def test_rollback_catches_up_with_its_source(shop: Shop) -> None:
    """A row that changed since the older version was live is in it when it answers again."""
    for _ in range(2):
        shop.run("index", "rebuild", "products")
    shop.rename(7, "tandem")
    ended = shop.run("rollback", "products")
    assert ended.code == 0
    assert "products: increment succeeded" in ended.out
    with serving(shop, "serve") as command:
        assert total(command, "tandem") == 1


def test_latency_prints_percentiles_of_what_was_served(shop: Shop) -> None:
    """Every request is counted, by route and stage, while the server runs and after it."""
    shop.run("index", "rebuild", "products")
    with serving(shop, "serve") as command:
        for _ in range(25):
            search(command, "bicycle")
        command.get("/v1/indexes/products/suggest?q=bic").raise_for_status()
        rows = shop.json("latency", "--minutes", "60")
        command.signal_group(signal.SIGTERM)
        assert command.wait() == 0
    counts = {(row["route"].rpartition("/")[2], row["stage"]): row["count"] for row in rows}
    assert {stage for route, stage in counts if route == "search"} >= {"plan", "engine", "total"}
    assert (counts["search", "total"], counts["suggest", "total"]) == (25, 1)
    whole = next(row for row in rows if row["route"].endswith("search") and row["stage"] == "total")
    assert 0 < whole["p50_ms"] <= whole["p90_ms"] <= whole["p99_ms"] <= whole["max_ms"] < 5000
    ended = shop.run("latency")
    assert ended.out.splitlines()[0].split() == [
        "route", "index", "stage", "count", "p50", "p90", "p99", "max",
    ]  # fmt: skip
    cells = [line.split() for line in ended.out.splitlines()]
    (printed,) = [row for row in cells if row[0].endswith("search") and row[2] == "total"]
    assert (printed[1], printed[3]) == ("products", "25")
    assert printed[4:] == [
        f"{whole[name]:.2f}" for name in ("p50_ms", "p90_ms", "p99_ms", "max_ms")
    ]


def test_a_taken_port_is_told_before_any_work(shop: Shop) -> None:
    """Both name the port and the option, exit with 3, and index nothing."""
    with serving(shop, "serve") as command:
        port = command.url.rpartition(":")[2]
        for name in ("up", "serve"):
            ended = shop.run(name, "--port", port)
            assert (ended.code, ended.out) == (3, "")
            assert f"port {port}: address already in use" in ended.err
            assert "--port" in ended.err
    assert shop.written == []
