"""Synonyms and rules in a plan: what they add to a query, and that nothing else does."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.definitions.mappings import parse_mapping
from searchsvc.definitions.rules import by_first_word, parse_rules, read_rules
from searchsvc.definitions.synonyms import parse_synonyms
from searchsvc.domain.curation import NO_CURATION, Curation
from searchsvc.domain.definition import Typo
from searchsvc.domain.query import Alternative, And, Equals, Ids, Not, Pin
from searchsvc.search.explain import explained
from searchsvc.search.filters import parse_filter
from searchsvc.search.planner import MAX_ALTERNATIVES, Asked, Plan, plan
from searchsvc.search.request import search_query

FILE = Path("file")
SHOP = parse_mapping("shop", "fields: {name: text, brand: 'keyword, facet', price: 'number, sort'}")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def curation(synonyms: str = "", rules: str = "") -> Curation:
    """What two files say."""
    found = read_rules(parse_rules(rules, FILE), SHOP)
    always = tuple(rule for rule in found if not rule.when)
    return Curation(parse_synonyms(synonyms, FILE), by_first_word(found), always)


def planned(text: str, by: Curation, filter: str = "", *, now: datetime = NOON) -> Plan:
    """The plan of a text under a caller's filter."""
    return plan(Asked(text, Typo(), by, parse_filter(filter, SHOP), now=now))


def told(text: str, synonyms: str) -> tuple[str, ...]:
    """The synonyms that a plan applies."""
    return planned(text, curation(synonyms)).synonyms


# --- synonyms ------------------------------------------------------------------------------------

PLACES = "new york => nyc\nnew york city => big apple\nyork => eboracum\ntv, flat screen"


def test_a_synonym_may_take_the_place_of_what_was_typed() -> None:
    """From its first term to its last, worth a little less."""
    made = planned("cheap TV", curation(PLACES))
    assert made.alternatives == (Alternative(1, 2, ("flat", "screen"), 0.8),)
    assert made.synonyms == ("tv => flat screen",)


def test_the_longest_phrase_wins() -> None:
    """And what is within it means nothing more; the next begins behind it."""
    assert told("new york city tv", PLACES) == (
        "new york city => big apple", "tv => flat screen",
    )  # fmt: skip
    assert told("new york", PLACES) == ("new york => nyc",)
    assert told("york", PLACES) == ("york => eboracum",)
    assert told("new", PLACES) == ()


def test_words_are_compared_as_documents_are() -> None:
    """Folded, whole, and next to each other as they were typed."""
    assert told("Flat-Screen", PLACES) == ("flat screen => tv",)
    assert told("CAFÉ", "cafe, bistro") == ("café => bistro",)
    assert told("tvs", PLACES) == ()
    assert told("flat blue screen", PLACES) == ()


def test_a_word_that_came_before_breaks_a_phrase() -> None:
    """Its term stands elsewhere, and no alternative may take its place there."""
    assert told("york new york", "new york => nyc") == ()
    assert told("tv tv", PLACES) == ("tv => flat screen",)


def test_alternatives_are_few() -> None:
    """However many synonyms a text has."""
    lines = "\n".join(f"a{n}, " + ", ".join(f"b{n}c{m}" for m in range(9)) for n in range(30))
    text = " ".join(f"a{n}" for n in range(30))
    assert len(planned(text, curation(lines)).alternatives) == MAX_ALTERNATIVES


WORDS = st.sampled_from(["tv", "flat", "screen", "new", "york", "city", "x", "X" * 300])


@given(st.lists(WORDS, max_size=50).map(" ".join) | st.text())
def test_alternatives_lie_within_the_terms_they_replace(text: str) -> None:
    """Each replaces terms that say its left side in a row, and nothing else is invented."""
    by = curation(PLACES)
    made = planned(text, by)
    assert made._replace(alternatives=(), synonyms=()) == planned(text, NO_CURATION)._replace(
        asked=made.asked
    )
    for one in made.alternatives:
        said = tuple(term.text for term in made.terms[one.start : one.end])
        (synonym,) = (s for s in by.synonyms[said[0]] if s.words == said)
        assert one.words in synonym.others


# --- rules: when ---------------------------------------------------------------------------------

RULES = """
rules:
  - {name: is, when: "query is 'returns'", hide: 1}
  - {name: contains, when: "query contains 'free returns'", hide: 1}
  - {name: starts, when: "query starts with 'how to'", hide: 1}
  - {name: several, when: ["query is 'a'", "query is 'b'"], hide: 1}
  - {name: empty, when: "query is ''", hide: 1}
  - {name: always, when_filter: "brand:Acme AND price<10", hide: 1}
"""
HOLDING = {
    "is": ("Returns ", "", ["is"]),
    "is no more": ("returns policy", "", []),
    "contains": ("are there free-returns today", "", ["contains"]),
    "contains them in a row": ("returns free", "", []),
    "starts": ("how to tv", "", ["starts"]),
    "only starts": ("know how to", "", []),
    "any of several": ("b", "", ["several"]),
    "no words": (" ", "", ["empty"]),
    "signs are no search without words": ("!!", "", []),
    "the filter has both": ("x", 'price<10 AND brand:Acme AND brand:"B"', ["always"]),
    "the filter has one": ("x", "brand:Acme", []),
    "the filter has them by OR": ("x", "brand:Acme OR price<10", []),
}


