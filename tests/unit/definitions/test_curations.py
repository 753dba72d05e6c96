"""Synonyms and rules follow their files: what changes is in use, what is broken is told."""

import logging
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from searchsvc.definitions.curations import CurationFiles
from searchsvc.definitions.mappings import parse_mapping
from searchsvc.domain.curation import NO_CURATION, Curation
from searchsvc.domain.definition import IndexDefinition
from searchsvc.domain.index import IndexVersion
from searchsvc.domain.result import LiveIndex

SHOP = parse_mapping("shop", "fields: {name: text, brand: 'keyword, facet'}")
OTHER = parse_mapping("shop", "fields: {name: text, maker: 'keyword, facet'}")
VERSION = IndexVersion.new("shop", datetime(2026, 3, 1, tzinfo=UTC), 1)


class Shop:
    """The files of one index, and what is made of them."""

    def __init__(self, folder: Path, poll: float = 1.0) -> None:
        self.folder = folder / "mappings" / "shop"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.files = CurationFiles(folder / "mappings", {"shop": SHOP}, poll=poll)

    def write(self, name: str, text: str | bytes) -> None:
        """Put a file in the place of the one of that name."""
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def look(self) -> None:
        """Look at the files once."""
        self.files.look()

    def curation(self, definition: IndexDefinition = SHOP) -> Curation:
        """What holds for a version of that definition."""
        return self.files.of(LiveIndex(VERSION, definition))

    def rules(self, definition: IndexDefinition = SHOP) -> list[str]:
        """The names of the rules that always hold."""
        return [rule.name for rule in self.curation(definition).always]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """An index without any file."""
    return Shop(tmp_path)


def test_files_may_be_missing(shop: Shop) -> None:
    """Then nothing is said, and nothing is wrong; so it is again when they are taken away."""
    assert shop.curation() == NO_CURATION
    assert shop.files.of(LiveIndex(IndexVersion("other", VERSION.created, 1), SHOP)) == NO_CURATION
    shop.write("synonyms.txt", "tv, television")
    shop.look()
    assert set(shop.curation().synonyms) == {"tv", "television"}
    (shop.folder / "synonyms.txt").unlink()
    shop.look()
    assert (shop.curation().synonyms, shop.files.problems("shop")) == ({}, [])


def test_what_changes_is_in_use(shop: Shop) -> None:
    """Also where a file keeps its size and its time."""
    shop.write("rules.yaml", "rules: [{name: a, hide: 1}]")
    shop.look()
    assert shop.rules() == ["a"]
    before = (shop.folder / "rules.yaml").stat()
    shop.write("rules.yaml", "rules: [{name: b, hide: 1}]")
    os.utime(shop.folder / "rules.yaml", ns=(before.st_atime_ns, before.st_mtime_ns))
    shop.look()
    assert shop.rules() == ["b"]


def test_a_settled_file_is_not_read_again(shop: Shop) -> None:
    """Only looked at: what has not been touched for a while does not change unseen."""
    shop.write("synonyms.txt", "tv, television")
    path = shop.folder / "synonyms.txt"
    long_ago = time.time_ns() - 10_000_000_000
    os.utime(path, ns=(long_ago, long_ago))
    shop.look()
    found = shop.curation()
    path.write_text("tv, televisiom")
    os.utime(path, ns=(long_ago, long_ago))
    shop.look()
    assert shop.curation() is found


@pytest.mark.parametrize(
    ("name", "broken", "message"),
    [
        ("synonyms.txt", "tv", "mappings/shop/synonyms.txt:1: a word alone"),
        ("synonyms.txt", b"t\xff, tv", "mappings/shop/synonyms.txt: not UTF-8"),
        ("rules.yaml", "rules: [{name: a}]", "mappings/shop/rules.yaml:1: rules[0]: the rule does"),
        ("rules.yaml", "rules: [", "mappings/shop/rules.yaml:1: not valid YAML"),
        ("rules.yaml", "rules: [{filter: 'maker:x'}]", "rules[0].filter: unknown field 'maker'"),
    ],
)
def test_a_broken_file_leaves_the_last_good_one_in_use(
    shop: Shop, caplog: pytest.LogCaptureFixture, name: str, broken: str | bytes, message: str
) -> None:
    """It is told, and logged once; the other file follows all the same."""
    shop.write("synonyms.txt", "tv, television")
    shop.write("rules.yaml", "rules: [{name: good, hide: 1}]")
    shop.look()
    found = shop.curation()
    shop.write(name, broken)
    for _ in range(3):
        shop.look()
    assert shop.curation() == found
    (problem,) = shop.files.problems("shop")
    assert message in problem
    assert [r.levelno for r in caplog.records].count(logging.ERROR) == 1
    other = "rules.yaml" if name == "synonyms.txt" else "synonyms.txt"
    (shop.folder / other).unlink()
    shop.look()
    assert shop.curation() != found
    shop.write(name, "")
    shop.look()
    assert (shop.curation(), shop.files.problems("shop")) == (NO_CURATION, [])


def test_rules_are_read_by_the_definition_that_is_searched(shop: Shop) -> None:
    """A version without a rule's field has no rules, which is told, until one of both changes."""
    shop.write("rules.yaml", "rules: [{name: a, filter: 'brand:x'}]")
    shop.look()
    assert shop.rules() == ["a"]
    assert shop.rules(OTHER) == []
    shop.look()
    assert "unknown field 'brand'" in shop.files.problems("shop")[0]
    assert shop.rules() == ["a"]
    shop.look()
    assert shop.files.problems("shop") == []
    shop.write("rules.yaml", "rules: [{name: b, filter: 'maker:x'}]")
    shop.look()
    assert shop.rules() == ["a"]
    assert shop.rules(OTHER) == []
    shop.look()
    assert shop.rules(OTHER) == ["b"]


def test_files_are_followed_without_a_request(tmp_path: Path) -> None:
    """Within a few looks of a thread, until it is closed."""
    shop = Shop(tmp_path, poll=0.01)
    shop.files.follow()
    shop.write("rules.yaml", "rules: [{name: a, hide: 1}]")
    deadline = time.monotonic() + 5
    while shop.rules() != ["a"] and time.monotonic() < deadline:
        time.sleep(0.01)
    shop.files.close()
    assert shop.rules() == ["a"]


def test_the_log_tells_of_files_that_are_there(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    """Of none that never was; and of one that is taken away."""
    caplog.set_level(logging.INFO)
    shop.look()
    assert caplog.messages == []
    shop.write("synonyms.txt", "tv, television")
    shop.look()
    (shop.folder / "synonyms.txt").unlink()
    shop.look()
    assert [text.partition(": ")[0] for text in caplog.messages] == [
        "mappings/shop/synonyms.txt is in use",
        "mappings/shop/synonyms.txt is gone, and no longer in use",
    ]
