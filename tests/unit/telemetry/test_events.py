"""The log of events: what it keeps, and what is too much for it."""

import json
from pathlib import Path

from searchsvc.telemetry.events import EventLog
from searchsvc.telemetry.searches import LoggedSearch, Remembered, SearchLog

SECRET = b"s" * 32
CLICK = {"action_name": "click", "timestamp": "2026-11-20T10:00:00.000Z"}


def test_who_is_not_named_is_the_client_of_the_search(tmp_path: Path) -> None:
    """By the same hash of the address; what a page calls its visitor is kept as it says."""
    events, searches = EventLog(tmp_path, SECRET, 30), SearchLog(tmp_path, SECRET, 30)
    assert events.add([CLICK, {**CLICK, "client_id": "me"}], "192.0.2.7") == 2
    searches.add(Remembered(LoggedSearch("shop", "tea", 1), "q", 1.0), "192.0.2.7")
    events.close()
    searches.close()
    told, searched = sorted(tmp_path.iterdir())
    one, other = map(json.loads, told.read_text().splitlines())
    assert one["client_id"] == json.loads(searched.read_text())["client_id"]
    assert other == {**CLICK, "client_id": "me"}
    assert "192.0.2.7" not in told.read_text()


def test_a_full_queue_drops_the_rest_of_a_batch(tmp_path: Path) -> None:
    """And counts it."""
    log = EventLog(tmp_path, SECRET, 30, most_waiting=3)
    assert log.add([CLICK] * 5, "192.0.2.7") == 3
    assert log.add([CLICK], "192.0.2.7") == 0
    assert log.take_dropped() == 3
    log.close()
    assert len(next(tmp_path.iterdir()).read_text().splitlines()) == 3


def test_no_secret_is_written(tmp_path: Path) -> None:
    """Wherever in an event somebody has put it."""
    log = EventLog(tmp_path, SECRET, 30)
    log.add([{**CLICK, "event_attributes": {"page": "/?key=ssk_search_abc_Zzz9"}}], "192.0.2.7")
    log.close()
    assert "Zzz9" not in next(tmp_path.iterdir()).read_text()
