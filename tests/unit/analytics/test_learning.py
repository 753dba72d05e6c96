"""What clicks teach, and on whom it is tried."""

from datetime import timedelta

from searchsvc.analytics.learning import MOST_DOCUMENTS, Lift, learned, split
from searchsvc.analytics.searches import Search
from tests.support.clicks import clicked_by, search_of, seeded

IDS = ["a", "b", "c", "d", "e", "f"]


def searches(number: int, wanted: str, text: str) -> list[Search]:
    """People who look from the top, and want one document most."""
    random = seeded(len(text))
    attracts = {id: 0.8 if id == wanted else 0.15 for id in IDS}
    return [
        search_of(text, IDS, clicked_by(random, IDS, attracts), f"c{client}", client)
        for client in range(number)
    ]


def test_what_is_wanted_is_lifted() -> None:
    """Wherever it stands; bounded, and only by enough people."""
    found = [one for n, id in enumerate("abcdef") for one in searches(400, id, f"query {n}")]
    lifts = learned(found, "coec", 20)
    assert {query: [lift.id for lift in some] for query, some in lifts.items()} == {
        f"query {n}": [id] for n, id in enumerate("abcdef")
    }
    assert all(0.1 <= lift.weight <= 1 for some in lifts.values() for lift in some)
    assert lifts["query 3"] == [Lift("d", 1.0)]
    assert learned(found, "coec", 401) == {}
    assert learned([], "position", 1) == {}
    many = [search_of("tea", [f"{n}"], [f"{n}"], f"c{n}-{m}") for n in range(9) for m in range(99)]
    silent = [search_of("pot", [f"{n}"], (), f"c{n}-{m}") for n in range(9) for m in range(99)]
    assert len(learned([*many, *silent], "coec", 20)["tea"]) == MOST_DOCUMENTS


def test_nobody_is_asked_twice() -> None:
    """The later searches are of those who had not searched for that before."""
    found = [search_of("tea", IDS, (), f"c{n % 9}", n) for n in range(10)]
    earlier, later = split(found)
    assert len(earlier) == 7
    assert [one.client for one in later] == ["c7", "c8"]
    assert later[0].at - earlier[-1].at == timedelta(seconds=1)
    assert split([]) == ([], [])
