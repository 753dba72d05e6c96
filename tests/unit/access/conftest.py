"""Keys in a SQLite file of the test's own, and a clock that the test moves."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.keys import KeyCase, key_case


@dataclass
class MovedClock:
    """Seconds since 1970, and `ahead` more."""

    ahead: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@pytest.fixture
def clock() -> MovedClock:
    """The time as a keyring sees it."""
    return MovedClock()


@pytest.fixture
def made(tmp_path: Path, clock: MovedClock) -> Iterator[KeyCase]:
    """A store without a key."""
    with key_case(tmp_path, clock=clock) as case:
        yield case
