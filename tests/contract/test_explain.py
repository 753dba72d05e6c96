"""The contract of explanations: shares add up, and what is told to change the order does."""

import asyncio
from dataclasses import replace

import pytest

from searchsvc.domain.definition import FIRST, Boost, Field, FieldType, IndexDefinition, Ranking
from searchsvc.domain.query import Match
from searchsvc.errors import RequestError
from searchsvc.relevance.explain import Explainer
from searchsvc.relevance.explanation import Explanation
from searchsvc.relevance.shares import Source
from searchsvc.search.service import SearchService
from searchsvc.telemetry.stages import Stages
from tests.contract.support import INDEX, Engines, document, query

DEFINITION = IndexDefinition(
    INDEX,
    (
        Field("name", FieldType.TEXT, weight=3.0),
        Field("description", FieldType.TEXT, weight=1.0),
        Field("brand", FieldType.KEYWORD, weight=1.0, facet=True),
        Field("price", FieldType.NUMBER, sort=True),
    ),
)
LAMPS = (
    document("named", name="remote lamp", description="it shines", brand="acme", price=3),
    document("told", name="lamp", description="with a remote, and a lamp", brand="acme", price=2),
    document("bare", name="ceiling lamp for the hall", description="it shines", brand="x", price=1),
    document("other", name="chair", description="for the hall", brand="remote", price=9),
    *(document(f"c{n}", name=f"chair {n}", description="to sit", price=n) for n in range(20)),
)


def explained(engines: Engines, id: str, vs: str | None, **given: object) -> Explanation:
    """Of a search for `remote lamp`, unless another is given."""
    service = SearchService(engines.search, {INDEX: DEFINITION})
    asked = {"q": "remote lamp ", "match": "any", **given}
    explainer = Explainer(service)
    return asyncio.run(explainer.explain(INDEX, id, vs, asked, Stages()))


@pytest.mark.parametrize("id", ["named", "told", "bare", "other"])
@pytest.mark.parametrize("boosted", [False, True], ids=["words", "boosts"])
def test_shares_add_up_to_the_score(engines: Engines, id: str, boosted: bool) -> None:
    """With boosts and without; nearly nothing is left that no part tells."""
    boosts = (Boost("price", 0.5, by="log"),) if boosted else ()
    engines.serve(*LAMPS, definition=replace(DEFINITION, boosts=boosts))
    found = explained(engines, id, None)
    assert sum(part.score for part in found.hit.parts) == pytest.approx(found.hit.why.score, 1e-3)
    assert sum(part.share for part in found.hit.parts) == pytest.approx(1)
    rest = [part.share for part in found.hit.parts if part.source is Source.REST]
    assert all(abs(share) < 0.02 for share in rest), found.hit.parts
    assert (found.hit.factor > 1.2) is boosted
    best = found.hit.parts[0]
    assert any(f"{best.share:.0%} of its score" in reason for reason in found.reasons)


def test_who_holds_all_words_comes_first_and_that_is_told(engines: Engines) -> None:
    """And nothing else where it decides: neither shares of a gap nor weights."""
    whole = replace(DEFINITION, rankings=(Ranking("whole", all_words=FIRST),))
    engines.serve(*LAMPS, definition=whole)
    found = explained(engines, "bare", "told", ranking="whole")
    assert found.other is not None
    assert (found.hit.behind, found.other.behind, found.ahead) == (True, False, False)
    assert (found.differences, found.weights) == ((), ())
    assert any("told holds all words, which comes before" in one for one in found.reasons)
    assert any("it lacks a word" in one for one in found.reasons)
    assert sum(part.score for part in found.hit.parts) == pytest.approx(found.hit.why.score, 1e-3)
    both = explained(engines, "bare", "other", ranking="whole")
    assert both.differences != ()


def test_what_it_takes_to_pass(engines: Engines) -> None:
    """Each weight that is told puts it first when the engine is asked with it; less does not."""
    engines.serve(*LAMPS, definition=DEFINITION)
    found = explained(engines, "told", "named", typo="off")
    assert not found.ahead
    assert sum(one.share for one in found.differences) == pytest.approx(1)
    up = next(one for one in found.weights if one.field == "description")
    assert up.weight > up.now == 1.0

    def first(weight: float) -> str:
        weights = (("description", weight), ("*", 2.5))
        asked = query("remote lamp", match=Match.ANY, weights=weights)
        return asyncio.run(engines.search.search(asked)).hits[0].id

    assert first(up.weight) == "told"
    assert first(up.now + (up.weight - up.now) * 0.98) == "named"
    assert any("it would pass named if the weight of description" in r for r in found.reasons)


def test_a_boost_that_decides_is_named(engines: Engines) -> None:
    """Rather than the words that it multiplies."""
    boosted = replace(DEFINITION, boosts=(Boost("price", 2.0, by="log"),))
    twins = [document(str(n), name=f"remote lamp {n}", price=10**n) for n in range(3)]
    engines.serve(*twins, *LAMPS[4:], definition=boosted)
    found = explained(engines, "0", "2")
    assert found.differences[0].source is Source.BOOSTS
    assert found.differences[0].share > 0.95
    assert sum(one.share for one in found.differences) == pytest.approx(1)
    assert any("of that: boosts and decays, which multiply by" in one for one in found.reasons)


def test_nothing_stands_against_itself(engines: Engines) -> None:
    """It would tell zeros."""
    engines.serve(*LAMPS, definition=DEFINITION)
    with pytest.raises(RequestError, match="'told' cannot stand against itself"):
        explained(engines, "told", "told")


def test_a_word_that_is_missing(engines: Engines) -> None:
    """Is told with about what the document would score."""
    engines.serve(*LAMPS, definition=DEFINITION)
    found = explained(engines, "bare", "named")
    (word,) = [one for one in found.words if (one.word, one.field) == ("remote", "name")]
    assert word.score > found.hit.score
    assert {one.word for one in found.differences[:3]} >= {"remote"}
    assert any(r.startswith("if its name held 'remote' as that of named") for r in found.reasons)


def test_where_scores_do_not_decide(engines: Engines) -> None:
    """A sorted search, a document that is no hit, and one that stands before already."""
    engines.serve(*LAMPS, definition=DEFINITION)
    by_price = explained(engines, "named", "told", sort="price")
    assert (by_price.weights, by_price.hit.parts) == ((), ())
    assert any("sorted" in reason for reason in by_price.reasons)
    none = explained(engines, "named", "c1")
    assert none.other is not None
    assert not none.other.why.hit
    assert any(reason.startswith("c1 is no hit") for reason in none.reasons)
    alike = explained(engines, "c3", "c2", q="chair sit ")
    assert any("both score the same" in reason for reason in alike.reasons)
    assert alike.weights == ()
    before = explained(engines, "named", "told")
    assert before.ahead
    assert (before.weights, before.words) == ((), ())
