"""The contract of rankings: what multiplies a score, chosen by name."""

import asyncio
from dataclasses import replace

from searchsvc.domain.definition import FIRST, Boost, Ranking
from searchsvc.domain.query import Match
from tests.contract.support import INDEX, PRODUCTS, document, query

POPULAR = Boost("price", 0.5, by="log")
SHOP = replace(
    PRODUCTS,
    boosts=(POPULAR,),
    rankings=(
        Ranking("plain"),
        Ranking("same", (POPULAR,)),
        Ranking("stocked", (Boost("", 2.0, when="in_stock:true AND price<50"),)),
        Ranking("cheap", (Boost("price", -0.1, by="sqrt"), Boost("tags", 0.01, equals="b"))),
    ),
)
LAMPS = (
    document("1", name="lamp", price=10, in_stock=True),
    document("2", name="lamp", price=100, in_stock=True),
    document("3", name="lamp", price=20, in_stock=False, tags="b"),
    document("4", name="lamp"),
)


def ids(engines, text: str, **options) -> list[str]:
    """The ids of one search's hits."""
    result = asyncio.run(engines.search.search(query(text, **options)))
    return [hit.id for hit in result.hits]


def test_each_ranking_orders_by_its_own_boosts(engines) -> None:
    """With words and without; a condition is any filter; none at all leaves ties by id."""
    engines.serve(*LAMPS, definition=SHOP)
    expected = {
        "default": ["2", "3", "1", "4"], "same": ["2", "3", "1", "4"],
        "plain": ["1", "2", "3", "4"], "stocked": ["1", "2", "3", "4"],
        "cheap": ["4", "1", "3", "2"],
    }  # fmt: skip
    for ranking, wanted in expected.items():
        assert ids(engines, "lamp", ranking=ranking) == wanted, ranking
        assert ids(engines, "", ranking=ranking) == wanted, ranking
    assert ids(engines, "lamp") == expected["default"]


def test_how_much_a_ranking_says(engines) -> None:
    """Scores differ by the factors of the ranking, and by nothing else."""
    engines.serve(*LAMPS, definition=SHOP)
    for text in ("lamp", ""):
        result = asyncio.run(engines.search.search(query(text, ranking="stocked")))
        scores = [hit.score for hit in result.hits]
        assert round(scores[0] / scores[1], 4) == 3.0
        assert scores[1] == scores[2] == scores[3]


def test_a_walk_by_a_ranking(engines) -> None:
    """Page after page in the same order, ties and all."""
    many = (document(f"{n:02}", name="lamp", price=n % 7, in_stock=n % 2 == 0) for n in range(40))
    engines.serve(*many, definition=SHOP)
    for text in ("lamp", ""):
        for ranking in ("default", "plain", "stocked", "cheap"):
            found, after = [], None
            while True:
                asked = query(text, ranking=ranking, limit=7, after=after)
                result = asyncio.run(engines.search.search(asked))
                if not result.hits:
                    break
                found += [hit.id for hit in result.hits]
                after = result.last
            assert found == ids(engines, text, ranking=ranking, limit=100), (text, ranking)
            assert len(found) == 40


def test_a_ranking_without_a_default(engines) -> None:
    """The default ranking may be the plain one where another boosts."""
    definition = replace(PRODUCTS, rankings=(Ranking("popular", (POPULAR,)),))
    engines.serve(*LAMPS, definition=definition)
    assert ids(engines, "lamp") == ["1", "2", "3", "4"]
    assert ids(engines, "lamp", ranking="popular") == ["2", "3", "1", "4"]
    assert engines.search.live(INDEX).definition == definition


WEIGHED = replace(
    PRODUCTS,
    rankings=(
        Ranking("by_text", weights=(("name", 0.5), ("description", 40.0), ("*", 0.0))),
        Ranking("by_name", weights=(("name", 40.0), ("description", 0.5), ("*", 0.0))),
    ),
)


def test_weights_of_a_ranking(engines) -> None:
    """What a word counts in which field; the same documents are hits by each of them."""
    engines.serve(
        document("1", name="lamp", description="stands on a desk"),
        document("2", name="desk", description="carries a lamp"),
        definition=WEIGHED,
    )
    rankings = {ranking.name: ranking.weights for ranking in WEIGHED.rankings}
    assert ids(engines, "lamp", ranking="by_name", weights=rankings["by_name"]) == ["1", "2"]
    assert ids(engines, "lamp", ranking="by_text", weights=rankings["by_text"]) == ["2", "1"]
    only = {"ranking": "by_text", "weights": rankings["by_text"], "search_fields": ("name",)}
    assert ids(engines, "lamp", **only) == ["1"]


SOME = replace(
    PRODUCTS,
    rankings=(
        Ranking("whole", all_words=FIRST),
        Ranking("any", all_words=0.0),
        Ranking("popular", (Boost("price", 5.0, by="log"),), all_words=0.0),
    ),
)


def test_what_all_words_are_worth(engines) -> None:
    """Nothing, so that the best word decides; or more than anything, also without boosts."""
    engines.serve(
        document("1", name="lamp", price=1),
        document("2", name="of much brass", description="no lamp beside this one on it", price=2),
        document("3", name="lamp", price=900),
        *(document(f"9{n}", name="much", description="brass, brass and brass") for n in range(20)),
        definition=SOME,
    )
    live = engines.search.live(INDEX).definition
    assert live == SOME  # whatever keeps it
    worth = {ranking.name: ranking.all_words for ranking in live.rankings}

    def found(ranking: str) -> list[str]:
        return ids(
            engines,
            "lamp brass",
            match=Match.ANY,
            ranking=ranking,
            all_words=worth[ranking],
            search_fields=("name", "description"),
            limit=3,
        )

    assert found("whole")[0] == "2"
    assert found("any") == ["1", "3", "2"]
    assert found("popular")[0] == "3"
    assert ids(engines, "lamp brass", match=Match.ANY, ranking="whole", all_words=1000.0)[0] == "2"


def test_the_joined_field_has_a_weight_of_its_own(engines) -> None:
    """It can outweigh every field: whoever says a word twice, wherever, is about it."""
    engines.serve(
        document("1", name="lamp two", description="of glass and brass and steel and wood"),
        document("2", name="desk", description="lamp lamp", brand="lamp"),
        definition=WEIGHED,
    )
    fields = (("name", 9.0), ("brand", 1.0), ("description", 1.0))
    assert ids(engines, "lamp", weights=(*fields, ("*", 0.0))) == ["1", "2"]
    assert ids(engines, "lamp", weights=(*fields, ("*", 1000.0))) == ["2", "1"]
