"""Reports what people search for, what in vain, and what they do with what they find."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from statistics import fmean
from typing import Any, Protocol, TypeAlias
from urllib.parse import quote, urlencode

from searchsvc.analytics.period import Asked
from searchsvc.analytics.searches import Search

Row: TypeAlias = Mapping[str, Any]
BY = ("query", "day", "index", "ranking")

_REFORMULATED = timedelta(seconds=30)


class Reader(Protocol):
    """Where searches come from."""

    def read(self, asked: Asked) -> list[Search]:
        """The oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class Report:
    """Its rows, out of so many `searches` since a time that is None without any.

    `clicked`: how many of those searches had a click.
    """

    since: str | None
    searches: int
    clicked: int
    rows: tuple[Row, ...]


@dataclass(slots=True)
class _Tally:
    """Searches that one row is about."""

    searches: list[Search] = field(default_factory=list)

    @property
    def counts(self) -> Row:
        """How many searches, and by how many clients."""
        clients = {search.client for search in self.searches}
        return {"searches": len(self.searches), "clients": len(clients)}

    @property
    def query(self) -> Row:
        """What a row about one text in one index tells of it."""
        last = self.searches[-1]
        filtered = sum(search.filtered for search in self.searches)
        return {
            "q": last.text, "index": last.index, **self.counts, "filtered": filtered,
            "hits": last.hits, "last": last.time, "explain": explain_link(last.index, last.text),
        }  # fmt: skip

    @property
    def clicked(self) -> int:
        """How many of them had a click."""
        return sum(bool(search.clicks) for search in self.searches)

    @property
    def ranks(self) -> list[float]:
        """1 / position of the first click of each search that has one whose position is known."""
        return [rank for search in self.searches if (rank := _reciprocal(search)) is not None]


class Reports:
    """Each report by its name; `limit` is of rows."""

    def __init__(self, searches: Reader) -> None:
        self._searches = searches

    def popular(self, asked: Asked, limit: int) -> Report:
        """What most clients searched for."""
        return self._queries(asked, limit, lambda _: True)

    def zero_results(self, asked: Asked, limit: int) -> Report:
        """What most clients searched for and found nothing, of searches that found nothing."""
        return self._queries(asked, limit, lambda search: search.hits == 0)

    def no_click(self, asked: Asked, limit: int) -> Report:
        """What most clients found and did not click on, of searches with hits and no click."""
        return self._queries(asked, limit, lambda one: one.hits != 0 and not one.clicks)

    def ctr(self, asked: Asked, limit: int, by: str = BY[0]) -> Report:
        """The share of searches that were clicked on at least once."""
        return self._by(asked, limit, by, lambda tally: {
            **tally.counts, "clicked": tally.clicked,
            "ctr": tally.clicked / len(tally.searches),
        })  # fmt: skip

    def click_mrr(self, asked: Asked, limit: int, by: str = BY[0]) -> Report:
        """How far up the first click is: the mean of 1 / position, of searches that have one."""
        return self._by(asked, limit, by, lambda tally: {
            **tally.counts, "clicked": len(tally.ranks), "mrr": fmean(tally.ranks),
        } if tally.ranks else None)  # fmt: skip

    def reformulations(self, asked: Asked, limit: int) -> Report:
        """What clients searched for instead, within half a minute."""
        read = self._searches.read(asked)
        pairs: dict[tuple[str, str, str], list[tuple[Search, Search]]] = {}
        for one, other in _followed(read):
            pairs.setdefault((one.index, one.text, other.text), []).append((one, other))
        rows = sorted(map(_pair_row, pairs.values()), key=lambda row: (*_most(row), row["next"]))
        return _report(read, rows[:limit])

    def _queries(self, asked: Asked, limit: int, counts: Callable[[Search], bool]) -> Report:
        read = self._searches.read(asked)
        tallies = _tallies((search for search in read if counts(search)), "query")
        rows = sorted((tally.query for tally in tallies.values()), key=_most)
        return _report(read, rows[:limit])

    def _by(
        self, asked: Asked, limit: int, by: str, measured: Callable[[_Tally], Row | None]
    ) -> Report:
        read = self._searches.read(asked)
        rows = []
        for key, tally in _tallies(read, by).items():
            if (values := measured(tally)) is not None:
                rows.append({**_named(by, key), **values, **_link(by, key)})
        rows.sort(key=(lambda row: row["day"]) if by == "day" else _most)
        return _report(read, rows[:limit])


def explain_link(index: str, text: str) -> str:
    """Where a search says how it was understood; with an analyst's key."""
    query = urlencode({"q": text, "explain": "true"})
    return f"/v1/indexes/{quote(index, safe='')}/search?{query}"


def _tallies(searches: Iterable[Search], by: str) -> dict[tuple[str, ...], _Tally]:
    tallies: dict[tuple[str, ...], _Tally] = {}
    for search in searches:
        tallies.setdefault(_key(by, search), _Tally()).searches.append(search)
    return tallies


def _key(by: str, search: Search) -> tuple[str, ...]:
    if by == "day":
        return (search.time[:10],)
    if by == "index":
        return (search.index,)
    return (search.index, search.ranking if by == "ranking" else search.text)


def _named(by: str, key: tuple[str, ...]) -> Row:
    if by in ("day", "index"):
        return {by: key[0]}
    return {"q": key[1], "index": key[0]} if by == "query" else {"index": key[0], "ranking": key[1]}


def _link(by: str, key: tuple[str, ...]) -> Row:
    return {"explain": explain_link(key[0], key[1])} if by == "query" else {}


def _most(row: Row) -> tuple[Any, ...]:
    """Those of most clients first, so that one who searches all day is one."""
    names = (row.get("index", ""), row.get("q", ""), row.get("ranking", ""))
    return (-row["clients"], -row["searches"], *names)


def _followed(searches: Iterable[Search]) -> Iterable[tuple[Search, Search]]:
    """Each search with the one that its client went on to with another text, at once."""
    streams: dict[tuple[str, str], list[Search]] = {}
    for search in searches:
        if search.client:
            streams.setdefault((search.client, search.index), []).append(search)
    for stream in streams.values():
        for one, other in pairwise(stream):
            if one.text != other.text and other.at - one.at <= _REFORMULATED:
                yield one, other


def _pair_row(pairs: list[tuple[Search, Search]]) -> Row:
    one, other = pairs[-1]
    clients = len({search.client for search, _ in pairs})
    return {
        "q": one.text, "index": one.index, "next": other.text, "searches": len(pairs),
        "clients": clients, "hits": one.hits, "next_hits": other.hits, "last": one.time,
        "explain": explain_link(one.index, one.text),
    }  # fmt: skip


def _reciprocal(search: Search) -> float | None:
    known = [click for click in search.clicks if click.position is not None]
    if not known:
        return None
    return 1 / (min(known, key=lambda click: click.at).position or 1)


def _report(read: Sequence[Search], rows: Sequence[Row]) -> Report:
    since = min((search.time for search in read), default=None)
    return Report(since, len(read), sum(bool(one.clicks) for one in read), tuple(rows))
