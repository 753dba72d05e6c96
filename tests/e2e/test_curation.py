"""Synonyms and rules of a project that is served: changed, broken and mended while it answers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.command import RunningCommand, running
from tests.support.server import free_port
from tests.support.shop import Shop

SEARCH = "/v1/indexes/products/search"
WITHIN = 5.0  # seconds, as docs/curation.md promises less
ANSWERS = 12  # in a row, so that every worker has given one


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A project with an index of 40 bicycles."""
    shop = Shop.new(tmp_path)
    shop.settings.write_text(shop.settings.read_text() + "api: {workers: 2}\n", encoding="utf-8")
    assert shop.run("index", "rebuild", "products").code == 0
    return shop


@pytest.fixture
def served(shop: Shop) -> Iterator[RunningCommand]:
    """The project's API in two workers."""
    port = free_port()
    with running("serve", "--port", port, port=port, folder=shop.folder) as command:
        command.wait_for(lambda: command.get("/readyz").is_success, 30)
        yield command


def write(shop: Shop, name: str, text: str) -> None:
    """Put a file beside the mapping."""
    (shop.mapping.parent / name).write_text(text, encoding="utf-8")


def answers(served: RunningCommand, path: str) -> list[Any]:
    """Several answers to the same question, each over a connection of its own."""
    return [served.get(path).json() for _ in range(ANSWERS)]


def totals(served: RunningCommand, words: str) -> set[int]:
    """The totals that the workers give."""
    return {a["total"]["value"] for a in answers(served, f"{SEARCH}?q={words}&match=all")}


def test_every_worker_follows_the_files(shop: Shop, served: RunningCommand) -> None:
    """A new file, a changed one and one that is gone are in use without a restart."""
    assert totals(served, "velocipede") == {0}
    write(shop, "synonyms.txt", "velocipede => bicycle")
    served.wait_for(lambda: totals(served, "velocipede") == {40}, WITHIN)
    write(shop, "rules.yaml", "rules: [{name: few, filter: 'price<15', pin: {id: 4, at: 2}}]")
    served.wait_for(lambda: totals(served, "velocipede") == {9}, WITHIN)
    found = served.get(f"{SEARCH}?q=velocipede").json()
    assert [hit["id"] for hit in found["hits"] if hit["pinned"]] == ["4"]
    assert found["hits"][1]["id"] == "4"
    (shop.mapping.parent / "rules.yaml").unlink()
    served.wait_for(lambda: totals(served, "velocipede") == {40}, WITHIN)


def test_a_broken_file_is_told_and_not_used(shop: Shop, served: RunningCommand) -> None:
    """What was read before stays in use, until the file is mended."""
    write(shop, "synonyms.txt", "velocipede => bicycle")
    served.wait_for(lambda: totals(served, "velocipede") == {40}, WITHIN)
    write(shop, "synonyms.txt", "velocipede => bicycle\ntandem")

    def told() -> set[str]:
        return {answer["curations"]["products"] for answer in answers(served, "/readyz")}

    served.wait_for(lambda: told() == {"refused"}, WITHIN)
    assert served.get("/readyz").is_success
    assert totals(served, "velocipede") == {40}
    assert "mappings/products/synonyms.txt:2: a word alone means nothing else" in served.text
    write(shop, "synonyms.txt", "tandem => bicycle")
    served.wait_for(lambda: totals(served, "tandem") == {40}, WITHIN)
    assert told() == {"ok"}


def test_what_is_put_reaches_every_worker(shop: Shop) -> None:
    """Where the settings let it; the file is as sent, and no half of one is ever read."""
    text = shop.settings.read_text(encoding="utf-8").replace("workers: 2", "workers: 2, edit: true")
    shop.settings.write_text(text, encoding="utf-8")
    port = free_port()
    with running("serve", "--port", port, port=port, folder=shop.folder) as served:
        served.wait_for(lambda: served.get("/readyz").is_success, 30)
        url = f"{served.url}/v1/indexes/products/synonyms"
        for _ in range(20):
            answer = httpx.put(url, content="velocipede => bicycle\n", trust_env=False)
            assert answer.is_success, answer.text
        served.wait_for(lambda: totals(served, "velocipede") == {40}, WITHIN)
        tag = {"If-Match": answer.headers["etag"]}
        assert httpx.put(url, content="tandem", headers=tag, trust_env=False).status_code == 422
        assert httpx.put(url, content="", headers=tag, trust_env=False).is_success
        assert httpx.put(url, content="a, b", headers=tag, trust_env=False).status_code == 412
    assert (shop.mapping.parent / "synonyms.txt").read_text(encoding="utf-8") == ""
    assert len((shop.folder / ".searchsvc/logs/audit.jsonl").read_text().splitlines()) == 21


def test_check_tells_faults_with_their_lines(shop: Shop) -> None:
    """All of both files, whether an indexer fills the index or not; exit code 3."""
    write(shop, "synonyms.txt", "# bikes\nbike\nvelo, bicycle")
    write(shop, "rules.yaml", "rules:\n  - {hide: 1}\n  - {filter: 'prise<3'}")
    ended = shop.run("check")
    assert ended.code == 3
    assert "mappings/products/synonyms.txt:2: a word alone means nothing else" in ended.out
    assert "mappings/products/rules.yaml:3: rules[1].filter: unknown field 'prise'" in ended.out
    shop.indexer.unlink()
    ended = shop.run("check", "--json")
    assert (ended.code, ended.out.count("check_failed")) == (3, 2)
    write(shop, "synonyms.txt", "velo, bicycle")
    write(shop, "rules.yaml", "")
    assert shop.run("check").code == 0
