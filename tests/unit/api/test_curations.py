"""Synonyms and rules over HTTP: read as they lie, and changed where the settings let it."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import falcon.testing
import pytest

from searchsvc.api.app import create_app
from searchsvc.domain.curation import CurationKind
from searchsvc.domain.query import Alternative
from searchsvc.errors import FileChanged
from searchsvc.settings import Api

SYNONYMS, RULES = "/v1/indexes/books/synonyms", "/v1/indexes/books/rules"
SEARCH = "/v1/indexes/books/search"


@pytest.fixture
def editing(api) -> falcon.testing.TestClient:
    """A client of the app with `api.edit` on."""
    services = replace(api.services, settings=Api(edit=True))
    return falcon.testing.TestClient(create_app(services))


@pytest.fixture
def folder(api) -> Path:
    """Where the files of the books lie."""
    return api.data_dir / "mappings" / "books"


def hash_of(text: str) -> str:
    """The hash that an answer gives for a file's text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def test_a_file_is_shown_as_it_lies(api, folder) -> None:
    """With comments, its hash as ETag too, and whether it is in use; a missing one is empty."""
    text = "# screens\ntv, television\n"
    (folder / "synonyms.txt").write_text(text)
    api.services.curations.look()
    result = api.client.simulate_get(SYNONYMS)
    assert result.json == {
        "index": "books", "file": "mappings/books/synonyms.txt", "text": text,
        "hash": hash_of(text), "used": hash_of(text), "problem": None, "changes": [],
    }  # fmt: skip
    assert result.headers["etag"] == f'"{hash_of(text)}"'
    assert api.client.simulate_get(RULES).json["text"] == ""


def test_a_file_that_is_not_used_is_told(api, folder) -> None:
    """With the fault and the hash of what is used in its place, here and by /readyz."""
    (folder / "rules.yaml").write_text("rules: [{name: a, hide: 1}]")
    api.services.curations.look()
    (folder / "rules.yaml").write_text("rules: [{name: a}]")
    api.services.curations.look()
    body = api.client.simulate_get(RULES).json
    assert body["used"] == hash_of("rules: [{name: a, hide: 1}]") != body["hash"]
    assert body["problem"].startswith("mappings/books/rules.yaml:1: rules[0]: the rule does")
    ready = api.client.simulate_get("/readyz")
    assert ready.status_code == 200
    assert ready.json["curations"] == {"books": "refused", "songs": "ok"}


def test_nothing_is_changed_unless_the_settings_let_it(api, folder) -> None:
    """403 with the setting's name; an index that nobody defined is 404 first."""
    result = api.client.simulate_put(SYNONYMS, body="tv, television")
    assert (result.status_code, result.json["code"]) == (403, "editing_off")
    assert "api.edit" in result.json["hint"]
    assert not (folder / "synonyms.txt").exists()
    assert api.client.simulate_put("/v1/indexes/nobody/rules").status_code == 404


def test_what_is_put_is_in_use_at_once(api, editing, folder) -> None:
    """The file holds it to the byte, the next search follows it, and the change is noted."""
    text = "# screens\r\ntv => television\n"
    result = editing.simulate_put(SYNONYMS, body=text, headers={"X-Forwarded-User": "ann\x01"})
    assert result.status_code == 200
    assert (folder / "synonyms.txt").read_bytes() == text.encode()
    assert [path.name for path in folder.iterdir()] == ["synonyms.txt"]
    (change,) = result.json["changes"]
    assert change.pop("at").endswith("Z")
    assert change == {"by": "ann", "before": hash_of(""), "after": hash_of(text)}
    body = editing.simulate_get(SEARCH, query_string="q=tv").json
    assert body["applied"]["synonyms"] == ["tv => television"]
    assert api.engine.asked[-1].alternatives == (Alternative(0, 1, ("television",), 0.8),)
    (line,) = (api.data_dir / "logs" / "audit.jsonl").read_text().splitlines()
    assert json.loads(line)["file"] == "mappings/books/synonyms.txt"


