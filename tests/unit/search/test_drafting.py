"""Two rankings as one list: fair to both, the same again, and each document once."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from searchsvc.domain.experiment import Experiment
from searchsvc.relevance.verdict import sign_test
from searchsvc.search.drafting import DRAFTS, draft_of, team_draft
from tests.support.clicks import BEGIN, clicked_by, seeded

EXPERIMENT = Experiment("shop-1", "shop", "old", "new", 100, BEGIN)
ORDERS = st.permutations([str(number) for number in range(12)])
COINS = st.integers(0, 2**512 - 1)


@given(ORDERS, ORDERS, COINS, st.integers(0, 12))
def test_each_team_picks_its_best(
    a: Sequence[str], b: Sequence[str], coins: int, most: int
) -> None:
    """Every document once, as many of either, and no better one is left by who picks."""
    found = team_draft(a, b, coins, most)
    ids = [id for id, _ in found]
    assert len(set(ids)) == len(ids) == most
    teams = Counter(team for _, team in found)
    assert abs(teams["A"] - teams["B"]) <= 1
    for place, (id, team) in enumerate(found):
        order = a if team == "A" else b
        assert id == next(one for one in order if one not in ids[:place])


@given(ORDERS, ORDERS, COINS, st.integers(0, 12))
def test_a_longer_list_begins_with_the_shorter(
    a: Sequence[str], b: Sequence[str], coins: int, most: int
) -> None:
    """So that pages go on from each other, each drafted from as many hits as it reaches."""
    whole = team_draft(a, b, coins, 12)
    assert team_draft(a[:most], b[:most], coins, most) == whole[:most]


def test_lists_of_other_lengths() -> None:
    """What one has no more of comes from the other."""
    assert team_draft(["x"], ["x", "y", "z"], 1, 9) == [("x", "A"), ("y", "B"), ("z", "B")]
    assert team_draft([], [], 1, 9) == []
    assert team_draft([], ["y"], 1, 9) == [("y", "B")]


def test_a_client_gets_the_same_again() -> None:
    """Another client, text or experiment may get another; a log cannot tell which is which."""
    one = draft_of(EXPERIMENT, "c1", "tea")
    assert one == draft_of(EXPERIMENT, "c1", "tea")
    assert one.ranking == "old+new"
    marks = {draft_of(EXPERIMENT, f"c{number}", "tea").mark for number in range(400)}
    assert len(marks) == DRAFTS
    coins = {draft_of(EXPERIMENT, "c1", f"q{number}").coins for number in range(100)}
    assert len(coins) == 100


def test_no_place_is_one_teams() -> None:
    """Of the drafts of a text, either has each place equally often."""
    ids = [str(number) for number in range(30)]
    drafts = {d.mark: d for d in (draft_of(EXPERIMENT, f"c{n}", "tea") for n in range(400))}
    lists = [team_draft(ids, ids, draft.coins, 30) for draft in drafts.values()]
    for place in range(30):
        teams = Counter(found[place][1] for found in lists)
        assert teams == {"A": DRAFTS // 2, "B": DRAFTS // 2}


def sessions(seed: int, number: int, a: Sequence[str], b: Sequence[str]) -> tuple[int, int]:
    """How many of so many people prefer each side, who look at the top first."""
    experiment = Experiment(f"shop-{seed}", "shop", "a", "b", number, BEGIN + timedelta(seed))
    random, leads = seeded(seed), Counter[int]()
    attracts = {"a": 0.1, "b": 0.2, "c": 0.3, "d": 0.45, "e": 0.6, "f": 0.8}
    for client in range(number):
        draft = draft_of(experiment, f"{seed}-{client}", f"q{client % 7}")
        found = dict(team_draft(a, b, draft.coins, 6))
        clicked = Counter(found[id] for id in clicked_by(random, list(found), attracts))
        leads[(clicked["A"] > clicked["B"]) - (clicked["A"] < clicked["B"])] += 1
    return leads[1], leads[-1]


def test_a_ranking_is_not_preferred_to_itself() -> None:
    """Over many experiments, within what fair coins do; by chance one of twenty says otherwise."""
    ids, fooled, a, b = "fedcba", 0, 0, 0
    for seed in range(150):
        one, other = sessions(seed, 150, ids, ids)
        fooled += sign_test(one, other) < 0.05
        a, b = a + one, b + other
    assert fooled <= 15
    assert sign_test(a, b) > 0.001


def test_the_better_ranking_wins() -> None:
    """Whichever side it stands on, though people click most on what stands on top."""
    good, poor = "fedcba", "abcdef"
    a, b = sessions(1, 600, good, poor)
    assert a > b
    assert sign_test(a, b) < 0.001
    a, b = sessions(2, 600, poor, good)
    assert b > a
    assert sign_test(a, b) < 0.001
