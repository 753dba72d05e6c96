"""The contract of SearchEngine: matches, order, filters, facets, highlights and suggestions."""

import asyncio
import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import chain, permutations

import orjson
import pytest

from searchsvc.domain.definition import Boost, Field, FieldType, IndexDefinition, Sort, Typo
from searchsvc.domain.document import Delete, Document
from searchsvc.domain.query import (
    And,
    Equals,
    Exists,
    FacetRequest,
    Match,
    Not,
    OneOf,
    Or,
    Range,
    SortKey,
    Term,
)
from searchsvc.engines.embedded import EmbeddedEngine
from searchsvc.engines.memory import MemoryEngine
from searchsvc.errors import NotServing, UnknownVersion
from tests.contract.support import (
    PRODUCTS,
    START,
    boosted,
    document,
    query,
    suggestion,
    typed,
    version,
)

CATALOGUE = (
    document(
        "1", name="Running shoes", brand="Nike", sku="NK-100/A", price=80.5, in_stock=True,
        description="Light shoes for long runs on roads, in the city and in the woods behind it",
        tags=["sport", "outdoor"], added=START, notes="secret", cost=3.5, extra={"a": [1]},
    ),
    document(
        "2", name="Shoe", brand="adidas", sku="AD-2", price=20, in_stock=False, tags=["sport"],
        added=START + timedelta(microseconds=1),
    ),
    document("3", name="Über-Socken", brand="Black Nike", sku="7", price=-3, tags=[]),
    document("4", name="Python cookbook", brand="O'Reilly", price=20, in_stock=True,
             description="Recipes & <script>alert(1)</script> for mastering Python", tags="book"),
    document("5", name="Cooking for two", brand="Books", description="A cookbook", tags=["book"]),
)  # fmt: skip


@pytest.fixture
def catalogue(engines):
    """An engine that serves CATALOGUE."""
    engines.serve(*CATALOGUE)
    return engines


def find(engines, text: str = "", **options):
    """The result of one search."""
    return asyncio.run(engines.search.search(query(text, **options)))


def ids(engines, text: str = "", **options) -> list[str]:
    """The ids of one search's hits; they are complete, and so is the total."""
    result = find(engines, text, **options)
    assert result.total >= len(result.hits)
    return [hit.id for hit in result.hits]


def suggest(engines, text: str, typos: int = 0, limit: int = 8):
    """The result of one suggest query."""
    return asyncio.run(engines.search.suggest(suggestion(text, typos, limit)))


# --- words ---------------------------------------------------------------------------------------

WORDS = {
    "a word": ("python", {"4"}),
    "its case does not matter": ("PYTHON", {"4"}),
    "nor do accents": ("uber", {"3"}),
    "accents may be typed": ("Über", {"3"}),
    "decomposed accents are accents": ("U\u0308ber", {"3"}),
    "inflections": ("shoes", {"1", "2"}),
    "inflections of verbs": ("run", {"1"}),
    "a keyword is searched by its words": ("nike", {"1", "3"}),
    "words may be in different fields": ("nike running", {"1"}),
    "every word counts": ("nike python", set()),
    "an id": ("AD-2", {"2"}),
    "an id without its punctuation": ("nk100a", {"1"}),
    "stored fields are not searched": ("secret", set()),
    "syntax is text": ('name:python AND -shoes* "', set()),
    "punctuation alone asks for nothing": ("?!", {"1", "2", "3", "4", "5"}),
    "an unknown word": ("zebra", set()),
    "an emoji": ("\N{GRINNING FACE}", {"1", "2", "3", "4", "5"}),
}


@pytest.mark.parametrize(("text", "expected"), WORDS.values(), ids=WORDS)
def test_words_match(catalogue, text, expected) -> None:
    """The same documents match on every engine, and the total counts them."""
    result = find(catalogue, text)
    assert {hit.id for hit in result.hits} == expected
    assert result.total == len(expected)


def test_any_word_is_enough_when_asked(catalogue) -> None:
    """With `any`, one word suffices, and more words rank higher."""
    assert ids(catalogue, "python zebra", match=Match.ANY) == ["4"]
    assert set(ids(catalogue, "python cooking", match=Match.ANY)) == {"4", "5"}
    assert ids(catalogue, "cookbook python zebra", match=Match.ANY)[0] == "4"


