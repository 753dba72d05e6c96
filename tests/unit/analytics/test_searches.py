"""What people search for, and what in vain, from the lines of the log."""

import json
from pathlib import Path
from typing import Any

from searchsvc.analytics.searches import SearchReports


def log(folder: Path, *lines: dict[str, Any], day: str = "2026-11-20") -> SearchReports:
    """Reports of a log with these lines, each a second after the one before."""
    written = [
        {"time": f"{day}T10:00:{n:02}Z", "index": "shop", "hits": 3, "filtered": False,
         "client": "a", **line}
        for n, line in enumerate(lines)
    ]  # fmt: skip
    text = "".join(json.dumps(line) + "\n" for line in written)
    (folder / f"searches-{day}.jsonl").write_text(text)
    return SearchReports(folder)


def test_what_most_people_search_for_comes_first(tmp_path: Path) -> None:
    """Not what one of them searches for all day."""
    lines = [{"text": "mine", "client": "a"}] * 9
    lines += [{"text": "tea", "client": who, "hits": 7} for who in "bcd"]
    report = log(tmp_path, *lines).popular("", 10)
    assert [(row.text, row.clients, row.searches) for row in report.rows] == [
        ("tea", 3, 3),
        ("mine", 1, 9),
    ]
    assert (report.searches, report.since) == (12, "2026-11-20T10:00:00Z")
    assert (report.rows[0].hits, report.rows[0].last) == (7, "2026-11-20T10:00:11Z")


def test_what_is_searched_for_in_vain(tmp_path: Path) -> None:
    """Only the searches without hits count; how many had a filter is told."""
    reports = log(
        tmp_path,
        {"text": "unicorn", "hits": 0, "filtered": True},
        {"text": "tea"},
        {"text": "unicorn", "hits": 0, "client": "b"},
        {"text": "tea", "hits": 0, "filtered": True},
    )
    rows = [(r.text, r.searches, r.filtered) for r in reports.without_hits("shop", 10).rows]
    assert rows == [("unicorn", 2, 1), ("tea", 1, 1)]
    assert len(reports.without_hits("shop", 1).rows) == 1


def test_what_is_typed_on_is_part_of_what_is_meant(tmp_path: Path) -> None:
    """Of one client within moments; another one's, or another day's, is a search of its own."""
    typed = [{"text": text, "hits": 0} for text in ("b", "bi", "bik", "bike")]
    other = {"text": "bi", "hits": 0, "client": "b"}
    rows = log(tmp_path, *typed, other).without_hits("", 10).rows
    assert {(row.text, row.searches) for row in rows} == {("bike", 1), ("bi", 1)}
    log(tmp_path, {"text": "bike bell", "hits": 0}, day="2026-11-21")
    rows = SearchReports(tmp_path).without_hits("", 10).rows
    assert {row.text for row in rows} == {"bike", "bi", "bike bell"}


def test_indexes_are_told_apart(tmp_path: Path) -> None:
    """One text in two indexes is two rows."""
    reports = log(tmp_path, {"text": "tea"}, {"text": "tea", "index": "docs"})
    assert [row.index for row in reports.popular("", 10).rows] == ["docs", "shop"]
    assert [row.index for row in reports.popular("docs", 10).rows] == ["docs"]
    assert reports.popular("docs", 10).searches == 1


def test_a_log_that_is_too_long_is_read_from_its_end(tmp_path: Path) -> None:
    """By whole lines, over several days; `since` says from when."""
    log(tmp_path, *[{"text": f"old {n}"} for n in range(50)])
    log(tmp_path, {"text": "new"}, day="2026-11-21")
    report = SearchReports(tmp_path, most=1000).popular("", 100)
    assert 2 < len(report.rows) < 20
    assert {"new", "old 49"} <= {row.text for row in report.rows}
    assert report.since > "2026-11-20T10:00:30Z"


def test_lines_that_are_none_are_passed_over(tmp_path: Path) -> None:
    """As a full disk or an earlier release has left them."""
    log(tmp_path, {"text": "tea"})
    with (tmp_path / "searches-2026-11-20.jsonl").open("a") as file:
        file.write('{"time": "x"\n[]\n{"time": "x", "index": "shop", "text": "a", "hits": 1}\n')
        file.write('{"day": "2026-11-20", "index": "shop", "text": "older", "client": "c"}\n')
    assert [row.text for row in SearchReports(tmp_path).popular("", 9).rows] == ["older", "tea"]


def test_without_a_log_there_is_nothing(tmp_path: Path) -> None:
    """And no error."""
    report = SearchReports(tmp_path / "none").popular("", 10)
    assert (report.since, report.searches, report.rows) == ("", 0, ())
