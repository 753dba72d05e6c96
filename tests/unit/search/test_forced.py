"""What a token forces on requests of one index."""

from dataclasses import replace

import pytest

from searchsvc.domain.access import Restriction
from searchsvc.domain.curation import Curation, Rule
from searchsvc.domain.query import Equals, Pin
from searchsvc.errors import KeyForbids
from searchsvc.search.forced import Forced, ForcedFilters
from searchsvc.search.request import search_query, similar_query, suggest_query
from tests.support.films import FILMS

DRAMA = Equals("genre", "Drama")


def test_a_restriction_is_read_once_for_a_definition() -> None:
    """In either form of a filter; anew where the definition is another one."""
    forced = ForcedFilters()
    for filter in ("genre:Drama", {"field": "genre", "eq": "Drama"}):
        within = Restriction(filter, 5, str(filter))
        first = forced.of(within, FILMS)
        assert (first.filter, first.max_per_page, first.mark) == (DRAMA, 5, str(filter))
        assert forced.of(within, FILMS) is first
        assert forced.of(within, replace(FILMS)) is not first


@pytest.mark.parametrize("filter", ["tenant:7", "genre:", " ", {}, {"field": "genre"}])
def test_what_cannot_be_read_forbids(filter) -> None:
    """Rather than let everything pass."""
    with pytest.raises(KeyForbids, match="cannot be used in index 'films'"):
        ForcedFilters().of(Restriction(filter, None, "x"), FILMS)


def test_every_kind_of_query_is_narrowed() -> None:
    """Without any filter of its own, and facets of the forced field too."""
    forced = Forced(DRAMA, None, "x")
    query = search_query({"facets": "*", "filter": "genre:Comedy"}, FILMS, forced=forced)
    assert DRAMA in query.filter.parts
    genre = next(facet for facet in query.facets if facet.field == "genre")
    assert genre.filter == DRAMA
    assert similar_query({}, FILMS, forced=forced).filter == DRAMA
    assert suggest_query({"q": "n"}, FILMS, forced=forced).filter == DRAMA


def test_another_filter_is_another_walk() -> None:
    """What is forced is a part of what a cursor goes on with."""
    prints = {
        search_query({"q": "night"}, FILMS, forced=Forced(DRAMA, None, mark)).fingerprint
        for mark in ("", "a", "b")
    }
    assert len(prints) == 3


def test_steps_name_no_documents() -> None:
    """Who may not see all of them is not told which are pinned or hidden."""
    rule = Rule("first", 0, pins=(Pin("film/1", 1),), hides=("film/2",))
    curation, asked = Curation(always=(rule,)), {"q": "night", "explain": True}
    open_steps = str(search_query(asked, FILMS, curation).applied.steps)
    assert "film/1" in open_steps
    assert "film/2" in open_steps
    query = search_query(asked, FILMS, curation, forced=Forced(DRAMA, None, "x"))
    assert "film/" not in str(query.applied.steps)
    assert "first" in str(query.applied.steps)