def test_the_last_word_may_be_unfinished(catalogue) -> None:
    """A prefix matches whole words; each step of typing keeps finding what is meant."""
    for length in range(1, len("running") + 1):
        assert "1" in ids(catalogue, terms=typed("running"[:length])), length
    assert ids(catalogue, "pyth") == []
    assert set(ids(catalogue, terms=typed("cook"))) == {"4", "5"}
    assert ids(catalogue, terms=typed("ad")) == ["2"]
    assert ids(catalogue, terms=typed("NK 1")) == ["1"]


def test_typos_are_forgiven_as_allowed(catalogue) -> None:
    """So many edits as the term allows, a swap of neighbours counting as one."""
    assert ids(catalogue, terms=(Term("pyhton", 1),)) == ["4"]
    assert ids(catalogue, terms=(Term("pyhton"),)) == []
    assert ids(catalogue, terms=(Term("coookbok", 1),)) == []
    assert set(ids(catalogue, terms=(Term("coookbok", 2),))) == {"4", "5"}
    assert ids(catalogue, terms=(Term("bython", 1),)) == [], "the first letter must agree"


def test_an_unfinished_word_may_be_misspelt(catalogue) -> None:
    """The beginning of a word is corrected while it is typed."""
    assert ids(catalogue, terms=typed("pyhto", 1)) == ["4"]


def test_typos_are_off_where_the_definition_says_so(engines) -> None:
    """Ids and the fields in `typo.off_for` match only as spelt."""
    definition = IndexDefinition(
        "products",
        (
            Field("name", FieldType.TEXT, weight=1),
            Field("author", FieldType.TEXT, weight=1),
            Field("sku", FieldType.ID, weight=1),
        ),
        typo=Typo(off_for=("author",)),
    )
    engines.serve(
        document("1", name="Hemingway"), document("2", author="Hemingway"),
        document("3", sku="hemingway"), definition=definition,
    )  # fmt: skip
    assert ids(engines, terms=(Term("hemmingway", 2),)) == ["1"]
    assert set(ids(engines, "hemingway")) == {"1", "2", "3"}
    assert set(ids(engines, "hemingways")) == {"1", "2"}, "nor is an id inflected"


def test_a_correction_is_commoner_than_what_was_typed(engines) -> None:
    """A rare word that somebody means is not drowned by its common neighbour."""
    engines.serve(
        document("1", name="form"), document("2", name="form"), document("3", name="from"),
    )  # fmt: skip
    assert ids(engines, terms=(Term("from", 1),))[0] == "3"
    found = ids(engines, terms=(Term("form", 1),))
    assert set(found[:2]) == {"1", "2"}
    assert len(found) == 2 or not engines.knows_its_words


def test_only_the_asked_fields_are_searched(catalogue) -> None:
    """`search_fields` restricts; a field without weight finds nothing."""
    assert ids(catalogue, "cookbook", search_fields=("description",)) == ["5"]
    assert ids(catalogue, "nike", search_fields=("name", "description")) == []
    assert ids(catalogue, "sport", search_fields=("tags",)) == []


def test_a_term_of_several_words_is_a_phrase(catalogue) -> None:
    """A term that is cut into words matches them side by side only."""
    assert ids(catalogue, terms=(Term("python-cookbook"),)) == ["4"]
    assert ids(catalogue, terms=(Term("cookbook-python"),)) == []


# --- rank ----------------------------------------------------------------------------------------


def test_heavier_fields_rank_higher(engines) -> None:
    """A match in a field of more weight comes first."""
    engines.serve(
        document("1", name="other thing", description="lamp"),
        document("2", name="lamp thing", description="other"),
    )
    assert ids(engines, "lamp") == ["2", "1"]


def test_the_document_named_as_typed_comes_first(engines) -> None:
    """A field that says nothing but the query outranks repetitions and longer names."""
    engines.serve(
        document("1", name="print print print print", description="print print"),
        document("2", name="print"),
        document("3", name="pretty print", description="print print print"),
        document("4", name="os.path print join", description="os path join " * 20),
        document("5", name="os.path.join"),
    )
    assert ids(engines, "print")[0] == "2"
    assert ids(engines, "os.path.join")[0] == "5"


