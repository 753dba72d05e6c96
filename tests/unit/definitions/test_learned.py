"""Rules that are learned, in the text of rules.yaml, beside those that people write."""

from datetime import date
from pathlib import Path

import pytest

from searchsvc.definitions.learned import BEGIN, with_learned
from searchsvc.definitions.rules import parse_rules, read_rules
from searchsvc.domain.curation import Rule
from searchsvc.domain.definition import Field, FieldType, IndexDefinition
from searchsvc.domain.query import Ids
from searchsvc.errors import UsageError

SHOP = IndexDefinition("shop", (Field("name", FieldType.TEXT),))
UNTIL = date(2026, 12, 28)
OWN = """\
# what people say
rules:
- {name: mine, when: "query is 'tea'", pin: 7}   # stays
- name: also mine
  hide: [1]
"""


def learned(text: str, **lifts: list[tuple[str, float]]) -> str:
    """The text with these lifts."""
    return with_learned(text, lifts, UNTIL, SHOP)


def rules(text: str) -> list[Rule]:
    """Those of a text."""
    return read_rules(parse_rules(text, Path("rules.yaml")), SHOP)


def test_what_people_wrote_stays() -> None:
    """Line by line, and before all that was learned, which the next time is written anew."""
    text = learned(OWN, tea=[("a", 0.5), ("b", 1.0)])
    assert text.startswith(OWN + BEGIN)
    mine, also, one = rules(text)
    assert (mine.name, also.name, one.name) == ("mine", "also mine", "learned: tea")
    assert [(boost.condition.filter, boost.weight) for boost in one.boosts] == [
        (Ids(("a",)), 0.5), (Ids(("b",)), 1.0),
    ]  # fmt: skip
    assert one.end is not None
    assert one.end.date() == date(2026, 12, 29)
    again = learned(text, pot=[("c", 1.0)])
    assert [rule.name for rule in rules(again)] == ["mine", "also mine", "learned: pot"]
    assert learned(again) == OWN
    assert learned(OWN) == OWN


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "rules:\n"])
def test_a_file_without_rules(text: str) -> None:
    """Or without a file at all."""
    (rule,) = rules(learned(text, tea=[("a", 0.5)]))
    assert rule.name == "learned: tea"
    assert learned("") == ""


def test_queries_and_ids_with_signs() -> None:
    """As they are typed; one that no condition can say is left out."""
    odd = {"levi's: 501 #x": [('i"d \\ {é}', 0.5)], "5\" o'clock": [("b", 1.0)], "!!": [("c", 1.0)]}
    (rule,) = rules(with_learned(OWN.replace("mine", "m"), odd, UNTIL, SHOP))[2:]
    assert rule.when[0].words == ("levi", "s", "501", "x")
    assert rule.boosts[0].condition.filter == Ids(('i"d \\ {é}',))


def test_a_file_that_has_no_list_of_lines() -> None:
    """Is to be changed by hand, as is one with a fault."""
    for text in ("rules: []\n", "rules: [{hide: 1}]\n", "rules:\n  - {nope: 1}\n"):
        with pytest.raises(UsageError, match=r"rules\.yaml"):
            learned(text, tea=[("a", 0.5)])
