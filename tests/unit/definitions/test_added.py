"""A ranking put into the text of a mapping, which stays otherwise as somebody wrote it."""

from dataclasses import replace

import pytest

from searchsvc.definitions.added import with_ranking
from searchsvc.definitions.mappings import parse_mapping
from searchsvc.domain.definition import FIRST, Boost, Ranking
from searchsvc.errors import UsageError

FIELDS = "# ours\nfields:\n  title: text^3   # what people see\n  text: text\n"
TUNED = Ranking("tuned", weights=(("title", 2.5), ("text", 0.25), ("*", 4.0)))


@pytest.mark.parametrize(
    "rest",
    [
        "",
        "language: en",
        "ranking:\n  default: []\nlanguage: en\n",
        "ranking:   # by hand\n  default: []\n  other:\n    - weights: {text: 2}\n",
    ],
)
def test_every_other_line_stays(rest: str) -> None:
    """Comments too; and the mapping says what it should."""
    text = FIELDS + rest
    changed = with_ranking("x", text, TUNED)
    assert parse_mapping("x", changed).ranking("tuned") == TUNED
    assert [line for line in text.splitlines() if line not in changed.splitlines()] == []


def test_the_file_stays_as_it_is_written() -> None:
    """Its ends of lines, and how far its entries are indented."""
    text = (FIELDS + "ranking:\n    # ours\n    default: []\n").replace("\n", "\r\n")
    changed = with_ranking("x", text, TUNED)
    assert "\r\n    tuned:\r\n      - weights:" in changed
    assert changed.count("\n") == changed.count("\r\n")
    assert parse_mapping("x", changed).ranking("tuned") == TUNED


def test_whatever_a_ranking_has() -> None:
    """Is written as it is read: boosts of the default ranking, too, which the new one keeps."""
    rest = """
  n: number
  d: date, sort
  k: keyword, facet
  b: bool, facet
ranking:
  default:
    - boost: {field: n, by: sqrt, weight: 0.3333333}
    - boost: {when: 'n<5 OR k:"a, {b}"', weight: 2}
    - boost: {when: 'k:"it''s; \\"so\\": é"', weight: -0.25}
    - boost: {when: "b:false", weight: -0.5}
    - boost: {when: "n:3", weight: 1}
    - decay: {field: d, half_life: 90d, weight: 0.1}
"""
    definition = parse_mapping("x", FIELDS + rest)
    for worth in (None, 0.0, 0.125, FIRST):
        new = Ranking("tuned", definition.boosts, definition.decays, TUNED.weights, worth)
        new = replace(new, boosts=(*new.boosts, Boost("n", 0.02, by="log")))
        changed = with_ranking("x", FIELDS + rest, new)
        assert parse_mapping("x", changed).ranking("tuned") == new


def test_a_name_that_is_taken() -> None:
    """Is not written over."""
    text = with_ranking("x", FIELDS, TUNED)
    with pytest.raises(UsageError, match="'tuned' already"):
        with_ranking("x", text, TUNED)


def test_what_must_be_changed_by_hand() -> None:
    """Says what to add."""
    with pytest.raises(UsageError, match="by hand") as refused:
        with_ranking("x", FIELDS + "ranking: {default: []}\n", TUNED)
    assert 'tuned: [{weights: {title: 2.5, text: 0.25, "*": 4}}]' in str(refused.value)