def test_adjacent_words_rank_higher(engines) -> None:
    """Words that stand side by side in the order typed outrank the same words apart."""
    engines.serve(
        document("1", name="coffee of the world and beans"),
        document("2", name="the world of coffee beans and"),
    )
    assert ids(engines, "coffee beans") == ["2", "1"]


def test_the_exact_word_outranks_what_it_may_stand_for(engines) -> None:
    """As typed, then inflections, then completions and corrections, however rare those are."""
    engines.serve(
        document("1", name="lists of"), document("2", name="list of"),
        document("3", name="listening of"), *(document(f"9{n}", name="list") for n in range(5)),
    )  # fmt: skip
    found = ids(engines, terms=(Term("list", 1, prefix=True),), limit=20)
    assert found.index("2") < found.index("1") < found.index("3")


def test_boosts_multiply_every_score(engines) -> None:
    """Popular documents rise, unwanted ones sink, and the total stays exact."""
    definition = boosted(Boost("price", 0.5, by="log"), Boost("in_stock", -0.6, equals=False))
    engines.serve(
        document("1", name="lamp", price=0, in_stock=True),
        document("2", name="lamp", price=1000, in_stock=True),
        document("3", name="lamp", in_stock=False),
        document("4", name="lamp", price=[5, 7]),
        definition=definition,
    )
    result = find(engines, "lamp")
    assert [hit.id for hit in result.hits] == ["2", "4", "1", "3"]
    assert result.total == 4
    assert ids(engines) == ["2", "4", "1", "3"], "also where no word was asked for"


def test_extreme_boosts_stay_within_bounds(engines) -> None:
    """No value of a boost makes a document vanish or the ranking overflow."""
    engines.serve(
        document("1", name="lamp", price=1e300), document("2", name="lamp", price=-1e300),
        document("3", name="lamp"), definition=boosted(Boost("price", 1e10, by="value")),
    )  # fmt: skip
    result = find(engines, "lamp")
    assert [hit.id for hit in result.hits] == ["1", "3", "2"]
    assert all(0 < hit.score < 1e6 for hit in result.hits)


# --- filters -------------------------------------------------------------------------------------

FILTERS = {
    "a keyword": (Equals("brand", "Nike"), "1"),
    "a keyword's case matters": (Equals("brand", "nike"), ""),
    "one of several values": (Equals("tags", "sport"), "12"),
    "an id": (Equals("sku", "NK-100/A"), "1"),
    "a number": (Equals("price", 20), "24"),
    "a negative number": (Equals("price", -3.0), "3"),
    "a bool": (Equals("in_stock", False), "2"),
    "a date to the microsecond": (Equals("added", START), "1"),
    "one of": (OneOf("brand", ("Nike", "adidas", "nobody")), "12"),
    "one of numbers": (OneOf("price", (20, -3)), "234"),
    "one of none": (OneOf("brand", ()), ""),
    "a range": (Range("price", 20, 80.5), "124"),
    "a range without its ends": (Range("price", 20, 80.5, False, False), ""),
    "an open range": (Range("price", high=20, include_high=False), "3"),
    "a range of dates": (Range("added", low=START, include_low=False), "2"),
    "a range without ends": (Range("price"), "1234"),
    "exists": (Exists("in_stock"), "124"),
    "an empty list is no value": (Exists("tags"), "1245"),
    "not": (Not(Equals("brand", "Nike")), "2345"),
    "not, of a missing value": (Not(Exists("price")), "5"),
    "and": (And((Equals("price", 20), Equals("in_stock", True))), "4"),
    "or": (Or((Equals("brand", "Nike"), Range("price", high=0))), "13"),
    "and of none": (And(()), "12345"),
    "or of none": (Or(()), ""),
    "nested": (Not(Or((Not(Exists("price")), Equals("tags", "sport")))), "34"),
    "a value of another type": (Equals("price", "20"), ""),
    "an unknown field": (Equals("nothing", "x"), ""),
    "a hidden field": (Equals("cost", 3.5), "1"),
    "a text is no filter": (Equals("name", "Shoe"), ""),
}


@pytest.mark.parametrize(("filter", "expected"), FILTERS.values(), ids=FILTERS)
def test_filters_pass(catalogue, filter, expected) -> None:
    """A filter lets exactly these documents pass, with and without words beside it."""
    assert "".join(sorted(ids(catalogue, filter=filter))) == expected
    both = set(ids(catalogue, "shoe", filter=filter))
    assert both == set(expected) & {"1", "2"}


