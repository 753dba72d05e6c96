"""Parameters become a query that fits the definition, or an error that names the parameter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.definitions.mappings import parse_mapping
from searchsvc.domain.query import FacetRequest, Match, SortKey, Term
from searchsvc.errors import RequestError, UnknownParameter
from searchsvc.search.parameters import SEARCH_PARAMETERS
from searchsvc.search.request import search_query, suggest_query

BOOKS = parse_mapping(
    "books",
    """
    fields:
      title: text^8, suggest, highlight, sort
      author: keyword^2, facet
      year: number, facet, sort
      isbn: id
      internal: text, hidden
      rank: number, hidden
      shop: geo
    typo: {off_for: [isbn]}
    sorts: {newest: "year:desc"}
    ranking: {default: [], popular: [{boost: {field: year, weight: 1}}]}
    """,
)


def test_defaults_make_a_query_for_everything() -> None:
    """No parameter at all asks for the first ten documents by relevance."""
    query = search_query({}, BOOKS)
    assert (query.text, query.terms, query.offset, query.limit) == ("", (), 0, 10)
    assert query.match is Match.ALL
    assert query.fields is None


def test_words_become_terms_with_typos_by_length() -> None:
    """Short words and numbers are taken as they stand; the last word is unfinished."""
    query = search_query({"q": "The Hitchhiker 1984 guid"}, BOOKS)
    assert query.terms == (
        Term("the", optional=True),
        Term("hitchhiker", typos=2),
        Term("1984"),
        Term("guid", typos=1, prefix=True),
    )
    assert search_query({"q": "guide "}, BOOKS).terms == (Term("guide", typos=1),)
    assert search_query({"q": "guide", "typo": "off"}, BOOKS).terms == (Term("guide", prefix=True),)


def test_query_strings_and_json_values_mean_the_same() -> None:
    """`?facets=author,year` and `{"facets": ["author", "year"]}` are one query."""
    from_url = {"facets": "author,year", "per_page": "5", "page": "3", "highlight": "false"}
    from_json = {"facets": ["author", "year"], "per_page": 5, "page": 3, "highlight": False}
    assert search_query(from_url, BOOKS) == search_query(from_json, BOOKS)
    assert search_query(from_url, BOOKS).offset == 10


def test_all_facets_by_a_star() -> None:
    """`*` counts every facet field of the definition."""
    assert search_query({"facets": "*"}, BOOKS).facets == (
        FacetRequest("author", 10),
        FacetRequest("year", 10),
    )


def test_sorts_by_name_and_by_field() -> None:
    """A named sort and `field:order` both become sort keys; a field counts once."""
    assert search_query({"sort": "newest,title:asc"}, BOOKS).sort == (
        SortKey("year", descending=True),
        SortKey("title"),
    )
    assert search_query({"sort": "newest,year:asc"}, BOOKS).sort == (SortKey("year", True),)


@pytest.mark.parametrize(
    ("given_", "param", "words"),
    [
        ({"qq": "x"}, "qq", "did you mean 'q'?"),
        ({"pge": 1}, "pge", "did you mean 'page'?"),
        ({"page": "0"}, "page", "at least 1"),
        ({"page": "-1"}, "page", "at least 1"),
        ({"page": "1.5"}, "page", "whole number"),
        ({"page": 1.5}, "page", "whole number"),
        ({"page": True}, "page", "whole number"),
        ({"page": "١"}, "page", "whole number"),
        ({"page": "9" * 5000}, "page", "at most 10000"),
        ({"page": "99999999999999999999999"}, "page", "at most 10000"),
        ({"page": "-" + "9" * 30}, "page", "at least 1"),
        ({"page": 1e23}, "page", "at most 10000"),
        ({"page": "-"}, "page", "whole number"),
        ({"page": ["1", "2"]}, "page", "more than once"),
        ({"per_page": "101"}, "per_page", "at most 100"),
        ({"page": 1000, "per_page": 100}, "page", "beyond the first 10000"),
        ({"q": "x" * 1001}, "q", "longer than 1000"),
        ({"q": 5}, "q", "must be a string"),
        ({"q": None}, "q", "must be a string"),
        ({"match": "most"}, "match", "cannot be 'most'"),
        ({"highlight": "yes"}, "highlight", "true or false"),
        ({"facets": "auther"}, "facets", "did you mean 'author'?"),
        ({"facets": [1]}, "facets", "list of strings"),
        ({"facets": {}}, "facets", "list of strings"),
        ({"sort": "yaer"}, "sort", "did you mean 'year'?"),
        ({"sort": "year:up"}, "sort", "use year:asc or year:desc"),
        ({"sort": "author"}, "sort", "cannot sort by 'author'"),
        ({"fields": "internal"}, "fields", "no such field"),
        ({"search_fields": "internal"}, "search_fields", "no such field"),
        ({"search_fields": "year"}, "search_fields", "no such field"),
        ({"filter": "auther:x"}, "filter", "did you mean 'author'?"),
    ],
)
def test_faults_name_the_parameter(given_: dict[str, object], param: str, words: str) -> None:
    """Every fault says which parameter it is and what would do."""
    with pytest.raises(RequestError) as caught:
        search_query(given_, BOOKS)
    assert caught.value.param == param
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "asked",
    [
        {"filter": "{0}>10"},
        {"filter": "{0} EXISTS"},
        {"sort": "{0}:asc"},
        {"facets": "{0}"},
        {"fields": "{0}"},
        {"search_fields": "{0}"},
    ],
)
@pytest.mark.parametrize("name", ["rank", "internal"])
def test_no_error_tells_of_a_hidden_field(asked: dict[str, str], name: str) -> None:
    """It is as unknown as one that is not there: no message or hint has more than was asked."""
    errors = []
    for field in (name, "zzzzzz"):
        with pytest.raises(RequestError) as caught:
            search_query({key: value.format(field) for key, value in asked.items()}, BOOKS)
        errors.append(str(caught.value).replace(field, "it"))
    assert errors[0] == errors[1]
    assert "rank" not in errors[0]
    assert "internal" not in errors[0]


def test_the_page_is_repeated_even_without_hits() -> None:
    """A page of no hits is still the page that was asked for."""
    query = search_query({"per_page": "0", "page": "5"}, BOOKS)
    assert (query.page, query.offset, query.limit) == (5, 0, 0)
    assert search_query({"page": "007"}, BOOKS).page == 7


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
)


@given(
    st.dictionaries(
        st.sampled_from([p.name for p in SEARCH_PARAMETERS]) | st.text(max_size=8), JSON
    )
)
def test_no_value_breaks_the_reader(given_: dict[str, object]) -> None:
    """Any JSON object is a query or a RequestError, never another exception."""
    try:
        query = search_query(given_, BOOKS)
    except RequestError as error:
        assert error.message
    else:
        assert query.limit <= 100


def test_suggest_takes_its_own_parameters() -> None:
    """A suggest request knows `q`, `limit` and `typo` and refuses the rest."""
    assert suggest_query({"q": "hit", "limit": "3"}, BOOKS).limit == 3
    with pytest.raises(UnknownParameter):
        suggest_query({"page": 1}, BOOKS)


SHOWING = {
    "page": 2, "per_page": 3, "facets": "author", "facet_limit": 3, "fields": "title",
    "highlight": False, "explain": True, "cursor": "x", "group_by": "none", "group_size": 2,
}  # fmt: skip
DECIDING = {
    "q": "dune", "filter": "year>1", "sort": "year:asc", "search_fields": "title", "match": "any",
    "typo": "off", "ranking": "popular",
    "near": "1,2", "radius": "5km", "box": "1,2,3,4", "geo_field": "shop", "lang": "en",
}  # fmt: skip


def test_what_decides_on_hits_makes_another_search() -> None:
    """Every parameter either shows hits or decides on them; only the latter count."""
    plain = search_query({}, BOOKS).fingerprint
    shown = {name: search_query({name: value}, BOOKS) for name, value in SHOWING.items()}
    assert {query.fingerprint for query in shown.values()} == {plain}
    others = {
        search_query({"near": "0,0", name: value}, BOOKS).fingerprint
        for name, value in DECIDING.items()
    }
    assert len(others - {plain}) == len(DECIDING)
    assert SHOWING.keys() | DECIDING.keys() == {one.name for one in SEARCH_PARAMETERS}
    assert search_query({"sort": ["year:asc"]}, BOOKS) == search_query({"sort": "year:asc"}, BOOKS)


def test_a_ranking_by_its_name() -> None:
    """The default one without a name; an unknown one names the nearest."""
    assert search_query({}, BOOKS).ranking == "default"
    assert search_query({"ranking": "popular"}, BOOKS).ranking == "popular"
    with pytest.raises(RequestError) as caught:
        search_query({"ranking": "populr"}, BOOKS)
    assert (caught.value.param, caught.value.hint) == ("ranking", "did you mean 'popular'?")
