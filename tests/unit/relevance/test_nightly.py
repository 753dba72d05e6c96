"""Learning when it is due: at its time, once for a night that was missed, by one server."""

import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from searchsvc.indexing.when import At
from searchsvc.relevance.nightly import NightlyLearner

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


class Noon:
    """A clock that stands."""

    def now(self) -> datetime:
        """Noon."""
        return NOON


class Nights:
    """Learners whose processes write down of which index they were asked to learn."""

    def __init__(self, folder: Path, then: str = "") -> None:
        self.folder, self.asked = folder / "learned", folder / "asked"
        self.folder.mkdir()
        code = f"import sys, time; open({str(self.asked)!r}, 'a').write(sys.argv[1] + ' '); {then}"
        self.command = [sys.executable, "-c", code]

    def learner(self, *indexes: str, at: int = 3) -> NightlyLearner:
        """One that learns at that hour."""
        return NightlyLearner(indexes, At(at, 0), Noon(), self.command, self.folder)

    def last(self, index: str, when: datetime) -> None:
        """It was last done then."""
        (self.folder / index).touch()
        os.utime(self.folder / index, (when.timestamp(), when.timestamp()))

    def told(self, number: int, seconds: float = 15) -> list[str]:
        """What was asked, once it is so much."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = self.asked.read_text().split() if self.asked.exists() else []
            if len(found) >= number:
                return found
            time.sleep(0.02)
        return found


@pytest.mark.parametrize(
    ("last", "is_due"),
    [
        (datetime(2026, 11, 27, 3, 1, tzinfo=UTC), True),
        (datetime(2026, 11, 20, 3, 1, tzinfo=UTC), True),
        (datetime(2026, 11, 28, 3, 0, tzinfo=UTC), False),
    ],
)
def test_it_is_done_when_it_is_due(tmp_path: Path, last: datetime, is_due: bool) -> None:
    """Each night, and once for all that were missed."""
    nights = Nights(tmp_path)
    nights.last("films", last)
    learner = nights.learner("films")
    learner.start()
    found = nights.told(1, 15 if is_due else 0.5)
    learner.stop()
    assert found == (["films"] if is_due else [])


def test_what_was_set_just_now_waits_for_the_night(tmp_path: Path) -> None:
    """And is no error of an index that was learned of before."""
    nights = Nights(tmp_path)
    nights.last("films", datetime(2026, 11, 20, tzinfo=UTC))
    learner = nights.learner("books", "films")
    learner.start()
    assert nights.told(1) == ["films"]
    learner.stop()


def test_one_server_does_it(tmp_path: Path) -> None:
    """The other finds it done."""
    nights = Nights(tmp_path, "time.sleep(0.5)")
    nights.last("films", datetime(2026, 11, 20, tzinfo=UTC))
    learners = [nights.learner("films") for _ in range(2)]
    for learner in learners:
        learner.start()
    assert nights.told(2, 2) == ["films"]
    for learner in learners:
        learner.stop()


def test_a_server_that_stops_leaves_it_to_the_next(tmp_path: Path) -> None:
    """And does not wait for it."""
    nights = Nights(tmp_path, "time.sleep(60)")
    nights.last("films", datetime(2026, 11, 20, tzinfo=UTC))
    learner = nights.learner("films")
    learner.start()
    assert nights.told(1) == ["films"]
    begun = time.monotonic()
    learner.stop()
    assert time.monotonic() - begun < 5
    again = nights.learner("films")
    again.start()
    assert nights.told(2) == ["films", "films"]
    again.stop()