def test_a_filter_does_not_change_scores(catalogue) -> None:
    """Filtering keeps the order and the scores of what passes."""
    plain = {hit.id: hit.score for hit in find(catalogue, "shoe").hits}
    filtered = find(catalogue, "shoe", filter=Equals("brand", "Nike")).hits
    assert [hit.score for hit in filtered] == pytest.approx([plain["1"]])


def test_a_word_that_came_just_now_is_found_by_its_beginning(engines) -> None:
    """Whatever an engine remembers of the words before it, also of the many before it."""
    served = engines.serve(document("0", name="lamp"))
    for number in range(1, 30):
        engines.write(served, document(str(number), name=f"lamp{number}", sku=f"lamp-{number}"))
        assert len(ids(engines, terms=typed("lam"), limit=100)) == number + 1
        assert ids(engines, terms=typed(f"lamp{number}")) == [str(number)]


# --- facets --------------------------------------------------------------------------------------


def facets(engines, *requests: FacetRequest, **options):
    """Each facet's (value, count) pairs."""
    result = find(engines, facets=requests, limit=0, **options)
    return [[(b.value, b.count) for b in facet.buckets] for facet in result.facets]


def test_facets_count_values(catalogue) -> None:
    """Exact counts, most frequent first, ties by value, for every type that has values."""
    assert facets(catalogue, *(FacetRequest(n, 10) for n in ("tags", "price", "in_stock"))) == [
        [("book", 2), ("sport", 2), ("outdoor", 1)],
        [(20.0, 2), (-3.0, 1), (80.5, 1)],
        [(True, 2), (False, 1)],
    ]


def test_facets_follow_words_and_their_own_filter(catalogue) -> None:
    """A facet counts under its own filter, whatever the query's is."""
    chosen = Equals("tags", "book")
    own, other = facets(
        catalogue, FacetRequest("tags", 10), FacetRequest("tags", 10, chosen), filter=chosen
    )
    assert own == [("book", 2), ("sport", 2), ("outdoor", 1)]
    assert other == [("book", 2)]
    assert facets(catalogue, FacetRequest("brand", 10), text="shoe") == [
        [("Nike", 1), ("adidas", 1)]
    ]


def test_a_facet_is_cut_at_its_size(engines) -> None:
    """The commonest values are kept, and of those that tie the first by value."""
    many = [document(f"{n:03}", tags=[f"tag{n % 50:02}", "all"]) for n in range(100)]
    engines.serve(*many)
    (found,) = facets(engines, FacetRequest("tags", 4))
    assert found == [("all", 100), ("tag00", 2), ("tag01", 2), ("tag02", 2)]
    assert facets(engines, FacetRequest("tags", 0)) == [[]]


@pytest.mark.parametrize("size", [1, 7, 39, 40, 100])
def test_facets_are_exact_over_several_commits(engines, size) -> None:
    """However the documents lie, counts are exact; ties go by value, negative numbers too."""
    draw = random.Random(size)
    prices = [float(draw.randint(-20, 19)) for _ in range(60)] + [float(n) for n in range(-20, 20)]
    many = [document(f"{n:03}", price=price, tags=[f"tag{n}"]) for n, price in enumerate(prices)]
    served = engines.serve(*many[:30])
    for part in (many[30:60], many[60:]):
        engines.write(served, *part)
    expected = sorted(Counter(prices).items(), key=lambda item: (-item[1], item[0]))[:size]
    singles = sorted((f"tag{n}", 1) for n in range(100))[:size]
    requests = FacetRequest("price", size), FacetRequest("tags", size)
    assert facets(engines, *requests) == [expected, singles]


def test_a_value_twice_in_a_document_counts_once(engines) -> None:
    """Counts are of documents."""
    engines.serve(document("1", tags=["a", "a"]), document("2", tags=["a"]))
    assert facets(engines, FacetRequest("tags", 5)) == [[("a", 2)]]


def test_facets_of_what_has_no_values(catalogue) -> None:
    """A text or an unknown field gives an empty facet."""
    assert facets(catalogue, FacetRequest("name", 5), FacetRequest("nothing", 5)) == [[], []]


