"""Whatever is asked, a query stays below the number of clauses that a server takes."""

from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from searchsvc.domain.definition import Boost, Field, FieldType, IndexDefinition
from searchsvc.domain.query import Alternative, Match, SearchQuery, Term
from searchsvc.engines.clauses import clauses
from searchsvc.engines.elastic.plan import Plan
from searchsvc.engines.elastic.query import Words, group
from searchsvc.engines.elastic.room import Room, room

LIMIT = 1024  # of a server that nobody has set up otherwise


# How many clauses a leaf becomes at most, by what it says of its field.
LEAVES = {
    "term": lambda _: 1,
    "regexp": lambda _: 1,
    "fuzzy": lambda of: of.get("max_expansions", 1),
    "match_phrase": lambda of: len(of["query"].split()),
    "prefix": lambda of: int(of["rewrite"].partition("freqs_")[2] or 1),
}


def leaves(query: Any) -> Iterator[int]:
    """The clauses of each leaf of a query."""
    if isinstance(query, list):
        for part in query:
            yield from leaves(part)
    elif isinstance(query, dict):
        for name, body in query.items():
            if name in LEAVES:
                yield LEAVES[name](next(iter(body.values())))
            else:
                yield from leaves(body)


@given(
    number=st.integers(1, 32),
    fields=st.integers(1, 20),
    match=st.sampled_from(Match),
    together=st.booleans(),
    boosted=st.booleans(),
)
def test_a_query_has_few_enough_clauses(number, fields, match, together, boosted) -> None:
    """Of the longest query with typos everywhere, in as many fields as a table has."""
    made = tuple(Field(f"f{n}", FieldType.TEXT, weight=1.0) for n in range(fields))
    terms = [Term(f"misspelt{n}", 2, prefix=n == number - 1) for n in range(number)]
    pairs = [Alternative(n, n + 2, (f"pair{n}",)) for n in range(number - 1 if together else 0)]
    query = SearchQuery("x", match=match)
    boosts = (Boost("f0", 1.0, equals="x"),) if boosted else ()
    definition = IndexDefinition("x", made, boosts=boosts)
    words = Words(Plan(definition), query, clauses(terms, pairs, group), made, 1.5)
    assert sum(leaves(words.scoring)) <= LIMIT


def test_few_words_have_all_the_room() -> None:
    """And the more of them there are, the less each may stand for."""
    assert room([3], 4, spelt=False) == Room(50)
    assert room([2, 2, 3], 6, spelt=True).expansions < 50
    assert room([2] * 32, 6, spelt=False).expansions == 0
    assert room([2] * 32, 12, spelt=False).lean
    assert room([0] * 5, 6, spelt=False) == Room(50)


def test_all_words_are_looked_up_as_guessed_only_where_many_guesses_are_left() -> None:
    """More documents with all words are not worth fewer hits."""
    assert room([3], 4, spelt=True, guessed=True) == Room(49, guessed=True)
    assert room([3] * 8, 10, spelt=True, guessed=True) == Room(1)
