"""Narrowing: no document that a filter passes is left out, and none that it refuses gets in."""

from hypothesis import given
from hypothesis import strategies as st

from searchsvc.domain.query import And, Equals, Filter, Not, Or
from searchsvc.search.narrowing import narrowed

A, B, C, D = (Equals("field", name) for name in "abcd")
FILTERS = st.none() | st.recursive(
    st.sampled_from([A, B, C, D]),
    lambda inner: (
        st.lists(inner, max_size=4).map(lambda parts: And(tuple(parts)))
        | st.lists(inner, min_size=1, max_size=3).map(lambda parts: Or(tuple(parts)))
        | inner.map(Not)
    ),
    max_leaves=6,
)


def passes(filter: Filter | None, document: frozenset[Filter]) -> bool:
    """Whether a document for which these conditions hold passes."""
    match filter:
        case None:
            return True
        case And(parts):
            return all(passes(part, document) for part in parts)
        case Or(parts):
            return any(passes(part, document) for part in parts)
        case Not(part):
            return not passes(part, document)
    return filter in document


@given(st.lists(FILTERS, min_size=1, max_size=5), st.sets(st.sampled_from([A, B, C, D])))
def test_candidates_and_the_rest_are_the_filter(filters, held) -> None:
    """For every filter and every document; and a candidate passes one of the filters."""
    document, narrow = frozenset(held), narrowed(filters)
    candidate = passes(narrow.candidates, document)
    for filter in filters:
        rest = passes(narrow.rest(filter), document)
        assert (candidate and rest) == passes(filter, document)
    assert candidate == any(passes(filter, document) for filter in filters)


def test_too_many_alternatives_are_not_told() -> None:
    """What all say still narrows; each filter is asked for the rest."""
    clauses = [Equals(f"field{n}", "a") for n in range(12)]
    every = [And((A, *clauses[:n], *clauses[n + 1 :])) for n in range(12)]
    narrow = narrowed(every)
    assert narrow.candidates == A
    assert narrow.rest(every[0]) == And(tuple(clauses[1:]))
    assert isinstance(narrowed(every[:9]).candidates, And)


def test_what_all_say_is_said_once() -> None:
    """And each facet is asked only for what is left of its filter."""
    every = [And((A, B, C, D)), And((B, C, D)), And((A, C, D)), And((A, B, D)), D]
    assert narrowed(every[:2]).candidates == And((B, C, D))
    narrow = narrowed(every[:4])
    assert narrow.candidates == And((D, Or((And((B, C)), And((A, C)), And((A, B))))))
    assert narrow.rest(every[1]) == And((B, C))
    assert narrowed(every).candidates == D
    assert narrowed(every).rest(D) is None
    assert narrowed([A, A]).candidates == A
    assert narrowed([A, None]).candidates is None
    assert narrowed([And((A, And((B, C)))), And((And((B,)), A))]).candidates == And((A, B))
