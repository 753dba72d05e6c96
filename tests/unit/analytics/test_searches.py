"""The searches that were meant, with their clicks, from the lines of the logs."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from searchsvc.analytics.period import Asked, read_time
from searchsvc.analytics.searches import Search, Searches
from searchsvc.errors import RequestError
from tests.support.logs import click_line, search_line, write_log

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def read(folder: Path, most: int = 10**6, **asked: object) -> list[Search]:
    """The searches in the logs of a folder."""
    return Searches(folder, most).read(Asked(**asked))  # type: ignore[arg-type]


def texts(folder: Path, **asked: object) -> list[str]:
    """Their texts."""
    return [one.text for one in read(folder, **asked)]


def test_what_is_typed_on_is_part_of_what_is_meant(tmp_path: Path) -> None:
    """Of one client within moments, unless it was clicked on."""
    typed = [search_line("b"[:1] + "bike"[1:n], f"10:00:0{n}") for n in (1, 2, 3, 4)]
    other = search_line("bi", "10:00:03", client="b")
    later = search_line("bike bell", "10:00:40")
    write_log(tmp_path, "searches", *typed, other, later)
    assert texts(tmp_path) == ["bi", "bike", "bike bell"]
    clicked = search_line("tea", "11:00:00", query_id="t")
    write_log(tmp_path, "searches", clicked, search_line("tea pot", "11:00:05"))
    assert texts(tmp_path)[3:] == ["tea pot"]
    write_log(tmp_path, "events", click_line("t", "1", "11:00:03"))
    assert texts(tmp_path)[3:] == ["tea", "tea pot"]


def test_a_click_stands_where_the_search_had_its_hit(tmp_path: Path) -> None:
    """Else where the event says; other events are none."""
    search = search_line("tea", "10:00:00", query_id="t", ids=["x", "y"])
    events = [
        click_line("t", "y", "10:00:09", ordinal=7),
        click_line("t", "z", "10:00:05", ordinal=7, action="click_through"),
        click_line("t", "w", "10:00:06"),
        click_line("t", "x", "10:00:01", action="impression"),
        click_line("other", "x", "10:00:02"),
    ]
    write_log(tmp_path, "searches", search)
    write_log(tmp_path, "events", *events)
    (found,) = read(tmp_path)
    assert [click.position for click in found.clicks] == [2, 8, None]


def test_a_further_page_is_a_part_of_its_search(tmp_path: Path) -> None:
    """With its clicks; one whose first page nobody knows is nothing."""
    first = search_line("tea", "10:00:00", query_id="one", ids=["a"])
    second = search_line("tea", "10:00:20", query_id="two", ids=["b", "c"], offset=10)
    alone = search_line("pot", "10:01:00", query_id="three", offset=10)
    write_log(tmp_path, "searches", first, second, alone)
    write_log(tmp_path, "events", click_line("two", "c", "10:00:30"))
    (found,) = read(tmp_path)
    assert (found.query_id, [click.position for click in found.clicks]) == ("one", [12])


def test_only_what_is_asked_for(tmp_path: Path) -> None:
    """An index, a ranking, a time."""
    write_log(tmp_path, "searches", search_line("a", "10:00:00"), search_line("b", "11:00:00"))
    write_log(tmp_path, "searches", search_line("c", "11:00:00", index="docs", ranking="new"))
    write_log(
        tmp_path, "searches", search_line("d", "00:00:00", day="2026-11-21"), day="2026-11-21"
    )
    assert texts(tmp_path, index="docs") == texts(tmp_path, ranking="new") == ["c"]
    eleven = datetime(2026, 11, 20, 11, tzinfo=UTC)
    assert texts(tmp_path, since=eleven) == ["b", "c", "d"]
    assert texts(tmp_path, until=eleven) == ["a"]
    assert texts(tmp_path, since=eleven, until=datetime(2026, 11, 21, tzinfo=UTC)) == ["b", "c"]


def test_a_log_that_is_too_long_is_read_from_its_end(tmp_path: Path) -> None:
    """By whole lines, over several days."""
    write_log(tmp_path, "searches", *[search_line(f"{n} old", f"10:00:{n}") for n in range(10, 60)])
    write_log(
        tmp_path, "searches", search_line("new", "10:00:00", day="2026-11-21"), day="2026-11-21"
    )
    found = [one.text for one in read(tmp_path, most=4000)]
    assert 2 < len(found) < 20
    assert found[-2:] == ["59 old", "new"]


def test_lines_that_are_none_are_passed_over(tmp_path: Path) -> None:
    """As a full disk has left them, or an import brings them."""
    time = "2026-11-20T10:00:00"
    lines = [
        {"timestamp": "x", "user_query": "a"},
        {"timestamp": time, "user_query": "no zone"},
        {"timestamp": f"{time}Z", "user_query": ""},
        {"timestamp": f"{time}Z", "user_query": "c", "query_attributes": 3},
        {"timestamp": f"{time}Z", "user_query": "bare"},
        {"timestamp": f"{time}Z", "user_query": "with ids", "query_response_hit_ids": ["a", "b"]},
    ]
    write_log(tmp_path, "searches", *lines)
    with (tmp_path / "searches-2026-11-20.jsonl").open("a") as file:
        file.write('[]\n{"user_query": "half')
    assert [(one.text, one.hits) for one in read(tmp_path)] == [
        ("c", None),
        ("bare", None),
        ("with ids", 2),
    ]


def test_times_are_read_as_people_write_them() -> None:
    """RFC 3339, a day, or so long ago; a `+` that became a space in a URL is one."""
    assert read_time("", "since", NOW) is None
    assert read_time("7d", "since", NOW) == datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert read_time("2026-11-20", "since", NOW) == datetime(2026, 11, 20, tzinfo=UTC)
    for text in ("2026-11-20T12:00:00+02:00", "2026-11-20T12:00:00 02:00", "2026-11-20T10:00:00Z"):
        assert read_time(text, "since", NOW) == datetime(2026, 11, 20, 10, tzinfo=UTC)
    for text in ("yesterday", "7w", "999999d", "2026-13-01"):
        with pytest.raises(RequestError, match="'until' is no time") as caught:
            read_time(text, "until", NOW)
        assert caught.value.param == "until"