# --- order and pages -----------------------------------------------------------------------------

SORTS = {
    "a number": ((SortKey("price"),), "32415"),
    "a number, descending": ((SortKey("price", True),), "12435"),
    "a bool": ((SortKey("in_stock"),), "21435"),
    "a bool, descending": ((SortKey("in_stock", True),), "14235"),
    "a date": ((SortKey("added"),), "12345"),
    "a date, descending": ((SortKey("added", True),), "21345"),
    "a keyword": ((SortKey("brand"),), "35142"),
    "a text as people sort": ((SortKey("name"),), "54123"),
    "a text, descending": ((SortKey("name", True),), "32145"),
    "two keys": ((SortKey("price", True), SortKey("brand", True)), "12435"),
    "two keys with gaps": ((SortKey("in_stock"), SortKey("price", True)), "21435"),
    "an unknown field is passed over": ((SortKey("nothing"), SortKey("price")), "32415"),
}


@pytest.mark.parametrize(("sort", "expected"), SORTS.values(), ids=SORTS)
def test_hits_are_sorted(catalogue, sort, expected) -> None:
    """By each key in turn, missing values last either way, ties by id; also page by page."""
    assert "".join(ids(catalogue, sort=sort)) == expected
    pages = [ids(catalogue, sort=sort, offset=n, limit=2) for n in range(0, 6, 2)]
    assert "".join(chain(*pages)) == expected


@pytest.mark.parametrize("text", ["", "lamp"])
@pytest.mark.parametrize("sort", [(), (SortKey("in_stock"),), (SortKey("brand"), SortKey("price"))])
def test_pages_are_disjoint_and_complete(engines, text, sort) -> None:
    """Whatever ties, every document is on exactly one page, and ties are in the order of ids."""
    documents = [
        document(f"{n:03}", name="lamp", in_stock=n % 2 == 0, brand=f"b{n % 3}", price=n % 2)
        for n in range(70)
    ]
    made = engines.serve(*documents[:40])
    engines.write(made, *documents[40:])
    engines.write(made, Delete("005", 2), document("006", 2, name="lamp", brand="b9"))
    pages = [ids(engines, text, sort=sort, offset=n, limit=7) for n in range(0, 77, 7)]
    found = list(chain(*pages))
    assert len(found) == 69
    assert found == ids(engines, text, sort=sort, limit=100)
    assert sorted(found) == [d.id for d in documents if d.id != "005"]
    if not sort:
        assert found == sorted(found)


def test_long_rows_of_equal_scores_page_without_gaps(engines) -> None:
    """More ties than an engine may put in order are still on one page each."""
    engines.serve(*(document(f"{n:04}", name="lamp") for n in range(450)))
    pages = [ids(engines, "lamp", offset=n, limit=90) for n in range(0, 540, 90)]
    assert sorted(chain(*pages)) == [f"{n:04}" for n in range(450)]


def test_a_page_of_nothing_counts(catalogue) -> None:
    """A limit of 0 gives the total and the facets; a page behind the end is empty."""
    for text in ("", "shoe"):
        result = find(catalogue, text, limit=0, facets=(FacetRequest("brand", 5),))
        assert result.hits == ()
        assert result.total == (2 if text else 5)
        assert result.facets[0].buckets
    assert ids(catalogue, "shoe", offset=100) == []
    assert ids(catalogue, sort=(SortKey("price"),), offset=100) == []


# --- what a hit holds ----------------------------------------------------------------------------


def test_the_source_is_returned_as_written(engines) -> None:
    """Bytes in, the same bytes out, unless fields are asked for by name."""
    plain = IndexDefinition("products", (Field("a", FieldType.NUMBER), Field("b", FieldType.JSON)))
    engines.serve(document("1", b={"x": [1, 2.50]}, a=10**15), definition=plain)
    (hit,) = find(engines).hits
    assert hit.source == b'{"b":{"x":[1,2.5]},"a":1000000000000000}'
    (hit,) = find(engines, fields=("a", "zebra")).hits
    assert orjson.loads(hit.source) == {"a": 10**15}
    (hit,) = find(engines, fields=()).hits
    assert orjson.loads(hit.source) == {}


