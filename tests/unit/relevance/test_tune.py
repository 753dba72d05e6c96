"""Tuning: finds what there is to find, and claims nothing where there is nothing."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from random import Random
from statistics import fmean
from typing import Any, cast

import numpy as np
import pytest

from searchsvc.definitions.synonyms import parse_synonyms
from searchsvc.domain.curation import Curation, Rule
from searchsvc.domain.definition import (
    FIRST,
    HIGHEST,
    JOINED_WEIGHT,
    Boost,
    Field,
    FieldType,
    Groups,
    IndexDefinition,
)
from searchsvc.domain.index import IndexVersion
from searchsvc.domain.query import Pin, SearchQuery
from searchsvc.domain.result import Hit, SearchResult
from searchsvc.engines.boosts import multiplier
from searchsvc.engines.embedded import EmbeddedEngine, EmbeddedStore
from searchsvc.engines.memory import MemoryEngine, MemoryStore
from searchsvc.errors import UsageError
from searchsvc.relevance.boosted import BoostedSearch
from searchsvc.relevance.evaluate import Ratings
from searchsvc.relevance.features import FeatureLog, Features, weights_of
from searchsvc.relevance.metrics import Metric, read_metric
from searchsvc.relevance.sample import Sample
from searchsvc.relevance.tune import Tuner
from searchsvc.relevance.tuning import METRIC, IndexTuner, Tuning
from searchsvc.search.service import SearchService
from searchsvc.telemetry.stages import Stages
from tests.contract.support import INDEX, Engines, document

DEFINITION = IndexDefinition(
    INDEX,
    (
        Field("name", FieldType.TEXT, weight=3.0),
        Field("description", FieldType.TEXT, weight=1.0),
        Field("brand", FieldType.KEYWORD, weight=1.0, facet=True),
    ),
)
WORDS = [f"word{chr(97 + n)}{chr(97 + m)}" for n in range(5) for m in range(5)]


def engines(made: Engines | None = None, definition: IndexDefinition = DEFINITION) -> Engines:
    """120 documents of random words, in memory or where they are wanted."""
    random, store = Random(1), MemoryStore()
    made = made or Engines(store, MemoryEngine(store))
    made.serve(
        *(
            document(
                f"{n:03}",
                name=" ".join(random.choices(WORDS, k=3)),
                description=" ".join(random.choices(WORDS, k=6)),
                brand=random.choice(WORDS),
                **({"sold": sold(n)} if definition.field("sold") else {}),
            )
            for n in range(120)
        ),
        definition=definition,
    )
    return made


def service(made: Engines) -> SearchService:
    """What searches them."""
    return SearchService(made.search, {INDEX: DEFINITION})


def tuned(made: Engines, ratings: dict[str, dict[str, float]]) -> Tuning:
    """What tuning by those ratings gives."""
    tuner = IndexTuner(made.search, service(made), INDEX, multiplier)
    return asyncio.run(tuner.tune(ratings))


async def _hits(made: Engines, field: str, text: str) -> list[str]:
    given = {"q": f"{text} ", "search_fields": [field], "per_page": 20}
    answer = await service(made).search(INDEX, given, Stages())
    return [hit.id for hit in answer.result.hits]


def judged_by(made: Engines, field: str) -> dict[str, dict[str, float]]:
    """Ratings of people to whom a document is what `field` says."""
    found = {word: asyncio.run(_hits(made, field, word)) for word in WORDS}
    return {word: dict.fromkeys(ids, 1.0) for word, ids in found.items() if ids}


def test_what_people_mean_is_found() -> None:
    """Where only the description matters, it comes to weigh most; proven on held-out queries."""
    made = engines()
    found = tuned(made, judged_by(made, "description"))
    weights = dict(found.tuned.ranking.weights)
    assert weights["description"] > 2 * max(weights["name"], weights["brand"])
    assert found.is_better
    assert found.verdict.startswith("better on queries that were held out: ndcg@10")
    assert found.held_out > found.before + 0.1
    assert sorted(q for part in found.tuned.parts for q in part) == sorted(judged_by(made, "brand"))


def test_of_one_field_it_is_tried_what_all_words_are_worth() -> None:
    """There are no weights to turn; nothing is claimed where nothing is found."""
    made = engines(definition=replace(DEFINITION, fields=DEFINITION.fields[:1]))
    held = judged_by(made, "name")
    pairs = {f"{one} {other}": held.get(other, {}) for one, other in pairwise(WORDS)}
    found = tuned(made, {query: rated for query, rated in pairs.items() if rated})
    assert found.tuned.tried >= 8
    assert not found.is_better


def test_from_shuffled_judgments_nothing_is_claimed() -> None:
    """Whatever the search finds on them is chance, and held-out queries say so."""
    made, random = engines(), Random(4)
    everything = [f"{n:03}" for n in range(120)]
    ratings = {}
    for word in WORDS:
        ids = asyncio.run(_hits(made, "name", word)) + asyncio.run(_hits(made, "description", word))
        chosen = random.sample(sorted(set(ids)) or everything, min(5, len(set(ids)) or 5))
        ratings[word] = dict.fromkeys(chosen, 1.0)
    found = tuned(made, ratings)
    assert not found.is_better
    assert found.verdict.startswith("not proven better than the default")


def test_the_same_sample_is_tuned_alike() -> None:
    """Parts are drawn by the seed."""
    made = engines()
    ratings = judged_by(made, "description")
    one, other = tuned(made, ratings), tuned(made, ratings)
    assert (one.tuned, one.difference) == (other.tuned, other.difference)


BOOSTED = replace(DEFINITION, boosts=(Boost("", 2.0, when="brand:wordaa"),))
SYNONYMS = Curation(parse_synonyms("wordcd => wordef, wordaa\n", Path("synonyms.txt")))


@pytest.mark.parametrize("worth", [None, 0.0, 2.0, FIRST])
@pytest.mark.parametrize("definition", [DEFINITION, BOOSTED], ids=["plain", "boosted"])
def test_scores_are_worked_out_as_the_engine_does(
    tmp_path: Path, definition: IndexDefinition, worth: float | None
) -> None:
    """For other weights and worths than those in use: to a thousandth, where no typo is forgiven.

    A synonym counts in its best field and not beside the word it stands for: to a tenth.
    """
    made = engines(Engines(EmbeddedStore(tmp_path, 50), EmbeddedEngine(tmp_path)), definition)

    async def compare() -> None:
        log = FeatureLog(made.search.search, definition)
        names = [name for name, _ in weights_of(definition, SearchQuery(INDEX))[:-1]]
        weights = (("name", 0.5), ("description", 4.0), ("brand", 9.0), ("*", 0.25))
        searching = service(made).curated_by(SYNONYMS)
        for text in ("wordab", "wordcd", "wordcd wordef", "wordaa wordbb wordcc"):
            given = {"q": f"{text} ", "per_page": 100, "typo": "off"}
            answer = await searching.search(INDEX, given, Stages())
            hits = [hit.id for hit in answer.result.hits]
            features = await log.features(answer.query, hits, ())
            sample = Sample(names, {text: features}, {text: {hits[0]: 1.0}})
            scores = sample.scores(np.array([weight for _, weight in weights]), worth)
            asked = replace(answer.query, weights=weights, all_words=worth, limit=100)
            real = {hit.id: hit.score for hit in (await made.search.search(asked)).hits}
            for id, score in zip(features.ids, scores, strict=True):
                exact = 0.1 if "wordcd" in text else 1e-3
                assert score == pytest.approx(real[id], rel=exact), (text, id)

    asyncio.run(compare())
    asyncio.run(made.search.close())
    made.store.close()


def test_too_little_to_tune_by() -> None:
    """Is said with what it takes."""
    made = engines()
    few = dict(list(judged_by(made, "name").items())[:19])
    with pytest.raises(UsageError, match="19 queries") as refused:
        tuned(made, few)
    assert "judge 20" in str(refused.value)


def test_values_are_those_of_the_metric() -> None:
    """nDCG@10 by arrays is nDCG@10, ties in the order that was logged."""
    random = Random(2)
    found, ratings = {}, {}
    for q in range(30):
        ids = tuple(f"d{n}" for n in range(random.randint(1, 25)))
        word = tuple(tuple(float(random.randint(0, 3)) for _ in ids) for _ in range(2))
        zero = (0.0,) * len(ids)
        found[f"q{q}"] = Features(ids, (word,), (zero, zero), zero, (False,) * len(ids))
        ratings[f"q{q}"] = {id: float(random.randint(0, 3)) for id in ids} | {"other": 1.0}
    sample = Sample(["a", "b"], found, ratings)
    scores = sample.scores(np.array([1.0, 0.5, 0.0]))
    values = sample.values(scores)
    for n, query in enumerate(sample.queries):
        start, end = sample.starts[n], sample.starts[n + 1]
        own = list(zip(found[query].ids, scores[start:end], strict=True))
        order = [id for id, _ in sorted(own, key=lambda pair: -pair[1])]
        assert values[n] == pytest.approx(METRIC.of(order, ratings[query]))


def test_weights_keep_within_bounds() -> None:
    """However far a search is drawn."""
    made = engines()
    found = tuned(made, judged_by(made, "description"))
    for ranking in (found.tuned.ranking, *found.tuned.by_part):
        assert all(0.01 <= weight <= 1000 for name, weight in ranking.weights if name != "*")


VERSION = IndexVersion(INDEX, datetime(2026, 8, 23, tzinfo=UTC), 1)
SOLD = replace(DEFINITION, fields=(*DEFINITION.fields, Field("sold", FieldType.NUMBER)))


def judged_by_sales(made: Engines) -> dict[str, dict[str, float]]:
    """Ratings of people to whom the one that sells best is right, of all that hold the word."""
    ratings = {}
    for word in WORDS:
        ids = {id for f in ("name", "description") for id in asyncio.run(_hits(made, f, word))}
        best = sorted(ids, key=lambda one: -sold(int(one)))[:3]
        ratings[word] = dict.fromkeys(best, 1.0)
    return {word: rated for word, rated in ratings.items() if rated}


def sold(n: int) -> float:
    """Of a few thousands, of most some dozens."""
    return float(Random(n).randint(1, 70) ** 2)


def test_a_number_that_people_go_by_is_found() -> None:
    """As a boost by its logarithm; and it is as good as it was told once it is really indexed."""
    made = engines(definition=SOLD)
    ratings = judged_by_sales(made)
    found = tuned(made, ratings)
    assert [boost.field for boost in found.tuned.ranking.boosts] == ["sold"]
    assert found.is_better
    ranking = replace(found.tuned.ranking, name="tuned")
    indexed = engines(definition=replace(SOLD, rankings=(ranking,)))
    asked = SearchQuery(INDEX, weights=ranking.weights, all_words=ranking.all_words)
    factor = multiplier(SOLD, ranking.boosts)
    tried = BoostedSearch(made.search.search, factor, ("sold",), HIGHEST)
    for word in ratings:
        plain = asyncio.run(_query(made, word, asked))
        real = asyncio.run(indexed.search.search(replace(plain, ranking="tuned")))
        boosted = asyncio.run(tried.search(plain))
        assert [hit.id for hit in boosted.hits] == [hit.id for hit in real.hits]


async def _query(made: Engines, word: str, like: SearchQuery) -> SearchQuery:
    answer = await service(made).search(INDEX, {"q": f"{word} "}, Stages())
    return replace(answer.query, weights=like.weights, all_words=like.all_words)


def test_numbers_stay_out_of_it_where_the_default_ranking_boosts() -> None:
    """What it boosts by stays, and is kept by the ranking that is found."""
    boosts = (Boost("sold", 0.2, by="log"),)
    made = engines(definition=replace(SOLD, boosts=boosts))
    found = tuned(made, judged_by_sales(made))
    assert found.tuned.ranking.boosts == boosts


def test_a_hit_far_behind_by_its_words_is_looked_for() -> None:
    """Where a boost could bring one to the front that is not among the first hundred."""
    documents = [(f"{n:03}", 300.0 - n, 0.0) for n in range(300)]
    documents[250] = ("250", 50.0, 9.0)

    async def search(query: SearchQuery) -> SearchResult:
        asked.append(query.limit)
        hits = tuple(Hit(id, score, b'{"n": %f}' % n) for id, score, n in documents[: query.limit])
        return SearchResult(VERSION, len(documents), hits)

    asked: list[int] = []
    wide = BoostedSearch(search, lambda d: 1 + cast("float", d["n"]), ("n",), 10.0)

    def ids(by: BoostedSearch, **asked: int) -> list[str]:
        return [hit.id for hit in asyncio.run(by.search(SearchQuery(INDEX, **asked))).hits]

    assert ids(wide, limit=3) == ["250", "000", "001"]
    assert asked == [100, 1000]
    narrow = replace(wide, highest=1.1)
    assert ids(narrow, limit=3) == ["000", "001", "002"]
    assert asked == [100, 1000, 100]
    assert ids(wide, limit=2, offset=1) == ["000", "001"]
    assert ids(wide, limit=0) == []


def told_is_true(definition: IndexDefinition, ratings: Ratings, **curation: Any) -> Tuning:
    """What tuning tells of each part is what its ranking gives once it is really indexed."""
    curated = Curation(**curation)

    def values(made: Engines, queries: Iterable[str], ranking: str) -> list[float]:
        return asyncio.run(_values(service(made).curated_by(curated), queries, ranking, ratings))

    made = engines(definition=definition)
    tuner = IndexTuner(made.search, service(made).curated_by(curated), INDEX, multiplier)
    found = asyncio.run(tuner.tune(ratings))
    assert fmean(values(made, ratings, "default")) == pytest.approx(found.before)
    after = []
    for part, ranking in zip(found.tuned.parts, found.tuned.by_part, strict=True):
        whole = replace(definition, rankings=(replace(ranking, name="tuned"),))
        after += values(engines(definition=whole), part, "tuned")
    assert fmean(after) == pytest.approx(found.held_out)
    return found


async def _values(
    searching: SearchService, queries: Iterable[str], ranking: str, ratings: Ratings,
    metric: Metric = METRIC,
) -> list[float]:  # fmt: skip
    values = []
    for query in queries:
        given = {"q": f"{query} ", "ranking": ranking, "per_page": metric.looks_at}
        answer = await searching.search(INDEX, given, Stages())
        values.append(metric.of([hit.id for hit in answer.result.hits], ratings[query]))
    return values


def test_it_is_told_of_judged_hits_alone() -> None:
    """As the metric of that name gives it, but for words that are logged with a typo forgiven."""
    ratings: dict[str, dict[str, float]] = {
        query: {id: float(int(id) % 3) for id in rated if int(id) % 2}
        for query, rated in judged_by(engines(), "description").items()
    }
    ratings = {query: rated for query, rated in ratings.items() if any(rated.values())}
    found = tuned(engines(), ratings)
    metric = read_metric("ndcg_judged@10")

    def values(definition: IndexDefinition, queries: Iterable[str], ranking: str) -> list[float]:
        searching = service(engines(definition=definition))
        return asyncio.run(_values(searching, queries, ranking, ratings, metric))

    before, held_out = found.tuned.judged_alone
    assert before == pytest.approx(fmean(values(DEFINITION, ratings, "default")), abs=0.03)
    after = []
    for part, ranking in zip(found.tuned.parts, found.tuned.by_part, strict=True):
        named = replace(DEFINITION, rankings=(replace(ranking, name="tuned"),))
        after += values(named, part, "tuned")
    assert held_out == pytest.approx(fmean(after), abs=0.03)
    assert before > found.before + 0.1
    assert found.judged_alone == f"ndcg_judged@10 {held_out:.4f} for {before:.4f}"


def test_of_judged_hits_alone_as_much_is_looked_at_as_by_the_metric() -> None:
    """A judged document behind the first hundred is not there; a query without hits is 0."""
    ids = tuple(f"{n:03}" for n in range(120))
    score = tuple(float(len(ids) - n) for n in range(len(ids)))
    nothing = tuple(0.0 for _ in ids)
    features = Features(ids, ((score,),), (nothing,), nothing, tuple(map(bool, nothing)))
    rated = {"050": 3.0, "110": 3.0}
    ratings = {"one": rated, "two": rated, "none": {"000": 1.0}}
    found = {"one": features, "two": features, "none": Features((), (), (), (), ())}
    sample = Sample(["name"], found, ratings)
    expected = read_metric("ndcg_judged@10").of(ids, rated)
    assert expected == pytest.approx(0.6131, abs=1e-4)
    values = sample.values(sample.scores(np.array([1.0, 0.0])), judged_alone=True)
    assert values == pytest.approx([expected, expected])
    definition = IndexDefinition(INDEX, DEFINITION.fields[:1])
    start = replace(definition.all_rankings[0], weights=(("name", 1.0), (JOINED_WEIGHT, 0.0)))
    assert Tuner(sample, start).tune(folds=2).judged_alone.before == pytest.approx(2 * expected / 3)


def pairs_by_sales(made: Engines) -> dict[str, dict[str, float]]:
    """Ratings of pairs of words by people to whom the best seller is right, with both or not."""
    words = judged_by_sales(made)
    texts = [(one, other) for n, one in enumerate(WORDS) for other in WORDS[n + 1 : n + 3]]
    return {
        f"{one} {other}": dict([max((*words[one].items(), *words[other].items()),
                                    key=lambda rated: sold(int(rated[0])))])
        for one, other in texts
        if one in words and other in words
    }  # fmt: skip


def test_what_a_ranking_with_new_boosts_gives_is_what_was_measured() -> None:
    """It says what all words are worth beside them: without, that would be another thing."""
    found = told_is_true(SOLD, pairs_by_sales(engines(definition=SOLD)))
    assert [boost.field for boost in found.tuned.ranking.boosts] == ["sold"]
    assert found.tuned.ranking.all_words is not None


def test_pins_stand_where_they_are_served() -> None:
    """Before and after: a pinned document is no gain of either."""
    rules = Rule("pin", 1, pins=(Pin("000", 1), Pin("001", 2)))
    made = engines(definition=SOLD)
    pinned = {q: {"000": 1.0, **rated} for q, rated in judged_by(made, "description").items()}
    told_is_true(SOLD, pinned, always=(rules,))


def test_groups_are_ranked_as_they_are_served() -> None:
    """By their best hits, with boosts and without."""
    grouped = replace(SOLD, groups=Groups(("brand",), "brand"))
    made = engines(definition=SOLD)
    found = told_is_true(grouped, judged_by_sales(made))
    assert found.before < 1


def test_queries_that_find_nothing_count_as_they_do() -> None:
    """As 0, before and after; where nearly all do there is nothing to tune by."""
    made = engines()
    ratings = judged_by(made, "description")
    more = {f"nothing{n}": {"000": 1.0} for n in range(25)}
    found = tuned(made, ratings | more)
    alone = tuned(made, ratings)
    assert found.queries == alone.queries + 25
    assert found.before == pytest.approx(alone.before * alone.queries / found.queries)
    with pytest.raises(UsageError, match="of the 25 judged queries 0 find anything"):
        tuned(made, more)


def test_the_order_of_judgments_is_nothing() -> None:
    """As judgments of a file and of a set come in different orders."""
    made = engines()
    ratings = judged_by(made, "description")
    turned = dict(reversed(ratings.items()))
    assert tuned(made, ratings).difference == tuned(made, turned).difference


def test_weights_of_fields_may_be_of_any_scale() -> None:
    """Those of a ranking have bounds, in which they come to the same."""
    fields = tuple(replace(field, weight=field.weight * 900) for field in DEFINITION.fields)
    made = engines(definition=replace(DEFINITION, fields=fields))
    found = tuned(made, judged_by(made, "description"))
    assert all(0.01 <= w <= 1000 for name, w in found.tuned.ranking.weights if name != "*")
    assert dict(found.tuned.ranking.weights)["*"] <= 1000
