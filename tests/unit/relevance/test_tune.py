"""Tuning: finds what there is to find, and claims nothing where there is nothing."""

import asyncio
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest

from searchsvc.domain.definition import Field, FieldType, IndexDefinition
from searchsvc.engines.embedded import EmbeddedEngine, EmbeddedStore
from searchsvc.engines.memory import MemoryEngine, MemoryStore
from searchsvc.errors import UsageError
from searchsvc.relevance.features import FeatureLog, Features
from searchsvc.relevance.metrics import ndcg
from searchsvc.relevance.tune import Sample
from searchsvc.relevance.tuning import IndexTuner, Tuning, usual_weights
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


def engines(made: Engines | None = None) -> Engines:
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
            )
            for n in range(120)
        ),
        definition=DEFINITION,
    )
    return made


def service(made: Engines) -> SearchService:
    """What searches them."""
    return SearchService(made.search, {INDEX: DEFINITION})


def tuned(made: Engines, ratings: dict[str, dict[str, float]]) -> Tuning:
    """What tuning by those ratings gives."""
    return asyncio.run(IndexTuner(made.search, service(made), INDEX).tune(ratings))


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
    weights = dict(found.tuned.weights)
    assert weights["description"] > 2 * max(weights["name"], weights["brand"])
    assert found.is_better
    assert found.verdict.startswith("better on queries that were held out: ndcg@10")
    assert found.held_out > found.before + 0.1
    assert sorted(q for part in found.tuned.parts for q in part) == sorted(judged_by(made, "brand"))


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


def test_scores_are_worked_out_as_the_engine_does(tmp_path: Path) -> None:
    """For other weights than those in use: to a thousandth, where no typo is forgiven."""
    made = engines(Engines(EmbeddedStore(tmp_path, 50), EmbeddedEngine(tmp_path)))

    async def compare() -> None:
        log = FeatureLog(made.search, DEFINITION)
        names = [name for name, _ in usual_weights(DEFINITION)[:-1]]
        weights = (("name", 0.5), ("description", 4.0), ("brand", 9.0), ("*", 0.25))
        for text in ("wordab", "wordcd wordef", "wordaa wordbb wordcc"):
            given = {"q": f"{text} ", "per_page": 100, "typo": "off"}
            answer = await service(made).search(INDEX, given, Stages())
            hits = [hit.id for hit in answer.result.hits]
            features = await log.features(answer.query, hits, ())
            sample = Sample(names, {text: features}, {text: {hits[0]: 1.0}})
            scores = sample.scores(np.array([weight for _, weight in weights]))
            asked = replace(answer.query, weights=weights, limit=100)
            real = {hit.id: hit.score for hit in (await made.search.search(asked)).hits}
            for id, score in zip(features.ids, scores, strict=True):
                assert score == pytest.approx(real[id], rel=1e-3), (text, id)

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
        assert values[n] == pytest.approx(ndcg(order, ratings[query]))


def test_weights_keep_within_bounds() -> None:
    """However far a search is drawn."""
    made = engines()
    found = tuned(made, judged_by(made, "description"))
    for weights in (found.tuned.weights, *found.tuned.by_part):
        assert all(0.01 <= weight <= 1000 for name, weight in weights if name != "*")