def test_no_digit_is_lost(engines) -> None:
    """Whether a field is hidden beside it or it is asked for by name, a number stays as written."""
    number = b'{"price":123456789012345678901234567890.10,"cost":1}'
    engines.serve(Document("1", 1, {"name": "lamp", "cost": 1}, number, 5))
    for options in ({}, {"fields": ("price",)}):
        (hit,) = find(engines, "lamp", **options).hits
        assert hit.source == b'{"price":123456789012345678901234567890.10}'


def test_hidden_fields_never_come_out(catalogue) -> None:
    """Not in a hit, not when asked for by name, not by id; but the digest covers them."""
    (hit,) = find(catalogue, "running").hits
    assert "cost" not in orjson.loads(hit.source)
    assert orjson.loads(hit.source)["notes"] == "secret"
    (hit,) = find(catalogue, "running", fields=("cost", "price")).hits
    assert orjson.loads(hit.source) == {"price": 80.5}
    hit = asyncio.run(catalogue.search.document("products", "1")).hit
    assert "cost" not in orjson.loads(hit.source)
    made = catalogue.store.live("products")
    assert catalogue.store.digests(made, ["1"]) == {"1": CATALOGUE[0].digest}


def test_highlights_mark_what_matched(catalogue) -> None:
    """Whole fields are marked where something matched; inflections and beginnings count."""
    marks = {hit.id: hit.highlight for hit in find(catalogue, "shoe").hits}
    assert marks["2"]["name"] == "<mark>Shoe</mark>"
    assert marks["1"]["name"] == "Running <mark>shoes</mark>"
    (hit,) = find(catalogue, terms=typed("soc")).hits
    assert hit.highlight["name"] == "Über-<mark>Socken</mark>"
    (hit,) = find(catalogue, terms=(Term("pyhton", 1),)).hits
    assert hit.highlight["name"] == "<mark>Python</mark> cookbook"


def test_snippets_are_short_and_safe(catalogue) -> None:
    """A snippet is cut around its matches, escaped, and shown even where nothing matched."""
    (hit,) = find(catalogue, "running", fields=("description",)).hits
    assert hit.highlight["description"].count(" ") <= 9
    assert "<mark>runs</mark>" in hit.highlight["description"]
    (hit,) = find(catalogue, "mastering").hits
    assert "<script>" not in hit.highlight["description"]
    (hit,) = find(catalogue, "nike", filter=Equals("brand", "Nike")).hits
    assert hit.highlight["description"] == "Light shoes for long runs on roads, in …"
    assert find(catalogue, "shoe", highlight=False).hits[0].highlight == {}


def test_a_document_by_id(catalogue) -> None:
    """The document as the live version holds it, None where it has none of that id."""
    result = asyncio.run(catalogue.search.document("products", "5"))
    assert orjson.loads(result.hit.source)["name"] == "Cooking for two"
    assert result.version == catalogue.store.live("products")
    for absent in ("6", "", "\ud800", "x" * 1000):
        assert asyncio.run(catalogue.search.document("products", absent)) is None


# --- suggestions ---------------------------------------------------------------------------------


def test_values_begin_as_typed(catalogue) -> None:
    """Values of which any word begins as typed, with their counts and marks."""
    found = suggest(catalogue, "ni").values
    assert [(v.field, v.value, v.count) for v in found] == [
        ("brand", "Black Nike", 1), ("brand", "Nike", 1),
    ]  # fmt: skip
    assert found[0].highlight == "Black <mark>Nike</mark>"
    assert [v.value for v in suggest(catalogue, "black ni").values] == ["Black Nike"]
    assert [v.value for v in suggest(catalogue, "nike bl").values] == ["Black Nike"]
    assert suggest(catalogue, "ike").values == ()


def test_values_forgive_typos_only_when_nothing_begins_as_typed(catalogue) -> None:
    """A misspelt value is found, but never beside one that is spelt as typed."""
    assert [v.value for v in suggest(catalogue, "adiads", 1).values] == ["adidas"]
    assert [v.value for v in suggest(catalogue, "adi", 1).values] == ["adidas"]
    assert suggest(catalogue, "adiads").values == ()


