"""One suite for every store of judgments."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from searchsvc.domain.judgment import Judgment, JudgmentCounts, JudgmentSet
from searchsvc.errors import StateError
from searchsvc.ports import JudgmentStore
from searchsvc.stores.judgments import SqlJudgmentStore
from searchsvc.stores.memory import MemoryJudgmentStore

NOON = datetime(2026, 8, 23, 12, 0, 0, 123456, tzinfo=UTC)
SOFA = Judgment("sofa", "7", 3.0, "ann", "book 4", NOON)


def mysql_store(server: str) -> SqlJudgmentStore:
    name = "searchsvc_test_judgments"
    engine = create_engine(server)
    with engine.begin() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    return SqlJudgmentStore(url)


@pytest.fixture(params=["memory", "sqlite", "mysql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[JudgmentStore]:
    makers: dict[str, Callable[[], JudgmentStore]] = {
        "memory": MemoryJudgmentStore,
        "sqlite": lambda: SqlJudgmentStore(f"sqlite:///{tmp_path / 's.db'}"),
        "mysql": lambda: mysql_store(request.getfixturevalue("mysql_url")),
    }
    made = makers[request.param]()
    yield made
    made.close()


def test_what_is_put_reads_back(store: JudgmentStore) -> None:
    """To the last bit of a rating and the microsecond, whatever the texts, in one order."""
    odd = [
        Judgment("sofa", "7", 0.1 + 0.2, "", "", None),
        Judgment("Sofa", "é 😀", 1e-7, "ann", "x", NOON),
        Judgment("sofa", "8\n", 123456789.25, "Ann", "x", NOON + timedelta(microseconds=1)),
        Judgment("s" * 1000, "i" * 512, 2.0, "r" * 100, "s" * 200, NOON),
    ]
    assert store.put("shop", "default", odd) == JudgmentCounts(new=4)
    found = store.judgments("shop", "default")
    assert found == sorted(odd, key=lambda one: (one.query, one.id, one.rater))
    assert store.judgments("shop", "default", "Sofa") == [odd[1]]
    assert store.judgments("shop", "default", "lamp") == []


def test_to_put_the_same_again_changes_nothing(store: JudgmentStore) -> None:
    """Not the source nor the time; a rating that differs takes its place, with its own."""
    store.put("shop", "default", [SOFA])
    later = replace(SOFA, source="again", at=NOON + timedelta(days=1))
    assert store.put("shop", "default", [later]) == JudgmentCounts(unchanged=1)
    assert store.judgments("shop", "default") == [SOFA]
    other = replace(later, rating=0.0)
    assert store.put("shop", "default", [other]) == JudgmentCounts(changed=1)
    assert store.judgments("shop", "default") == [other]


def test_raters_do_not_overwrite_each_other(store: JudgmentStore) -> None:
    """Nor do sets or indexes, nor what differs by case only."""
    bob = replace(SOFA, rater="bob", rating=1.0)
    store.put("shop", "default", [SOFA, bob])
    store.put("shop", "other", [replace(SOFA, rating=0.0)])
    store.put("docs", "default", [replace(SOFA, rating=2.0), replace(SOFA, query="Sofa")])
    assert store.judgments("shop", "default") == [SOFA, bob]
    assert store.sets("shop") == [
        JudgmentSet("shop", "default", 2, 1, 2, NOON),
        JudgmentSet("shop", "other", 1, 1, 1, NOON),
    ]
    assert store.sets("docs") == [JudgmentSet("docs", "default", 2, 2, 1, NOON)]


def test_a_deleted_set_is_none(store: JudgmentStore) -> None:
    """The others stay; one without times has no latest."""
    store.put("shop", "default", [SOFA])
    store.put("shop", "other", [replace(SOFA, at=None)])
    assert store.delete("shop", "default") == 1
    assert store.delete("shop", "default") == 0
    assert store.judgments("shop", "default") == []
    assert store.sets("shop") == [JudgmentSet("shop", "other", 1, 1, 1, None)]


def test_many_at_once(store: JudgmentStore) -> None:
    """More than one statement may name."""
    many = [Judgment(f"q{n % 7}", str(n), float(n % 4), "", "", NOON) for n in range(2500)]
    assert store.put("shop", "default", many) == JudgmentCounts(new=2500)
    others = [replace(one, rating=3.0) for one in many[:1200]]
    changed = sum(one.rating != 3.0 for one in many[:1200])
    expected = JudgmentCounts(changed=changed, unchanged=1200 - changed)
    assert store.put("shop", "default", others) == expected
    assert len(store.judgments("shop", "default")) == 2500


def test_two_that_put_the_same_at_once(store: JudgmentStore) -> None:
    """Neither fails; each judgment is there once."""
    many = [Judgment(f"q{n}", str(n), 1.0) for n in range(300)]
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda _: store.put("shop", "default", many), range(4)))
    assert sum(one.new for one in counts) == 300
    assert len(store.judgments("shop", "default")) == 300


@pytest.mark.parametrize("kind", ["sqlite", "mysql"])
def test_nothing_is_half_put(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Where one cannot be kept, none is: the last statement of several fails."""
    made = (
        SqlJudgmentStore(f"sqlite:///{tmp_path / 's.db'}")
        if kind == "sqlite"
        else mysql_store(request.getfixturevalue("mysql_url"))
    )
    many = [Judgment(f"q{n}", str(n), 1.0) for n in range(1500)]
    made.put("shop", "default", many[:10])
    changed = [replace(one, rating=2.0) for one in many[:10]]
    no_rating = Judgment("lamp", "9", None)  # type: ignore[arg-type]
    with pytest.raises(StateError):
        made.put("shop", "default", [*changed, *many[10:], no_rating])
    assert made.judgments("shop", "default") == sorted(many[:10], key=lambda one: one.query)
    made.close()
