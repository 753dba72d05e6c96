"""Experiments: one at a time on an index, ended in time, judged by sessions."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from searchsvc.analytics.preferences import preferences
from searchsvc.domain.experiment import Ended, Experiment, Preferences
from searchsvc.errors import ExperimentRuns, StateError, UnknownExperiment
from searchsvc.relevance.ending import ExperimentEnder
from searchsvc.relevance.experiments import (
    ExperimentFiles,
    RunningExperiments,
    required,
    stopped,
)
from searchsvc.relevance.verdict import (
    sessions_needed,
    share_interval,
    sign_test,
    verdict,
)
from tests.support.logs import click_line, search_line, write_log

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ONE = Experiment("shop-1", "shop", "old", "new", 2, NOON)


@pytest.fixture
def files(tmp_path: Path) -> ExperimentFiles:
    """Where one runs."""
    made = ExperimentFiles(tmp_path / "experiments")
    made.start(ONE)
    return made


def test_one_at_a_time(files: ExperimentFiles) -> None:
    """On each index; what has ended is kept, and ends once."""
    with pytest.raises(ExperimentRuns, match="runs on 'shop' already"):
        files.start(replace(ONE, id="shop-2"))
    files.start(replace(ONE, id="docs-1", index="docs"))
    found = Preferences(2, 0, 1, 5)
    over = stopped(files, ONE, found, NOON + timedelta(days=1))
    assert (over.ended, over.why, over.found) == (NOON + timedelta(days=1), Ended.ENOUGH, found)
    assert stopped(files, over, Preferences(), NOON) == over
    assert files.end(ONE, Ended.STOPPED, Preferences(), NOON) == over
    assert files.running("shop") is None
    again = replace(ONE, id="shop-2", started=NOON + timedelta(days=2))
    files.start(again)
    assert files.all("shop") == [again, over]
    assert len(files.all()) == 3
    assert stopped(files, again, Preferences(1, 0), NOON).why is Ended.STOPPED
    with pytest.raises(UnknownExperiment, match="no experiment runs on 'shop'"):
        required(files, "shop")
    with pytest.raises(UnknownExperiment, match="no experiment 'shop-3'") as caught:
        files.find("shop-3")
    assert "shop-" in caught.value.hint


def test_whether_one_runs_is_seen_within_a_second(files: ExperimentFiles) -> None:
    """Without a look at the disk at every request; a file that cannot be read is none."""
    now = 0.0
    running = RunningExperiments(files, {"shop", "docs"}, lambda: now)
    assert running.of("shop") == ONE
    assert running.of("docs") is running.of("../shop") is None
    stopped(files, ONE, Preferences(), NOON)
    assert running.of("shop") == ONE
    now = 1.0
    assert running.of("shop") is None
    files.path_running("shop").write_text("{")
    now = 2.0
    assert running.of("shop") is None
    with pytest.raises(StateError, match=r"shop\.running is no experiment"):
        files.running("shop")


def test_it_ends_by_itself(files: ExperimentFiles) -> None:
    """With enough sessions, or before the logs forget how it began."""
    found = Preferences(1, 0)
    ender = ExperimentEnder(files, lambda _: found, days=3)
    ender.look(NOON + timedelta(days=1))
    assert files.running("shop") == ONE
    ender.look(NOON + timedelta(days=2))
    assert files.find("shop-1").why is Ended.LOGS
    again = replace(ONE, id="shop-2")
    files.start(again)
    found = Preferences(1, 1, 3)
    ender.look(NOON)
    over = files.find("shop-2")
    assert (over.why, over.found) == (Ended.ENOUGH, found)


def page(client: str, time: str, teams: str, **said: object) -> dict:
    """A page of an experiment: as many documents as teams, a, b, c …"""
    ids = ["abcdefghij"[at] for at in range(len(teams))]
    line = search_line(str(said.pop("text", "tea")), time, client=client, ids=ids, **said)
    experiment = said.get("experiment", "shop-1")
    line["query_attributes"] |= {"experiment": experiment, "teams": teams}
    return line


def test_sessions_count_once_each(tmp_path: Path) -> None:
    """By what a client clicked on in a day, each document once; the first ones count."""
    write_log(
        tmp_path, "searches",
        page("one", "12:00:00", "ABAB", query_id="1"),
        page("one", "12:05:00", "BA", query_id="2", text="pot"),
        page("two", "12:00:00", "AB", query_id="3"),
        page("three", "12:00:00", "A-", query_id="4"),
        page("four", "12:00:00", "AB", query_id="5"),
        page("five", "12:00:00", "AB", query_id="6"),
        page("", "12:00:00", "AB", query_id="7"),
        page("late", "12:25:00", "AB", query_id="10"),
        page("six", "12:00:00", "AB", query_id="8", experiment="shop-2"),
        search_line("tea", "12:00:00", client="seven", query_id="9", ids=["a"]),
    )  # fmt: skip
    clicks = [
        click_line("1", "b", "12:00:01"), click_line("1", "b", "12:00:02"),
        click_line("1", "d", "12:00:03"), click_line("2", "b", "12:06:00"),
        click_line("3", "a", "12:10:00"), click_line("3", "b", "12:10:01"),
        click_line("4", "b", "12:00:09"), click_line("4", "z", "12:00:09"),
        click_line("5", "a", "12:20:00"), click_line("6", "b", "12:30:00"),
        *(click_line(id, "a", "12:00:00") for id in "789"),
        click_line("6", "b", "12:01:00", action="purchase"),
    ]  # fmt: skip
    write_log(tmp_path, "events", *clicks)
    # One prefers B by two documents to one, two is tied, three clicked on a pin, four prefers A;
    # what is served after these have clicked counts where more sessions are planned.
    assert preferences(tmp_path, ONE) == Preferences(a=1, b=1, tied=1, silent=1)
    more = preferences(tmp_path, replace(ONE, sessions=9))
    assert more == Preferences(a=1, b=2, tied=1, silent=2)
    later = replace(ONE, started=NOON + timedelta(days=1))
    assert preferences(tmp_path, later) == Preferences()


@pytest.mark.parametrize(("one", "other", "p"), [
    (5, 5, 1.0), (0, 0, 1.0), (0, 5, 0.0625), (2, 8, 0.109375), (9, 1, 0.021484375),
])  # fmt: skip
def test_the_sign_test(one: int, other: int, p: float) -> None:
    """Beside the exact values of fair coins."""
    assert sign_test(one, other) == pytest.approx(p)
    assert 0.04 < sign_test(46_500, 47_100) < 0.06


def test_the_size_of_an_experiment() -> None:
    """As tables have it; with so many the share is shown four times of five."""
    assert sessions_needed(0.55) == 803
    assert sessions_needed(0.6) == 204
    number, shown = sessions_needed(0.6), 0.0
    for wins in range(number + 1):
        chance = math.comb(number, wins) * 0.6**wins * 0.4 ** (number - wins)
        shown += chance * (sign_test(wins, number - wins) < 0.05)
    assert 0.78 < shown < 0.82


def test_only_its_end_decides() -> None:
    """Who looks before is told so, and who stops it before."""
    big = replace(ONE, sessions=100)
    early = verdict(big, Preferences(1, 40))
    assert (early.final, early.winner) == (False, None)
    assert early.sentence.startswith("it still runs, and decides nothing yet: 40 of 41 sessions")
    ended = verdict(replace(big, ended=NOON), Preferences(1, 40))
    assert ended.sentence.startswith("it ended before its time and decides nothing")
    won = verdict(big, Preferences(30, 70))
    assert (won.final, won.winner, won.share) == (True, "new", 0.7)
    assert won.sentence.startswith("new is preferred to old: 70 of 100 sessions prefer new to old")
    assert verdict(big, Preferences(70, 30)).winner == "old"
    open_ = verdict(big, Preferences(45, 55))
    assert open_.winner is None
    assert open_.sentence.startswith("no preference between old and new is proven")
    assert verdict(replace(big, b="old"), Preferences(10, 90)).winner is None
    assert verdict(big, Preferences(0, 0, 9)).sentence == "no session prefers a side"
    span = share_interval(70, 100)
    assert (span.low, span.high) == (pytest.approx(0.604, abs=1e-3), pytest.approx(0.781, abs=1e-3))
