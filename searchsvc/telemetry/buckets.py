"""The histogram's buckets: 32 of equal width in every doubling of a time, from 1 µs to 65 s.

A bucket is at most 1/32 of its lower edge wide, so its middle is within 1.6 % of every time in
it. Octaves start at powers of two of a millisecond: that makes round values such as 2.5, 25, 100
and 800 ms edges, and the counts of EDGES exact.
"""

from collections.abc import Sequence
from math import ceil, frexp, ldexp

_LOWEST = -10  # 2**-10 ms, about 1 µs
_HIGHEST = 16  # 2**16 ms, about 65 s
_PER_OCTAVE = 32

BUCKETS = (_HIGHEST - _LOWEST) * _PER_OCTAVE

# Upper bounds in seconds of the Prometheus histogram; each is an edge between two buckets.
EDGES = (
    *(0.000125, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025),
    *(0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4),
)


def bucket_of(seconds: float) -> int:
    """The bucket of a time; what is shorter or longer than all buckets counts in the end ones."""
    fraction, exponent = frexp(seconds * 1000.0)
    if exponent <= _LOWEST or fraction <= 0.0:
        return 0
    if exponent > _HIGHEST:
        return BUCKETS - 1
    # The fraction lies in [0.5, 1): twice 32 times it, less 32, is the place in the octave.
    return (exponent - _LOWEST - 2) * _PER_OCTAVE + int(fraction * (2 * _PER_OCTAVE))


def upper_edge(bucket: int) -> float:
    """Where a bucket ends, in seconds."""
    octave, place = divmod(bucket, _PER_OCTAVE)
    return ldexp(_PER_OCTAVE + place + 1, octave + _LOWEST - 5) / 1000.0


def middle(bucket: int) -> float:
    """The middle of a bucket, in seconds."""
    octave, place = divmod(bucket, _PER_OCTAVE)
    return ldexp(_PER_OCTAVE + place + 0.5, octave + _LOWEST - 5) / 1000.0


def percentile(counts: Sequence[int], share: float) -> float:
    """The time in seconds that `share` of all times do not exceed (nearest rank); 0 without any."""
    rank = ceil(share * sum(counts))
    seen = 0
    for bucket, count in enumerate(counts):
        seen += count
        if count and seen >= rank:
            return middle(bucket)
    return 0.0


def cumulative(counts: Sequence[int]) -> list[int]:
    """How many times lie below each of EDGES."""
    return [sum(counts[:limit]) for limit in _EDGE_BUCKETS]


# The first bucket at or above each edge.
_EDGE_BUCKETS = tuple(bucket_of(edge) for edge in EDGES)
