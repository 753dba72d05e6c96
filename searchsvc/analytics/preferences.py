"""Reads from the logs which of an experiment's rankings each session has clicked on more."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeAlias

from searchsvc.analytics.tail import lines_of
from searchsvc.analytics.ubi import CLICKS, member
from searchsvc.domain.experiment import Experiment, Preferences
from searchsvc.telemetry import events, searches
from searchsvc.telemetry.days import day_files

Line: TypeAlias = Mapping[str, Any]


@dataclass(slots=True)
class _Session:
    """What one client clicked on in one day, by team: queries and documents, each once."""

    served: datetime  # the first search
    first: datetime | None = None  # the first click
    clicked: dict[str, set[tuple[str, str]]] = field(
        default_factory=lambda: {"A": set(), "B": set()}
    )

    @property
    def lead(self) -> int:
        """Above 0 where it prefers A, below where it prefers B."""
        return len(self.clicked["A"]) - len(self.clicked["B"])


@dataclass(frozen=True, slots=True)
class _Page:
    session: _Session
    text: str
    teams: Mapping[str, str]  # by the id of a document


def preferences(folder: Path, experiment: Experiment) -> Preferences:
    """Of the first sessions in the logs of `folder`, until so many prefer a side as were planned.

    A session is what one client does in one day of UTC, and counts once however much that is. Its
    place is that of its first click, so that what comes later cannot take an earlier one's. Those
    without a click count where they began before the last one that counts.
    """
    sessions, pages = _served(_lines(folder, searches.NAME, experiment, experiment.id))
    for line in _lines(folder, events.NAME, experiment, "click"):
        if line.get("action_name") in CLICKS:
            _click(line, pages)
    return _counted(sessions.values(), experiment.sessions)


def _counted(sessions: Collection[_Session], most: int) -> Preferences:
    clicked = sorted((one.first, one.lead) for one in sessions if one.first is not None)
    a = b = tied = 0
    end = None
    for at, lead in clicked:
        a += lead > 0
        b += lead < 0
        tied += lead == 0
        if a + b == most:
            end = at
            break
    without = (one.served for one in sessions if one.first is None)
    return Preferences(a, b, tied, sum(end is None or at <= end for at in without))


def _served(
    lines: Iterable[Line],
) -> tuple[Mapping[tuple[str, date], _Session], Mapping[str, _Page]]:
    sessions: dict[tuple[str, date], _Session] = {}
    pages: dict[str, _Page] = {}
    for line in lines:
        at, attributes = _at(line), member(line, "query_attributes")
        client, ids = line.get("client_id"), line.get("query_response_hit_ids")
        teams = attributes.get("teams")
        if at is None or not client or not isinstance(ids, list) or not isinstance(teams, str):
            continue
        session = sessions.setdefault((str(client), at.date()), _Session(at))
        session.served = min(session.served, at)
        brought = dict(zip(map(str, ids), teams, strict=False))
        pages[str(line.get("query_id"))] = _Page(session, str(line.get("user_query")), brought)
    return sessions, pages


def _click(line: Line, pages: Mapping[str, _Page]) -> None:
    page, at = pages.get(str(line.get("query_id"))), _at(line)
    thing = member(member(line, "event_attributes"), "object")
    id = str(thing.get("object_id", ""))
    if page is None or at is None or (team := page.teams.get(id)) not in ("A", "B"):
        return
    page.session.clicked[team].add((page.text, id))
    first = page.session.first
    page.session.first = at if first is None else min(first, at)


def _lines(folder: Path, name: str, experiment: Experiment, holding: str) -> Iterator[Line]:
    """Those of the experiment's time that hold that text; most others are not even parsed."""
    for path in day_files(folder, name, experiment.started.date()):
        yield from lines_of(path, holding=holding.encode())


def _at(line: Line) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(line.get("timestamp")))
    except ValueError:
        return None
    return at if at.tzinfo else None
