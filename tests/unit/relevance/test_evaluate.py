"""Evaluations: what they rest on, what they keep, and what may be compared."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from searchsvc.domain.evaluation import Answered, Basis, Evaluation
from searchsvc.domain.judgment import Judgment
from searchsvc.engines.memory import MemoryEngine, MemoryStore
from searchsvc.errors import (
    NotServing,
    StateError,
    UnknownEvaluation,
    UnlikeEvaluations,
    UsageError,
)
from searchsvc.relevance.bodies import summary_body
from searchsvc.relevance.compare import asked_depth, compare, compare_all, refuse_twice, summary
from searchsvc.relevance.evaluate import Evaluator, ratings_hash, ratings_of
from searchsvc.relevance.evaluations import EvaluationFiles
from searchsvc.relevance.metrics import Metric
from searchsvc.search.service import SearchService
from tests.contract.support import PRODUCTS, Engines, document

NDCG = Metric("ndcg", 10)
RATINGS = {"lamp": {"1": 2.0, "2": 1.0}, "chair": {"3": 1.0}, "odd": {"1": 0.0}}
BASIS = Basis("items", "items-1", "memory", "default", "d", "c", "j", 10)


@pytest.fixture
def engines() -> Engines:
    """Lamps and a chair."""
    store = MemoryStore()
    engines = Engines(store, MemoryEngine(store))
    engines.serve(
        document("1", name="lamp"), document("2", name="lamp red"), document("3", name="chair")
    )
    return engines


def evaluated(engines: Engines, ratings: Mapping = RATINGS, **options: object) -> Evaluation:
    """The evaluation of those ratings."""
    search = SearchService(engines.search, {PRODUCTS.name: PRODUCTS})
    evaluator = Evaluator(search, PRODUCTS.name, "memory")
    return asyncio.run(evaluator.evaluate(ratings, **options))


def evaluation(values: Mapping[str, str], ranking: str = "default", **basis: object) -> Evaluation:
    """One of queries with the ids that they found; document `x` is what is looked for."""
    answers = {q: Answered(tuple(ids), (1.0,) * len(ids), 2.0) for q, ids in values.items()}
    ratings = {query: {"x": 1.0} for query in values}
    found = replace(BASIS, ranking=ranking, **basis)
    return Evaluation(found, datetime(2026, 11, 28, tzinfo=UTC), answers, ratings, 0)


def test_every_query_that_can_tell_something_is_asked(engines: Engines) -> None:
    """With what it found and how long that took; the others are counted."""
    found = evaluated(engines)
    assert found.answers["lamp"].ids == ("1", "2")
    assert found.answers["lamp"].scores[0] >= found.answers["lamp"].scores[1] > 0
    assert found.answers["chair"].ms > 0
    assert (list(found.answers), found.left_out, found.empty) == (["lamp", "chair"], 1, [])
    told = summary(found, [NDCG])
    assert (told.scores[0].mean, told.queries, told.empty) == (1.0, 2, 0)
    assert told.judged == 1.0


def test_it_rests_on_what_it_says(engines: Engines) -> None:
    """The same again has the same id; another rating, depth or version another one."""
    first = evaluated(engines)
    assert evaluated(engines).basis == first.basis
    assert first.basis.version.startswith(PRODUCTS.name)
    other = {**RATINGS, "lamp": {"1": 1.0, "2": 1.0}}
    assert evaluated(engines, other).basis.judgments != first.basis.judgments
    assert evaluated(engines, depth=5).basis.id != first.basis.id
    new = engines.create(2)
    engines.write(new, document("1", name="lamp"))
    engines.store.swap(new)
    assert evaluated(engines).basis.version != first.basis.version


def test_what_cannot_be_evaluated(engines: Engines) -> None:
    """Says what is missing."""
    with pytest.raises(UsageError, match="no ranking 'defualt'"):
        evaluated(engines, ranking="defualt")
    with pytest.raises(UsageError, match="no query has a relevant document"):
        evaluated(engines, {"lamp": {"1": 0.0}})
    store = MemoryStore()
    with pytest.raises(NotServing):
        evaluated(Engines(store, MemoryEngine(store)))


def test_a_query_that_is_refused_finds_nothing(engines: Engines) -> None:
    """As its sender would; the others are asked all the same."""
    found = evaluated(engines, {"x" * 2000: {"1": 1.0}, "lamp": {"1": 1.0}})
    assert found.empty == ["x" * 2000]
    assert found.answers["lamp"].ids


def test_several_judges_are_averaged() -> None:
    """And the hash knows neither order nor source."""
    given = [Judgment("a", "1", 3.0), Judgment("a", "1", 1.0), Judgment("a", "2", 1.0)]
    assert ratings_of(given) == {"a": {"1": 2.0, "2": 1.0}}
    assert ratings_hash(ratings_of(given)) == ratings_hash(ratings_of(given[::-1]))


def test_a_comparison_in_figures_and_words() -> None:
    """Who moved, by how much, and both lists."""
    queries = [f"q{n}" for n in range(40)]
    a = evaluation(dict.fromkeys(queries, "abx"))
    b = evaluation({q: "xab" if n < 30 else "abx" for n, q in enumerate(queries)}, "tuned")
    found = compare(a, b, NDCG, movers=2)
    assert (found.difference.won, found.difference.lost, found.difference.tied) == (30, 0, 10)
    assert found.verdict.startswith("tuned is better than default: ndcg@10 +0.3750")
    assert [mover.query for mover in found.movers] == ["q0", "q1"]
    assert (found.movers[0].a, found.movers[0].b) == (tuple("abx"), tuple("xab"))
    assert 0.5 < found.overlap < 1
    back = compare(b, a, NDCG, movers=2)
    assert back.verdict.startswith("default is worse than tuned")
    assert [mover.gain < 0 for mover in back.movers] == [True, True]
    same = compare(a, replace(a, basis=replace(BASIS, ranking="same")), NDCG)
    assert "not proven" in same.verdict
    assert same.names == ("default", "same")
    later = replace(a, basis=replace(BASIS, version="items-2"))
    assert compare(a, later, NDCG, despite=["version"]).names == (
        f"default ({a.basis.id[:8]})", f"default ({later.basis.id[:8]})",
    )  # fmt: skip
    assert same.movers == ()


def test_queries_are_compared_whatever_their_order() -> None:
    """Judgments come as a file or a set has them: pairs are made by query, and ranges are alike."""
    queries = [f"q{n}" for n in range(40)]
    found = {q: "xab" if n % 3 else "abx" for n, q in enumerate(queries)}
    a = evaluation(found)
    b = evaluation(dict(reversed(found.items())), "other")
    one = compare(a, b, NDCG)
    assert (one.difference.tied, one.difference.mean, one.movers) == (40, 0.0, ())
    assert summary(a, [NDCG]) == summary(b, [NDCG])


def test_a_few_queries_say_how_many_more_it_takes() -> None:
    """Where nothing is proven."""
    a = evaluation({"q1": "x", "q2": "abx", "q3": "x"})
    b = evaluation({"q1": "ax", "q2": "xab", "q3": "x"}, "other")
    assert "more queries would show 0.01" in compare(a, b, NDCG).verdict


def test_only_the_ranking_may_differ() -> None:
    """What does is named, with what to say where it is meant; other judgments never may."""
    a = evaluation({"q": "x"})
    b = evaluation({"q": "x"}, version="items-2", definition="e")
    with pytest.raises(UnlikeEvaluations, match=r"version \(items-1 and items-2\)") as refused:
        compare(a, b, NDCG)
    assert "despite version,definition" in str(refused.value)
    assert compare(a, b, NDCG, despite=["version", "definition"]).difference.tied == 1
    with pytest.raises(UnlikeEvaluations, match="judgments"):
        compare(a, evaluation({"q": "x"}, judgments="k"), NDCG, despite=["judgments"][:0])


def test_a_metric_that_looks_further_than_the_evaluation_is_refused() -> None:
    """Else its figure would be one of fewer hits than it says."""
    a = evaluation({"q": "x"})
    b = evaluation({"q": "ab"}, "other")
    few = BASIS.depth
    compare(a, b, Metric("r", few))
    with pytest.raises(UsageError, match=f"for {few} hits of each query, and r@{few + 1} looks"):
        compare(a, b, Metric("r", few + 1))


def test_nothing_is_compared_with_itself() -> None:
    """It would cost as much as another, and tell nothing."""
    refuse_twice(["default", "tuned", "other"])
    with pytest.raises(UsageError, match="'tuned' is there twice"):
        refuse_twice(["default", "tuned", "tuned"])
    a = evaluation({"q": "x"})
    other = evaluation({"q": "x"}, "other")
    for others in ([other, a], [other, other]):
        twice = f"evaluation {others[1].basis.id[:8]} of ranking '.*' is there twice"
        with pytest.raises(UsageError, match=twice):
            compare_all(a, others, NDCG)


def test_a_ranking_is_asked_like_what_it_is_compared_with() -> None:
    """As deep as what is kept, and as deep as the metric looks."""
    assert asked_depth([], NDCG) == 10
    assert asked_depth([replace(BASIS, depth=50)], NDCG) == 50
    assert asked_depth([BASIS], Metric("ndcg_judged", 10)) == 100


def test_of_several_one_is_good_by_chance() -> None:
    """Their p values are raised."""
    queries = [f"q{n}" for n in range(12)]
    a = evaluation(dict.fromkeys(queries, "abx"))
    b = evaluation({q: "xab" if n < 5 else "abx" for n, q in enumerate(queries)}, "b")
    alone = compare(a, b, NDCG).difference.p
    pair = compare_all(a, [b, replace(b, basis=replace(b.basis, ranking="c"))], NDCG)
    assert [one.difference.p for one in pair] == [pytest.approx(2 * alone)] * 2


def test_evaluations_are_kept(engines: Engines, tmp_path: Path) -> None:
    """Whole, under ids of which a beginning will do; the same again is one."""
    files = EvaluationFiles(tmp_path / "evaluations")
    first, second = evaluated(engines), evaluated(engines, depth=5)
    for one in (first, second, first):
        files.keep(one, summary_body(one, summary(one, [NDCG])))
    assert files.find(first.basis.id[:6]) == first
    ids = [one["id"] for one in files.summaries(PRODUCTS.name)]
    assert ids == [second.basis.id, first.basis.id]
    assert files.summary(first)["metrics"].keys() == {"ndcg@10"}
    assert files.metrics(first.basis.id) == ["ndcg@10"]
    assert files.summaries("other") == files.metrics("other") == []
    for id in ("", "zzzz", first.basis.id[:1]):
        with pytest.raises(UnknownEvaluation, match="evaluation"):
            files.find(id)
    (tmp_path / "evaluations" / "abcd.json").write_text('{"basis": 1}')
    with pytest.raises(
        UnknownEvaluation, match=r"abcd.json is no evaluation.*delete evaluations/abcd"
    ):
        files.find("abcd")
    for damaged in ("{", "{}", '{"basis": 1}', "[]"):
        (tmp_path / "evaluations" / "abcd.summary").write_text(damaged)
        assert [one["id"] for one in files.summaries(PRODUCTS.name)] == ids
        assert files.metrics("abcd") == []
    (tmp_path / "evaluations" / "abcd.summary").unlink()
    (tmp_path / "evaluations" / "abcd.json").unlink()
    (tmp_path / "evaluations" / "abcd.json").mkdir()
    with pytest.raises(StateError, match=r"abcd.json cannot be read: is a directory"):
        files.find("abcd")
