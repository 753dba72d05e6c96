"""Reads the logs of searches and events: each search that was meant, with its clicks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from searchsvc.analytics.period import Asked
from searchsvc.analytics.tail import MOST_BYTES, newest
from searchsvc.analytics.ubi import CLICKS, member
from searchsvc.telemetry import events
from searchsvc.telemetry import searches as logged
from searchsvc.telemetry.days import day_files

# A search box that searches while one types asks for `b`, `bi` and `bik` before `bike`.
_TYPING = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Click:
    """A click on a hit; `position` counts from 1 over all pages, None where nothing tells it.

    `id` is the document's, "" where the event does not say.
    """

    at: datetime
    position: int | None
    id: str


@dataclass(slots=True)
class Search:
    """A search. `hits` None: whoever told of it has not counted them.

    `ids` are the first of its page; `further` are its other pages, whose clicks it has.
    """

    at: datetime
    time: str
    index: str
    ranking: str
    text: str
    hits: int | None
    filtered: bool
    client: str
    query_id: str
    offset: int
    ids: Sequence[str]
    clicks: list[Click] = field(default_factory=list)
    further: list["Search"] = field(default_factory=list)

    @property
    def places(self) -> Iterator[tuple[str, int]]:
        """The documents that the log has of its pages, each with its position."""
        for page in (self, *self.further):
            for place, id in enumerate(page.ids, page.offset + 1):
                yield id, place


class Searches:
    """The searches in the logs of `folder`, by the newest `most` bytes of each log.

    A further page is a part of its search. So is a search on the way to a longer one, which the
    same client began to type a moment before, unless it was clicked on.
    """

    def __init__(self, folder: Path, most: int = MOST_BYTES) -> None:
        self._folder = folder
        self._most = most

    @property
    def folder(self) -> Path:
        """Where the logs lie."""
        return self._folder

    def read(self, asked: Asked) -> list[Search]:
        """The oldest first; of a file that has gone meanwhile none."""
        pages = [one for one in self._pages(asked) if asked.index in ("", one.index)]
        first = list(_first_pages(pages, self._clicks(asked)))
        wanted = _finished(one for one in first if asked.ranking in ("", one.ranking))
        return sorted((one for one in wanted if asked.holds(one.at)), key=lambda one: one.at)

    def _pages(self, asked: Asked) -> list[Search]:
        files = day_files(self._folder, logged.NAME, *_days(asked))
        pages = (_search(line) for line in newest(files, self._most))
        return sorted((one for one in pages if one is not None), key=lambda one: one.at)

    def _clicks(self, asked: Asked) -> Mapping[str, list[Mapping[str, Any]]]:
        """By the ids of searches; one may be clicked on the day after."""
        files = day_files(self._folder, events.NAME, asked.since and asked.since.date())
        clicks: dict[str, list[Mapping[str, Any]]] = {}
        for line in newest(files, self._most):
            if line.get("action_name") in CLICKS and isinstance(line.get("query_id"), str):
                clicks.setdefault(line["query_id"], []).append(line)
        return clicks


def _days(asked: Asked) -> tuple[Any, Any]:
    return asked.since and asked.since.date(), asked.until and asked.until.date()


def _search(line: Mapping[str, Any]) -> Search | None:
    """A line of the log; None where it is none that a report can use."""
    at, text = _at(line), line.get("user_query")
    attributes = member(line, "query_attributes")
    ids = line.get("query_response_hit_ids")
    if at is None or not isinstance(text, str) or not text:
        return None
    ids = [str(id) for id in ids] if isinstance(ids, list) else None
    hits = attributes.get("hits", None if ids is None else len(ids))
    offset = attributes.get("offset", 0)
    return Search(
        at,
        str(line["timestamp"]),
        index=str(line.get("application", "")),
        ranking=str(attributes.get("ranking", "")),
        text=text,
        hits=hits if isinstance(hits, int) else None,
        filtered=bool(attributes.get("filtered")),
        client=str(line.get("client_id", "")),
        query_id=str(line.get("query_id", "")),
        offset=offset if isinstance(offset, int) else 0,
        ids=ids or (),
    )


def _at(line: Mapping[str, Any]) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(line.get("timestamp")))
    except ValueError:
        return None
    return at if at.tzinfo else None


def _first_pages(
    pages: Iterable[Search], clicks: Mapping[str, list[Mapping[str, Any]]]
) -> Iterator[Search]:
    """Each search with the clicks on all of its pages."""
    begun: dict[tuple[str, str, str], Search] = {}
    for page in pages:
        whole = page
        if page.offset:
            whole = begun.get((page.client, page.index, page.text), page)
            if whole is not page:
                whole.further.append(page)
        else:
            begun[page.client, page.index, page.text] = page
            yield page
        if page.query_id:
            whole.clicks += [_click(page, line) for line in clicks.get(page.query_id, ())]


def _click(page: Search, line: Mapping[str, Any]) -> Click:
    """Where the page says which hits it had, it is believed before the event."""
    attributes = member(line, "event_attributes")
    thing, position = member(attributes, "object"), member(attributes, "position")
    id, ordinal = str(thing.get("object_id", "")), position.get("ordinal")
    if id in page.ids:
        ordinal = page.offset + page.ids.index(id)
    return Click(_at(line) or page.at, ordinal + 1 if isinstance(ordinal, int) else None, id)


def _finished(searches: Iterable[Search]) -> Iterator[Search]:
    """All but those that their client went on to type at once."""
    waiting: dict[tuple[str, str], Search] = {}
    for search in searches:
        whose = (search.client, search.index)
        before = waiting.get(whose)
        if before is not None and not _goes_on(before, search):
            yield before
        waiting[whose] = search
    yield from waiting.values()


def _goes_on(before: Search, search: Search) -> bool:
    longer = search.text.startswith(before.text) and search.text != before.text
    return longer and not before.clicks and search.at - before.at <= _TYPING