def test_rules_are_put_as_well(editing) -> None:
    """Their filters are those of the live version; the answer tells what they did."""
    text = "rules: [{name: novels, filter: 'genre:novel', redirect: /novels}]"
    assert editing.simulate_put(RULES, body=text).status_code == 200
    body = editing.simulate_get(SEARCH, query_string="q=dune").json
    assert (body["applied"]["rules"], body["redirect"]) == (["novels"], "/novels")
    result = editing.simulate_put(RULES, body="rules: [{filter: 'secret:x'}, {hid: 1}]")
    assert (result.status_code, result.json["code"]) == (422, "file_refused")
    assert "unknown field 'secret'" in result.json["message"]
    assert "did you mean 'hide'?" in result.json["message"]
    assert editing.simulate_get(RULES).json["text"] == text


def test_a_change_may_be_of_one_content_only(editing) -> None:
    """412 where somebody else was first; nothing is lost, and nothing is written."""
    first = editing.simulate_put(SYNONYMS, body="a, b").headers["etag"]
    second = editing.simulate_put(SYNONYMS, body="a, c", headers={"If-Match": first})
    assert second.status_code == 200
    late = editing.simulate_put(SYNONYMS, body="a, d", headers={"If-Match": first})
    assert (late.status_code, late.json["code"]) == (412, "file_changed")
    assert editing.simulate_get(SYNONYMS).json["text"] == "a, c"
    for tags in ("*", f'"0", {second.headers["etag"]}'):
        put = editing.simulate_put(SYNONYMS, body="a, c", headers={"If-Match": tags})
        assert put.status_code == 200


def test_of_many_at_once_one_wins(api) -> None:
    """All mean the same content; the first changes it, and the others are told."""
    put_file = partial(api.services.curations.put, "books", CurationKind.SYNONYMS)
    put_file("a, b", "start")
    seen = hash_of("a, b")

    def put(number: int) -> bool:
        try:
            put_file(f"a, c{number}", "x", [seen])
        except FileChanged:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(put, range(24))) == 1
    assert len((api.data_dir / "logs" / "audit.jsonl").read_text().splitlines()) == 2


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"t\xff", {}, 400),
        (b"x" * (1024 * 1024 + 1), {}, 413),
        (b"a, b", {"Content-Type": "application/json"}, 415),
        (b"a, b", {"Content-Encoding": "gzip"}, 415),
        (b"a, b", {"Content-Type": "text/plain; charset=utf-8"}, 200),
        (b"", {}, 200),
    ],
)
def test_bodies_are_texts(editing, body: bytes, headers: dict[str, str], status: int) -> None:
    """UTF-8, one MiB at most, of a type that says text, or says nothing."""
    assert editing.simulate_put(SYNONYMS, body=body, headers=headers).status_code == status


def test_a_change_keeps_a_link_and_its_mode(editing, folder, tmp_path) -> None:
    """What the link leads to is changed; who may read it still may."""
    target = tmp_path / "shared.txt"
    target.write_text("a, b")
    target.chmod(0o640)
    (folder / "synonyms.txt").symlink_to(target)
    assert editing.simulate_put(SYNONYMS, body="a, c").status_code == 200
    assert (folder / "synonyms.txt").is_symlink()
    assert (target.read_text(), target.stat().st_mode & 0o777) == ("a, c", 0o640)


def test_the_latest_changes_are_told_newest_first(editing) -> None:
    """Ten of them; a line that is no change is passed over."""
    for number in range(12):
        editing.simulate_put(SYNONYMS, body=f"a, b{number}")
    editing.simulate_put(RULES, body="rules: [{hide: 1}]")
    changes = editing.simulate_get(SYNONYMS).json["changes"]
    assert [one["after"] for one in changes] == [hash_of(f"a, b{n}") for n in range(11, 1, -1)]
    assert all(one["by"] == "127.0.0.1" for one in changes)
