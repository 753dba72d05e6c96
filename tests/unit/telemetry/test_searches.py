"""The log of searches: what it keeps, what it never keeps, and whom it counts."""

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from searchsvc.telemetry.searches import (
    LoggedSearch,
    Remembered,
    SearchLog,
    last_search,
    loggable,
    searched,
)

SECRET = b"s" * 32
TEA = Remembered(LoggedSearch("shop", "tea", 1), "q1", 1.5)


def log(folder: Path, **options: int) -> SearchLog:
    """A log in `folder`."""
    return SearchLog(folder, SECRET, **{"days": 30, **options})


def write(folder: Path, *searches: tuple[str, str]) -> None:
    """Searches for a text, from an address, of the index `shop`."""
    made = log(folder)
    for text, address in searches:
        made.add(Remembered(LoggedSearch("shop", text, hits=3), "q", 1.0), address)
    made.close()


def lines(folder: Path) -> list[dict[str, Any]]:
    """Every line that was written."""
    return [json.loads(line) for path in folder.iterdir() for line in path.read_text().splitlines()]


def test_a_line_is_a_query_of_ubi_without_an_address(tmp_path: Path) -> None:
    """Its client is a hash by which nobody is found."""
    made = log(tmp_path)
    search = LoggedSearch("shop", "red shoes", 3, ranking="new", offset=10, ids=("a", "b"))
    made.add(Remembered(search, "q7", 12.3456), "192.0.2.7")
    made.close()
    (line,) = lines(tmp_path)
    time, client = line.pop("timestamp"), line.pop("client_id")
    assert line == {
        "application": "shop", "query_id": "q7", "user_query": "red shoes",
        "query_response_hit_ids": ["a", "b"],
        "query_attributes": {
            "ranking": "new", "hits": 3, "filtered": False, "offset": 10, "took_ms": 12.346,
        },
    }  # fmt: skip
    assert abs(datetime.now(UTC) - datetime.fromisoformat(time)) < timedelta(minutes=1)
    assert len(client) == 16
    (path,) = tmp_path.iterdir()
    assert "192.0.2.7" not in path.read_text()
    assert path.stat().st_mode & 0o077 == 0
    assert last_search(tmp_path) == path.stat().st_mtime


def test_people_are_counted_not_searches(tmp_path: Path) -> None:
    """A secret that one types a thousand times is nobody else's business; five make it known."""
    secret = [("my secret", "192.0.2.1")] * 1000
    crowd = [("red shoes", f"192.0.2.{n}") for n in range(5)] * 2
    few = [("blue shoes", f"192.0.2.{n}") for n in range(4)]
    write(tmp_path, *secret, *crowd, *few)
    assert searched(tmp_path, "shop", 5) == {"red shoes": 5}
    assert searched(tmp_path, "other", 1) == {}
    assert searched(tmp_path / "none", "shop", 1) == {}


def test_devices_of_one_network_are_one(tmp_path: Path) -> None:
    """An IPv6 address changes each day, and its network does not; another secret, other hashes."""
    write(tmp_path, *[("tea", f"2001:db8:1:2::{n}") for n in range(1, 9)], ("tea", "2001:db8:9::1"))
    assert searched(tmp_path, "shop", 1) == {"tea": 2}
    other = SearchLog(tmp_path, b"t" * 32, 30)
    other.add(TEA, "2001:db8:9::1")
    other.close()
    assert searched(tmp_path, "shop", 1) == {"tea": 3}


def test_what_is_not_to_be_remembered(tmp_path: Path) -> None:
    """A letter, and a secret; nor what nobody has searched for."""
    assert loggable("  Red\tSHOES ") == "red shoes"
    assert [loggable(text) for text in ("", " ", "x" * 101, "ssk_search_abc_Zzz")] == [""] * 4
    write(tmp_path, ("tea", ""))
    assert list(tmp_path.iterdir()) == []
    assert last_search(tmp_path) == 0.0


def test_old_days_are_removed(tmp_path: Path) -> None:
    """With the first line of a new day; other files stay."""
    today = datetime.now(UTC).date()
    names = [f"searches-{today - timedelta(days=n)}.jsonl" for n in (1, 2, 3, 40)]
    for name in (*names, "slow.jsonl"):
        (tmp_path / name).write_text("")
    made = log(tmp_path, days=3)
    made.add(TEA, "192.0.2.1")
    made.close()
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {*names[:2], "slow.jsonl", f"searches-{today}.jsonl"}


def test_too_much_is_dropped_and_counted(tmp_path: Path) -> None:
    """No search waits for the log."""
    made = log(tmp_path, most_waiting=10)
    for _ in range(25):
        made.add(TEA, "192.0.2.1")
    assert made.take_dropped() == 15
    assert made.take_dropped() == 0
    made.close()
    assert len(lines(tmp_path)) == 10


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """Drops and counts, and nothing else."""
    (tmp_path / "logs").write_text("a file")
    made = log(tmp_path / "logs")
    made.add(TEA, "192.0.2.1")
    made.close()
    assert made.take_dropped() == 1


def test_what_has_no_hits_is_remembered_and_not_suggested(tmp_path: Path) -> None:
    """Nor is what somebody has imported without a number of hits."""
    made = log(tmp_path)
    made.add(Remembered(LoggedSearch("shop", "unicorn", 0, filtered=True), "q", 1), "192.0.2.1")
    made.add(TEA, "192.0.2.1")
    made.close()
    (path,) = tmp_path.iterdir()
    with path.open("a") as file:
        file.write('{"application": "shop", "user_query": "old", "client_id": "c"}\n')
    assert searched(tmp_path, "shop", 1) == {"tea": 1}


def test_half_a_line_is_cut_off(tmp_path: Path) -> None:
    """As a killed process leaves it: the next line stands by itself."""
    write(tmp_path, ("tea", "192.0.2.1"))
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:20])
    write(tmp_path, ("tea", "192.0.2.2"))
    assert path.read_bytes().startswith(whole)
    assert len(lines(tmp_path)) == 2
    assert searched(tmp_path, "shop", 1) == {"tea": 2}


def test_writers_of_one_folder_do_not_mix_lines(tmp_path: Path) -> None:
    """Logs of several workers at once."""
    made = [log(tmp_path) for _ in range(4)]

    def write_many(one: SearchLog, number: int) -> None:
        for n in range(500):
            search = LoggedSearch("shop", f"text {n}", 1)
            one.add(Remembered(search, f"{number}-{n}", 1.0), f"192.0.2.{number}")
        one.close()

    threads = [threading.Thread(target=write_many, args=(one, n)) for n, one in enumerate(made)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({line["query_id"] for line in lines(tmp_path)}) == 2000
    assert len(searched(tmp_path, "shop", 4)) == 500
    assert len(list(tmp_path.iterdir())) == 1
