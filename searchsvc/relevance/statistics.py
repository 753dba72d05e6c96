"""Whether a difference between two rankings is real: paired tests over the same queries.

Everything is seeded, so that the same values give the same figures.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from random import Random
from statistics import fmean, stdev

_SAMPLES = 10_000
# Below it every way to exchange the two sides is looked at, which are no more than the samples.
_EXACT_BELOW = 14
# Both of the normal distribution: for an interval of 95 %, and for a power of 80 %.
_Z_LEVEL, _Z_POWER = 1.959964, 0.841621
_EQUAL = 1e-12
_LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Interval:
    """A range that holds the true mean in 95 of 100 such samples of queries."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """How B differs from A over the same queries, by one metric.

    `mean` is that of B - A; `p` the probability of such a difference, or a greater one, where there
    is none in truth. `needed` more queries would show a true difference of 0.01 in four of five
    samples; 0: these are enough.
    """

    mean: float
    interval: Interval
    p: float
    won: int
    lost: int
    tied: int
    needed: int

    @property
    def is_real(self) -> bool:
        """Whether the interval leaves out 0, and so great a difference is rarely chance.

        Of several sides `p` allows for how many they are; of few queries it is the stricter one.
        """
        return (self.interval.low > 0 or self.interval.high < 0) and self.p < _LEVEL


def difference(a: Sequence[float], b: Sequence[float], seed: int = 0) -> Difference:
    """Compares the values of each query. Raises ValueError unless there are as many, and one."""
    if len(a) != len(b) or not a:
        raise ValueError("a comparison needs the values of the same queries, one at least")
    gains = [second - first for first, second in zip(a, b, strict=True)]
    won = sum(gain > _EQUAL for gain in gains)
    lost = sum(gain < -_EQUAL for gain in gains)
    return Difference(
        mean=fmean(gains),
        interval=interval(gains, seed),
        p=randomisation(gains, seed),
        won=won,
        lost=lost,
        tied=len(gains) - won - lost,
        needed=max(0, queries_needed(gains) - len(gains)),
    )


def randomisation(gains: Sequence[float], seed: int = 0) -> float:
    """The paired randomisation test, two-sided: p of a mean as far from 0 as that of `gains`.

    Where neither side is better, each gain might as well be a loss. Fisher, 1935; for retrieval
    Smucker and others, 2007.
    """
    gains = [gain for gain in gains if abs(gain) > _EQUAL]
    if not gains:
        return 1.0
    total = math.fsum(gains)
    least = abs(total) - _EQUAL * len(gains)
    if len(gains) < _EXACT_BELOW:
        ways = 1 << len(gains)
        flips = (tuple(way >> at & 1 for at in range(len(gains))) for way in range(ways))
        return sum(abs(total - 2 * sum(compress(gains, flip))) >= least for flip in flips) / ways
    random, half = _seeded(seed), bytes(byte & 1 for byte in range(256))
    extreme = sum(
        abs(total - 2 * sum(compress(gains, random.randbytes(len(gains)).translate(half)))) >= least
        for _ in range(_SAMPLES)
    )
    return (extreme + 1) / (_SAMPLES + 1)


def interval(gains: Sequence[float], seed: int = 0, samples: int = _SAMPLES) -> Interval:
    """The percentile bootstrap of their mean, at 95 %. Efron, 1979."""
    random, size = _seeded(seed), len(gains)
    means = sorted(sum(random.choices(gains, k=size)) / size for _ in range(samples))
    tail = round(samples * 0.025)
    return Interval(means[tail], means[-tail - 1])


def queries_needed(gains: Sequence[float], least: float = 0.01) -> int:
    """How many queries show a true mean of `least` at 95 %, in four of five samples."""
    spread = stdev(gains) if len(gains) > 1 else 0.0
    return math.ceil(((_Z_LEVEL + _Z_POWER) * spread / least) ** 2)


def _seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - it keeps no secret, it must be repeatable


def holm(values: Mapping[str, float]) -> dict[str, float]:
    """The p values raised by how many there are: one of many is small by chance. Holm, 1979."""
    raised, before = {}, 0.0
    ordered = sorted(values.items(), key=lambda item: item[1])
    for place, (name, p) in enumerate(ordered):
        before = max(before, min(1.0, p * (len(ordered) - place)))
        raised[name] = before
    return {name: raised[name] for name in values}


def overlap(one: Sequence[str], other: Sequence[str], persistence: float = 0.9) -> float:
    """Rank-biased overlap of two lists as far as both go, 0 to 1: what stands first counts most.

    Extrapolated (RBO_ext) from the shorter one's end. Webber and others, 2010.
    """
    depth = min(len(one), len(other))
    if not depth:
        return 1.0 if len(one) == len(other) else 0.0
    common, total = 0, 0.0
    seen_one: set[str] = set()
    seen_other: set[str] = set()
    for place in range(depth):
        seen_one.add(one[place])
        seen_other.add(other[place])
        common = len(seen_one & seen_other)
        total += common / (place + 1) * persistence**place
    return (1 - persistence) * total + common / depth * persistence**depth