def test_hits_are_suggested_by_their_texts(catalogue) -> None:
    """Documents whose suggest field matches, the last word unfinished, marked."""
    found = suggest(catalogue, "cook").hits
    assert {(hit.id, hit.field, hit.text) for hit in found} == {
        ("4", "name", "Python cookbook"), ("5", "name", "Cooking for two"),
    }  # fmt: skip
    assert {hit.highlight for hit in found} == {
        "Python <mark>cookbook</mark>", "<mark>Cooking</mark> for two",
    }  # fmt: skip
    assert [hit.id for hit in suggest(catalogue, "pyhton", 1).hits] == ["4"]
    assert suggest(catalogue, "recipes").hits == (), "a description suggests nothing"


def test_a_hidden_text_completes_by_the_text_that_is_shown(engines) -> None:
    """Words of a hidden suggest field find the document, typos forgiven; none of them is shown."""
    definition = IndexDefinition(
        "products",
        (
            Field("name", FieldType.TEXT, weight=8.0, suggest=True),
            Field("words", FieldType.TEXT, weight=5.0, suggest=True, hidden=True),
        ),
    )
    engines.serve(
        document("1", name="ThreadPool", words="Thread Pool"),
        document("2", name="ManyPools", words="Pool of Threads"),
        document("3", name="Lamp", words="Thread"),
        definition=definition,
    )
    found = suggest(engines, "thred poo", 1).hits
    assert {(hit.id, hit.field, hit.text, hit.highlight) for hit in found} == {
        ("1", "name", "ThreadPool", "ThreadPool"), ("2", "name", "ManyPools", "ManyPools"),
    }  # fmt: skip
    assert suggest(engines, "thred poo").hits == ()


def test_suggested_texts_are_distinct_and_limited(engines) -> None:
    """The same text twice helps nobody; there are never more than asked for."""
    engines.serve(
        *(document(f"a{n}", name="Lamp") for n in range(5)),
        *(document(f"b{n}", name=f"Lamp {n}", brand=f"Lampion {n}") for n in range(9)),
    )
    found = suggest(engines, "lam", limit=4)
    assert len(found.values) == 4
    assert len(found.hits) == len({hit.text for hit in found.hits}) <= 4
    assert found.hits[0].text == "Lamp"
    assert suggest(engines, "?") == suggest(engines, "")
    assert suggest(engines, "").hits == suggest(engines, "").values == ()


# --- versions ------------------------------------------------------------------------------------


def test_an_index_without_a_live_version_does_not_serve(engines) -> None:
    """`live` says None, and every question is refused with the next step."""
    engines.create()
    assert engines.search.live("products") is None
    for index in ("products", "../products", "", "nothing"):
        with pytest.raises(NotServing, match="rebuild"):
            find(engines, index=index)
    with pytest.raises(NotServing):
        suggest(engines, "a")
    with pytest.raises(NotServing):
        asyncio.run(engines.search.document("products", "1"))


def test_searches_follow_commits_and_swaps(engines) -> None:
    """What is committed to the live version is found; a swap changes the answer as a whole."""
    first = engines.serve(document("1", name="lamp"))
    assert find(engines, "lamp").version == first
    engines.write(first, document("2", name="lampion"), document("1", 2, name="candle"))
    assert ids(engines, "lamp") == []
    assert ids(engines, "candle") == ["1"]
    assert ids(engines, terms=typed("lam")) == ["2"]
    second = engines.serve(document("3", name="lamp"), number=2)
    result = find(engines, "lamp")
    assert (result.version, [hit.id for hit in result.hits]) == (second, ["3"])
    engines.store.swap(first)
    engines.store.drop(second)
    assert ids(engines, "candle") == ["1"]


def test_a_version_is_searched_with_its_own_definition(engines) -> None:
    """`live` gives the definition that the version was built from, whole."""
    definition = IndexDefinition(
        "products", PRODUCTS.fields, language="de", typo=Typo(3, 6, ("brand",)),
        boosts=(Boost("price", 0.5, by="log"), Boost("in_stock", -0.5, equals=True)),
        sorts=(("cheap", Sort("price")),),
    )  # fmt: skip
    made = engines.serve(definition=definition)
    live = engines.search.live("products")
    assert (live.version, live.definition) == (made, definition)
    assert live.definition.hash == definition.hash


def test_indexes_do_not_mix(engines) -> None:
    """Two indexes answer each for itself."""
    other = IndexDefinition("other", PRODUCTS.fields)
    engines.serve(document("1", name="lamp"))
    engines.serve(document("2", name="lamp"), definition=other)
    assert ids(engines, "lamp") == ["1"]
    assert ids(engines, "lamp", index="other") == ["2"]
    assert engines.search.live("other").version == version(1, "other")


