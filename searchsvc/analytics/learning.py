"""Finds which documents people want of a query, by clicks: to lift them, and to try that first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from searchsvc.analytics.click_judgments import examinations
from searchsvc.analytics.click_models import attractions
from searchsvc.analytics.impressions import impressions
from searchsvc.analytics.searches import Search

MOST_QUERIES = 500
MOST_DOCUMENTS = 5  # of a query
HELD_OUT = 0.3  # of the searches, the latest
_LEAST, _MOST = 0.1, 1.0  # of a weight: a score is doubled at most


@dataclass(frozen=True, slots=True)
class Lift:
    """The document `id` scores `weight` times its score more for a query."""

    id: str
    weight: float


Lifts: TypeAlias = Mapping[str, Sequence[Lift]]


def learned(searches: Sequence[Search], model: str, least: int) -> Lifts:
    """By query, those of most clients first: what clicks prove to be wanted more than is usual.

    A weight is how much more at least, by the whole range of the document, and 1 at most. Only
    documents that `least` clients were served count.
    """
    found = impressions(searches)
    attracted, *_ = attractions(found.served, examinations(found, model, least), least)
    lifts: dict[str, list[Lift]] = {}
    clients: dict[str, int] = {}
    for (query, id), one in attracted.items():
        if one.low - 1 >= _LEAST:
            lifts.setdefault(query, []).append(Lift(id, round(min(one.low - 1, _MOST), 2)))
            clients[query] = max(clients.get(query, 0), one.clients)
    kept = sorted(lifts, key=lambda query: (-clients[query], query))[:MOST_QUERIES]
    return {query: _best(lifts[query]) for query in kept}


def split(searches: Sequence[Search]) -> tuple[list[Search], list[Search]]:
    """The earlier searches, and of the later ones those of a client and text that are new there.

    Else the same people would say before and after what they want.
    """
    at = round(len(searches) * (1 - HELD_OUT))
    earlier = list(searches[:at])
    known = {(one.client, one.text) for one in earlier}
    return earlier, [one for one in searches[at:] if (one.client, one.text) not in known]


def _best(lifts: Sequence[Lift]) -> list[Lift]:
    return sorted(lifts, key=lambda lift: (-lift.weight, lift.id))[:MOST_DOCUMENTS]
