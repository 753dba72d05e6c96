"""A ranking put into the text of a mapping, which stays otherwise as somebody wrote it."""

import pytest

from searchsvc.definitions.added import with_ranking
from searchsvc.definitions.mappings import parse_mapping
from searchsvc.domain.definition import Ranking
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