LANGUAGES = {
    "en": ("connection", "connected"), "de": ("Häuser", "haus"), "fr": ("chevaux", "cheval"),
    "es": ("camiones", "camion"), "ru": ("книги", "книга"), "xx": ("words", "words"),
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_inflections_follow_the_language(engines, language) -> None:
    """Each language has its own stems; an unknown one matches words as they stand."""
    written, asked = LANGUAGES[language]
    definition = IndexDefinition("products", PRODUCTS.fields, language=language)
    engines.serve(document("1", name=written), definition=definition)
    assert ids(engines, asked) == ["1"]


SCRIPTS = [
    "東京タワー",
    "Ελλάδα",
    "हिन्दी भाषा",
    "עברית",
    "ไทย",
    "й ё",
    "Straße",
    "ﬁle",
    "x² ½",
]


@pytest.mark.parametrize("text", SCRIPTS)
def test_every_script_finds_itself(engines, text) -> None:
    """A text is found by its own words and by their beginnings."""
    engines.serve(document("1", name=text, brand=text), document("2", name="other"))
    assert ids(engines, text) == ["1"]
    assert ids(engines, terms=typed(text)) == ["1"]


def test_a_sign_is_not_part_of_its_word(engines) -> None:
    """A trade mark sign behind a word does not make it another word."""
    engines.serve(document("1", name="Kindle™ Paperwhite®"))
    assert ids(engines, "kindle paperwhite") == ["1"]


def test_the_order_of_words_changes_nothing_in_what_matches(catalogue) -> None:
    """Any order of the same words finds the same documents."""
    found = {tuple(ids(catalogue, " ".join(p))) for p in permutations(("nike", "running", "shoe"))}
    assert found == {("1",)}


def test_the_engine_closes(catalogue) -> None:
    """Closing lets go; it may be called twice."""
    asyncio.run(catalogue.search.close())
    asyncio.run(catalogue.search.close())


def test_a_version_that_is_not_live_is_searched_by_name(engines) -> None:
    """By its own documents and definition; the live version goes on answering all else."""
    live = engines.serve(document("1", name="lamp"))
    fields = tuple(replace(field, highlight=False) for field in PRODUCTS.fields)
    other = engines.create(2, replace(PRODUCTS, fields=fields))
    engines.write(other, document("2", name="lamp"), document("3", name="lamp"))
    assert asyncio.run(engines.search.opened(other)).definition.fields == fields
    pinned = asyncio.run(engines.search.search(query("lamp", version=other)))
    assert (pinned.version, {hit.id for hit in pinned.hits}) == (other, {"2", "3"})
    assert all(not hit.highlight for hit in pinned.hits)
    assert asyncio.run(engines.search.search(query("lamp"))).version == live
    engines.write(other, document("4", name="lamp"))
    assert asyncio.run(engines.search.search(query("lamp", version=other))).total == 3


def test_a_version_that_is_gone_is_not_searched(engines) -> None:
    """Neither one that never was, nor one that was dropped after it had been searched."""
    engines.serve(document("1", name="lamp"))
    other = engines.create(2)
    assert asyncio.run(engines.search.search(query("lamp", version=other))).total == 0
    engines.store.drop(other)
    with pytest.raises(UnknownVersion):
        asyncio.run(engines.search.search(query("lamp", version=other)))
    with pytest.raises(UnknownVersion):
        asyncio.run(engines.search.opened(version(9)))


def test_what_answers_is_the_same_object_until_something_else_does(engines) -> None:
    """Cached answers go by that: a swap is seen, and on the embedded engine every change."""
    live = engines.serve(document("1", name="lamp"))
    first = engines.search.live("products")
    is_embedded = isinstance(engines.search, EmbeddedEngine)
    is_memory = isinstance(engines.search, MemoryEngine)  # of tests only: always another one
    assert (engines.search.live("products") is first) is not is_memory
    engines.write(live, document("2", name="lamp"))
    assert (engines.search.live("products") is first) is not (is_memory or is_embedded)
    engines.serve(document("1", name="lamp"), number=2)
    assert engines.search.live("products") is not first