@pytest.mark.parametrize(("text", "filter", "names"), HOLDING.values(), ids=HOLDING)
def test_a_rule_holds_for(text: str, filter: str, names: list[str]) -> None:
    """The words as typed, and the conditions that the caller's filter joins."""
    assert list(planned(text, curation(rules=RULES), filter).rules) == names


def test_a_rule_holds_from_its_first_moment_until_its_last() -> None:
    """The first is within, the end is not."""
    by = curation(rules="rules: [{name: a, hide: 1, from: 2026-03-01, until: 2026-03-02}]")
    for now, holds in (
        (datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 1, tzinfo=UTC), True),
        (datetime(2026, 3, 2, 23, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 3, 3, tzinfo=UTC), False),
    ):
        assert bool(planned("", by, now=now).rules) is holds


# --- rules: what ---------------------------------------------------------------------------------


def test_several_rules_apply_in_the_order_of_the_file() -> None:
    """All filters and hides; the first redirect and rewrite; a pin goes to the next free place."""
    made = planned(
        "cheap tv",
        curation(
            rules="""
            rules:
              - {when: "query contains 'tv'", pin: [b, c], rewrite: television, redirect: /tv}
              - {when: "query starts with 'cheap'", pin: [a, b], rewrite: '', filter: "price<9"}
              - {name: x, hide: c, filter: "brand:Acme", redirect: /x}
            """
        ),
    )
    assert made.rules == ("query contains 'tv'", "query starts with 'cheap'", "x")
    assert made.pins == (Pin("b", 1), Pin("a", 2))
    assert made.hides == ("c",)
    assert [stated.text for stated in made.filters] == ["price<9", "brand:Acme"]
    assert made.redirect == "/tv"
    assert [term.text for term in made.terms] == ["cheap", "television"]


def test_rewriting_replaces_the_words_of_the_condition() -> None:
    """The rest stays as typed; what a rule says is finished, and is no reason for another rule."""
    by = curation(
        "telly, television",
        """
        rules:
          - {when: "query contains 'the telly'", rewrite: Telly set}
          - {when: "query contains 'set'", rewrite: set}
        """,
    )
    made = planned("buy the télly now", by)
    assert made.rewrite == "buy telly set now"
    assert [term.text for term in made.terms if term.prefix] == ["now"]
    assert made.rules == ("query contains 'the telly'",)
    assert made.synonyms == ("telly => television",)
    assert not any(term.prefix for term in planned("the telly", by).terms)


def test_all_words_may_be_taken_away() -> None:
    """What is left then is a search without words, under the rule's filter."""
    rules = "rules: [{when: \"query contains 'cheap'\", rewrite: '', filter: 'price<9'}]"
    made = planned("cheap", curation(rules=rules))
    assert (made.rewrite, made.terms) == ("", ())


def test_a_sorted_search_has_no_pins() -> None:
    """Who asks for an order gets it; all else still holds."""
    by = curation(
        rules="rules: [{name: a, pin: 1, hide: 2, boost: {filter: 'price<9', weight: 1}}]"
    )
    made = plan(Asked("", Typo(), by, sorted=True, now=NOON))
    assert (made.pins, made.boosts, made.hides) == ((), (), ("2",))


def test_rules_and_synonyms_are_told() -> None:
    """By name, with the filters as they are written."""
    by = curation("tv => television", "rules: [{name: a, filter: 'brand:A', pin: 7}]")
    _, steps = explained(Asked("tv", Typo(), by, now=NOON))
    changes = {step.name: step.changes for step in steps}
    assert changes["rules"] == {
        "rules": ["a"], "pins": [{"id": "7", "at": 1}], "filters": ["brand:A"],
    }  # fmt: skip
    assert changes["synonyms"]["synonyms"] == ["tv => television"]


@given(st.lists(st.sampled_from(["tv", "cheap", "how", "to", "a"]), max_size=6).map(" ".join))
def test_filters_of_rules_are_those_of_the_file(text: str) -> None:
    """A rule that does not hold changes nothing; the same text gives the same plan."""
    by = curation(
        rules="""
        rules:
          - {when: "query contains 'tv'", filter: "brand:A", rewrite: set}
          - {when: "query starts with 'how to'", filter: "brand:B"}
        """
    )
    made = planned(text, by)
    assert made == planned(text, by)
    assert (Equals("brand", "A") in [s.filter for s in made.filters]) == ("tv" in text.split())
    assert (Equals("brand", "B") in [s.filter for s in made.filters]) == text.startswith("how to")


def test_a_search_is_another_one_when_its_rules_change() -> None:
    """So that no cursor goes on with them; rules that do not hold change nothing."""
    asked = {"q": "tv", "filter": "price<9"}
    plain = search_query(asked, SHOP)
    elsewhere = curation("radio, wireless", "rules: [{when: \"query is 'radio'\", pin: 1}]")
    assert search_query(asked, SHOP, elsewhere, NOON) == plain
    for by in (curation("tv, telly"), curation(rules="rules: [{hide: 1}]")):
        assert search_query(asked, SHOP, by, NOON).fingerprint != plain.fingerprint


def test_what_rules_ask_of_hits_they_ask_of_facets() -> None:
    """A facet counts without the caller's own clauses on it, and never without those of rules."""
    by = curation(rules="rules: [{filter: 'brand:A', hide: 7}]")
    query = search_query({"filter": "brand:B", "facets": "brand"}, SHOP, by, NOON)
    imposed = And((Equals("brand", "A"), Not(Ids(("7",)))))
    assert query.filter == And((Equals("brand", "B"), imposed))
    assert query.facets[0].filter == imposed
