"""Makes judgments of clicks: what they prove of a document, and else nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from searchsvc.analytics.click_models import (
    Attraction,
    Examinations,
    attractions,
    coec,
    position_based,
)
from searchsvc.analytics.impressions import Impressions, Pair
from searchsvc.domain.judgment import Judgment
from searchsvc.telemetry.searches import loggable

MODELS = ("coec", "position")
SET = "clicks"  # of its own, since raters of one set count as one mean
SOURCE = "clicks"
MIN_IMPRESSIONS = 20
_POSITIONS = 100  # that are told
# A document is rated as high as its clicks prove: times what is usual where it stood.
_PROVEN = ((2.0, 3), (1.0, 2), (0.5, 1))


@dataclass(frozen=True, slots=True)
class Judged:
    """A judgment, and the clicks that it is made of."""

    judgment: Judgment
    attraction: Attraction

    @property
    def row(self) -> Mapping[str, Any]:
        """As it is told."""
        one, by = self.judgment, self.attraction
        return {
            "query": one.query, "id": one.id, "rating": one.rating, "value": round(by.value, 4),
            "low": round(by.low, 4), "high": round(by.high, 4), "impressions": by.clients,
            "clicks": by.clicks,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class ClickJudgments:
    """The judgments that clicks prove, those of most clients first, and what they rest on.

    `unsure` documents had impressions enough and yet prove nothing; `few` had not; `unplaced` ones
    stood only at positions of which the model knows nothing.
    """

    judged: tuple[Judged, ...]
    found: Impressions
    examined: Examinations
    unsure: int
    few: int
    unplaced: int

    @property
    def judgments(self) -> list[Judgment]:
        """Alone."""
        return [one.judgment for one in self.judged]

    @property
    def counts(self) -> Mapping[str, int | str | None]:
        """What was counted, and what was left out of it."""
        found = self.found
        return {
            "since": found.since, "searches": found.searches, "clients": found.clients,
            "filtered": found.filtered, "without_client": found.nameless,
            "judged": len(self.judged), "unsure": self.unsure, "few": self.few,
            "unplaced": self.unplaced,
        }  # fmt: skip

    @property
    def positions(self) -> list[Mapping[str, Any]]:
        """How likely each of the first is looked at; None where that cannot be told."""
        return [
            {
                "position": place, "impressions": count.clients, "clicks": count.clicks,
                "examined": None if place not in self.examined else round(self.examined[place], 4),
            }
            for place, count in islice(self.found.places().items(), _POSITIONS)
        ]  # fmt: skip


def click_judgments(
    found: Impressions,
    model: str,
    at: datetime,
    least: int = MIN_IMPRESSIONS,
    known: Iterable[str] = (),
) -> ClickJudgments:
    """What those documents are worth that `least` clients were served, by one of `MODELS`.

    The log has queries in lower case and single spaces; where one of the `known` queries is the
    same in that form, the judgment is of it as it is spelt there.
    """
    examined = examinations(found, model, least)
    attracted, few, unplaced = attractions(found.served, examined, least)
    spelt: dict[str, str] = {}
    for query in sorted(known, reverse=True):
        spelt[loggable(query)] = query
    judged = []
    for (text, id), attraction in attracted.items():
        rating = rating_of(attraction)
        if rating is not None:
            query = spelt.get(text, text)
            one = Judgment(query, id, rating, f"{SOURCE}:{model}", SOURCE, at)
            judged.append(Judged(one, attraction))
    judged.sort(key=_most)
    unsure = len(attracted) - len(judged)
    return ClickJudgments(tuple(judged), found, examined, unsure, few, unplaced)


def examinations(found: Impressions, model: str, least: int) -> Examinations:
    """How likely each position is looked at, by one of `MODELS`."""
    return coec(found) if model == "coec" else position_based(found, least)


def rating_of(attraction: Attraction) -> float | None:
    """0 to 3, as the whole interval proves; None where it proves nothing.

    3: clicked on at least twice as often as is usual where it stood; 2: as often; 1: half as
    often; 0: less than that.
    """
    for least, rating in _PROVEN:
        if attraction.low >= least:
            return float(rating)
    return 0.0 if attraction.high < _PROVEN[-1][0] else None


def _most(one: Judged) -> tuple[Any, ...]:
    pair: Pair = (one.judgment.query, one.judgment.id)
    return (-one.attraction.clients, *pair)
