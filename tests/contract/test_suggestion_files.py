"""The file of suggestions that is made of a live version, on every engine."""

import fcntl
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from searchsvc.bootstrap_suggestions import collected
from searchsvc.domain.definition import Boost, Field, FieldType, IndexDefinition
from searchsvc.domain.query import SuggestQuery
from searchsvc.domain.result import Scope, SuggestResult
from searchsvc.errors import LeaseHeld, NotServing
from searchsvc.search.service import SearchService
from searchsvc.suggestions.build import Builder
from searchsvc.suggestions.completer import Completer
from searchsvc.suggestions.entries import Kind
from searchsvc.suggestions.files import file_of, versions_in
from tests.contract.support import Engines, deletes, document

SHOP = IndexDefinition(
    "products",
    (
        Field("name", FieldType.TEXT, weight=8, suggest=True),
        Field("brand", FieldType.KEYWORD, weight=4, suggest=True, facet=True),
        Field("category", FieldType.PATH, facet=True, separator=" > "),
        Field("sold", FieldType.NUMBER),
        Field("notes", FieldType.TEXT, suggest=True, hidden=True),
    ),
    boosts=(Boost("sold", 1.0, by="log"),),
    suggest_scope="category",
)
STOCK = (
    document("1", name="Phone Case Red", brand="Acme", category="Cases > Hard", sold=5, notes="xa"),
    document("2", name="Phone Case Blue", brand="Acme", category="Cases", sold=50),
    document("3", name="Phone Charger", brand="Volt", category="Power", sold=1),
    document("4", name="Lamp", brand="Volt", category="Light", sold=0),
)


async def nothing() -> None:
    """Whoever has opened the engine closes it."""


class Made:
    """Builds files in a folder, of what `searched` says, and completes from them."""

    def __init__(self, engines: Engines, folder: Path, searched: Mapping[str, int]) -> None:
        search = SearchService(engines.search, {SHOP.name: SHOP})
        self.folder = folder
        self.builder = Builder(
            engines.store, search, nothing, folder, collected, lambda _: dict(searched)
        )
        self.engines = engines

    def complete(self, text: str) -> SuggestResult:
        """From the file that lies there now."""
        version = self.engines.store.live("products")
        assert version is not None
        found = Completer(self.folder).complete(
            SuggestQuery("products", text, (), 8), version, SHOP
        )
        assert found is not None
        return found


Make = Callable[..., Made]


@pytest.fixture
def make(engines, tmp_path: Path) -> Make:
    """What builds files for an engine that serves STOCK."""
    engines.serve(*STOCK, definition=SHOP)
    return lambda **searched: Made(engines, tmp_path / "suggestions", searched)


def test_documents_and_values(make: Make) -> None:
    """By the default ranking's boosts, with counts, and where most of their hits are."""
    made = make()
    assert made.builder.build("products").counts == {Kind.QUERY: 0, Kind.VALUE: 2, Kind.HIT: 4}
    found = made.complete("ph")
    assert [one.id for one in found.hits] == ["2", "1", "3"]
    (value,) = made.complete("ac").values
    assert (value.value, value.count, value.scope) == ("Acme", 2, Scope("category", "Cases", 2))
    assert not made.complete("xa")


def test_queries_are_suggested_only_with_hits(make: Make) -> None:
    """For just these words, spelt so, the last one finished; scoped to where most hits are."""
    searched = {
        "phone": 9, "phone case": 7, "phone cas": 30, "phnoe": 20, "phone zebra": 10, "ph": 40,
        "phone " * 2000: 8,
    }  # fmt: skip
    made = make(**searched)
    made.builder.build("products")
    found = made.complete("ph")
    assert [(one.text, one.scope) for one in found.queries] == [
        ("phone", Scope("category", "Cases", 2)),
        ("phone case", Scope("category", "Cases", 2)),
    ]


def test_a_scope_is_the_innermost_place_of_most_hits(engines, tmp_path: Path) -> None:
    """Of a path: where more than half of the hits are, which says most of them."""
    places = ["Cases > Hard > Slim", "Cases > Hard", "Cases > Hard > Thick", "Power"]
    stock = [document(str(n), name="Phone", category=place) for n, place in enumerate(places)]
    engines.serve(*stock, definition=SHOP)
    made = Made(engines, tmp_path, {"phone": 9})
    made.builder.build("products")
    (found,) = made.complete("ph").queries
    assert found.scope == Scope("category", "Cases > Hard", 3)


def test_what_is_deleted_vanishes_with_the_next_file(make: Make) -> None:
    """Documents, values of which none is left, and queries without a hit."""
    made = make(lamp=6, phone=6)
    made.builder.build("products")
    assert made.complete("la")
    assert made.complete("vo").values
    live = made.engines.store.live("products")
    assert live is not None
    made.engines.write(live, *deletes(["3", "4"], 2))
    made.builder.build("products")
    assert not made.complete("la")
    assert not made.complete("vo")
    assert [one.text for one in made.complete("ph").queries] == ["phone"]


def test_a_file_goes_with_its_version(make: Make) -> None:
    """Each live version has its own; that of one that was dropped is removed."""
    made = make()
    first = made.builder.build("products").version
    second = made.engines.serve(STOCK[3], definition=SHOP, number=2)
    made.builder.build("products")
    assert [one.text for one in made.complete("la").hits] == ["Lamp"]
    assert not made.complete("ph")
    assert set(versions_in(made.folder, "products")) == {first, second}
    made.engines.store.drop(first)
    made.builder.build("products")
    assert set(versions_in(made.folder, "products")) == {second}


def test_what_a_killed_build_has_left_is_removed(make: Make) -> None:
    """By the next one of that index."""
    made = make()
    path = file_of(made.folder, made.builder.build("products").version)
    left = path.with_name(f"{path.name}.0a1b2c3d.tmp")
    left.write_bytes(b"half")
    made.builder.build("products")
    assert not left.exists()
    assert path.exists()


def test_one_process_builds_at_a_time(engines, tmp_path: Path) -> None:
    """Another is told so; and that nothing is live."""
    made = Made(engines, tmp_path, {})
    with pytest.raises(NotServing):
        made.builder.build("products")
    version = engines.serve(*STOCK, definition=SHOP)
    with (tmp_path / "products.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(LeaseHeld):
            made.builder.build("products")
    assert not file_of(tmp_path, version).exists()
    made.builder.build("products")
    assert file_of(tmp_path, version).exists()
