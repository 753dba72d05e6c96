"""Whether people prefer one ranking, by the sessions of an experiment."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from searchsvc.domain.experiment import Experiment, Preferences
from searchsvc.relevance.statistics import Interval

SHARE = 0.55  # of sessions for the better side, which an experiment is planned to show
_LEVEL = 0.05
LEAST_SESSIONS = 6  # that all prefer one side prove it; of five that may be chance
# Both of the normal distribution: for a level of 5 %, and for a power of 80 %.
_Z_LEVEL, _Z_POWER = 1.959964, 0.841621


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an experiment has found: `share` of the sessions that prefer a side prefer `b`.

    `interval` holds the true share 95 times of 100. `p` is the probability of such a share, or one
    further from a half, where people prefer neither. Both are None without such a session. Only a
    `final` verdict decides: who looks until it suits finds a winner among equals.
    """

    sentence: str
    final: bool
    winner: str | None
    share: float | None
    interval: Interval | None
    p: float | None


def verdict(experiment: Experiment, found: Preferences) -> Verdict:
    """By the sign test, on sessions that prefer a side; the others say nothing."""
    a, b, number = experiment.a, experiment.b, found.decided
    final = number >= experiment.sessions
    if not number:
        return Verdict("no session prefers a side", final, None, None, None, None)
    share, p = found.b / number, sign_test(found.a, found.b)
    is_real = final and p < _LEVEL and a != b
    winner = (b if found.b > found.a else a) if is_real else None
    told = f"{found.b:,} of {number:,} sessions prefer {b} to {a} ({share:.1%}, {_told(p)})"
    sentence = f"{_judged(experiment, final=final, winner=winner)}: {told}"
    return Verdict(sentence, final, winner, share, share_interval(found.b, number), p)


def row_of(one: Experiment) -> Mapping[str, Any]:
    """An experiment as it is listed."""
    return {
        "id": one.id, "index": one.index, "a": one.a, "b": one.b, "sessions": one.sessions,
        "started": one.started, "ended": one.ended, "why": one.why,
    }  # fmt: skip


def told(one: Experiment, found: Preferences) -> Mapping[str, Any]:
    """An experiment with what it has found."""
    judged = verdict(one, found)
    span = judged.interval and {"low": judged.interval.low, "high": judged.interval.high}
    return {
        **row_of(one),
        "found": {"a": found.a, "b": found.b, "tied": found.tied, "silent": found.silent},
        "final": judged.final, "winner": judged.winner, "share": judged.share,
        "interval": span, "p": judged.p, "verdict": judged.sentence,
    }  # fmt: skip


def sign_test(one: int, other: int) -> float:
    """Two-sided: the probability of so unlike a split, or one more unlike, of fair coins."""
    number = one + other
    if not number:
        return 1.0
    terms = (
        math.lgamma(number + 1) - math.lgamma(k + 1) - math.lgamma(number - k + 1)
        for k in range(min(one, other) + 1)
    )
    tail = math.fsum(math.exp(term - number * math.log(2)) for term in terms)
    return min(1.0, 2 * tail)


def share_interval(part: int, number: int) -> Interval:
    """Where the true share lies, 95 times of 100. Wilson, 1927."""
    share, z = part / number, _Z_LEVEL
    scale = 1 + z * z / number
    middle = (share + z * z / (2 * number)) / scale
    reach = z / scale * math.sqrt(share * (1 - share) / number + z * z / (4 * number**2))
    return Interval(max(0.0, middle - reach), min(1.0, middle + reach))


def sessions_needed(share: float = SHARE) -> int:
    """How many sessions that prefer a side show such a share at 5 %, four times of five.

    `share` is of the better side, above a half and below 1.
    """
    reach = share - 0.5
    spread = _Z_LEVEL * 0.5 + _Z_POWER * math.sqrt(share * (1 - share))
    number = (spread / reach) ** 2
    # As the test counts whole sessions, it takes some more. Fleiss, 1981.
    return math.ceil(number / 4 * (1 + math.sqrt(1 + 2 / (number * reach))) ** 2)


def _judged(experiment: Experiment, *, final: bool, winner: str | None) -> str:
    a, b = experiment.a, experiment.b
    if winner is not None:
        return f"{winner} is preferred to {a if winner == b else b}"
    if final:
        return f"no preference between {a} and {b} is proven"
    if experiment.ended is not None:
        return "it ended before its time and decides nothing"
    return "it still runs, and decides nothing yet"


def _told(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p {p:.3f}"
