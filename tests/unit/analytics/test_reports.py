"""Every number of every report, from a log that is small enough to count by hand."""

from pathlib import Path
from typing import Any

import pytest

from searchsvc.analytics.period import Asked
from searchsvc.analytics.reports import Report, Reports
from searchsvc.analytics.searches import Searches
from tests.support.logs import click_line, search_line, write_log

# Four clients; `a` types, reformulates twice and clicks on a second page.
SEARCHES = [
    search_line("t", "10:00:00", query_id="0"),
    search_line("tee", "10:00:02", query_id="1", hits=0),  # what `t` became
    search_line("tea", "10:00:12", query_id="2", ids=["x", "y"]),
    search_line("tea", "10:00:20", query_id="3", ids=["z"], offset=10),
    search_line("pot", "10:01:00", query_id="4", ids=["p"], filtered=True),  # 48 s later
    search_line("tea", "10:02:00", query_id="5", client="b", ids=["x", "y"]),
    search_line("tea", "10:03:00", query_id="6", client="c", ranking="new", ids=["y", "x"]),
    search_line("tee", "10:04:00", query_id="7", client="c", hits=0),  # a minute later
    search_line("manual", "10:05:00", query_id="8", client="d", index="docs", ids=["m"]),
]
LATER = search_line("pot", "09:00:00", query_id="9", client="b", day="2026-11-21", ids=["p"])
CLICKS = [
    click_line("3", "z", "10:00:30"),  # 11th
    click_line("3", "x", "10:00:40", ordinal=1),  # not the first click
    click_line("5", "y", "10:02:10"),  # 2nd
    click_line("6", "y", "10:03:10"),  # 1st
    click_line("8", "m", "10:05:05"),  # 1st
    click_line("9", "p", "10:05:05", action="impression"),
]


@pytest.fixture
def reports(tmp_path: Path) -> Reports:
    """Of that log."""
    write_log(tmp_path, "searches", *SEARCHES)
    write_log(tmp_path, "searches", LATER, day="2026-11-21")
    write_log(tmp_path, "events", *CLICKS)
    return Reports(Searches(tmp_path))


def columns(report: Report, *names: str) -> list[tuple[Any, ...]]:
    """Some columns of a report."""
    return [tuple(row[name] for name in names) for row in report.rows]


def test_what_most_clients_search_for(reports: Reports) -> None:
    """A page, and what was typed on the way, are no searches."""
    report = reports.popular(Asked(), 10)
    assert (report.since, report.searches, report.clicked) == ("2026-11-20T10:00:02Z", 8, 4)
    assert columns(report, "q", "index", "clients", "searches", "filtered", "hits") == [
        ("tea", "shop", 3, 3, 0, 3),
        ("pot", "shop", 2, 2, 1, 3),
        ("tee", "shop", 2, 2, 0, 0),
        ("manual", "docs", 1, 1, 0, 3),
    ]
    assert report.rows[1]["last"] == "2026-11-21T09:00:00Z"
    assert report.rows[0]["explain"] == "/v1/indexes/shop/search?q=tea&explain=true"
    assert len(reports.popular(Asked(), 2).rows) == 2
    assert columns(reports.popular(Asked("docs"), 10), "q") == [("manual",)]


def test_one_who_searches_all_day_is_one(tmp_path: Path) -> None:
    """What most clients search for comes first."""
    mine = [search_line("mine", f"1{n}:00:00") for n in range(9)]
    write_log(
        tmp_path, "searches", *mine, *[search_line("tea", "10:00:00", client=c) for c in "bc"]
    )
    report = Reports(Searches(tmp_path)).popular(Asked(), 9)
    assert columns(report, "q", "clients", "searches") == [("tea", 2, 2), ("mine", 1, 9)]


def test_what_is_searched_for_in_vain(reports: Reports) -> None:
    """Only searches without hits."""
    assert columns(reports.zero_results(Asked(), 10), "q", "searches") == [("tee", 2)]


def test_what_is_found_and_not_clicked_on(reports: Reports) -> None:
    """Only searches with hits; an impression is no click."""
    assert columns(reports.no_click(Asked(), 10), "q", "searches", "clients") == [("pot", 2, 2)]


def test_the_share_that_is_clicked_on(reports: Reports) -> None:
    """By query, day, index and ranking."""
    assert columns(reports.ctr(Asked(), 10), "q", "searches", "clicked", "ctr") == [
        ("tea", 3, 3, 1.0), ("pot", 2, 0, 0.0), ("tee", 2, 0, 0.0), ("manual", 1, 1, 1.0),
    ]  # fmt: skip
    days = reports.ctr(Asked(), 10, "day")
    assert columns(days, "day", "ctr") == [("2026-11-20", 4 / 7), ("2026-11-21", 0.0)]
    indexes = reports.ctr(Asked(), 10, "index")
    assert columns(indexes, "index", "ctr") == [("shop", 3 / 7), ("docs", 1.0)]
    rankings = reports.ctr(Asked("shop"), 10, "ranking")
    assert columns(rankings, "ranking", "ctr") == [("default", 2 / 6), ("new", 1.0)]
    assert "explain" not in rankings.rows[0]


def test_how_far_up_the_first_click_is(reports: Reports) -> None:
    """The 11th, the second and the first hit; rows without a click are none."""
    rows = columns(reports.click_mrr(Asked(), 10), "q", "searches", "clicked", "mrr")
    assert rows == [("tea", 3, 3, pytest.approx((1 / 11 + 1 / 2 + 1) / 3)), ("manual", 1, 1, 1.0)]
    (row,) = columns(reports.click_mrr(Asked(ranking="new"), 10, "index"), "index", "mrr")
    assert row == ("shop", 1.0)


def test_what_was_searched_for_instead(reports: Reports) -> None:
    """By one client within half a minute."""
    report = reports.reformulations(Asked(), 10)
    assert columns(report, "q", "next", "searches", "clients", "hits", "next_hits") == [
        ("tee", "tea", 1, 1, 0, 3),
    ]


def test_without_a_log_there_is_nothing(tmp_path: Path) -> None:
    """And no error."""
    made = Reports(Searches(tmp_path / "none"))
    for report in (made.popular, made.no_click, made.ctr, made.click_mrr, made.reformulations):
        assert report(Asked(), 10) == Report(None, 0, 0, ())
