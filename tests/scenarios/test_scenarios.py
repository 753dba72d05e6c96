"""Numbered scenarios: a request over HTTP and what must come back, the same on every engine.

Each NNN-*.yaml is a list of cases; a case has a request (`search`, `walk`, `searches`, `similar`,
`suggest`, `document`, `path`, or `wire` for those of Algolia's clients) and any of the expectations
in `CHECKS`.
"""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote

import falcon.testing
import orjson
import pytest
import yaml

from searchsvc.definitions.curations import CurationFiles
from searchsvc.definitions.mappings import read_mapping
from searchsvc.domain.document import Document, digest
from searchsvc.domain.index import IndexVersion, Recipe
from searchsvc.indexing.converters import compile_converters
from tests.support.app import app_for
from tests.support.engines import ENGINES, open_engine

FOLDER = Path(__file__).parent
CASES = [
    pytest.param(case, id=f"{path.stem}: {case['name']}")
    for path in sorted(FOLDER.glob("[0-9]*.yaml"))
    for case in yaml.safe_load(path.read_text(encoding="utf-8"))
]
INDEX = "products"


@pytest.fixture(scope="module", params=ENGINES)
def client(request, tmp_path_factory, server_url):
    """A client of the API over one engine that holds the products."""
    definition = read_mapping(FOLDER / INDEX / "mapping.yaml")
    folder, url = tmp_path_factory.mktemp("engine"), server_url(request.param)
    with open_engine(request.param, folder, url) as (store, engine):
        version = IndexVersion.new(INDEX, datetime(2026, 8, 23, tzinfo=UTC), 1)
        store.create(version, Recipe(definition))
        with store.writer(version, append=True) as writer:
            writer.write(documents(definition))
            writer.commit()
        store.swap(version)
        curations = CurationFiles(FOLDER, {INDEX: definition})
        assert curations.problems(INDEX) == []
        app = app_for(store, engine, definition, curations=curations)
        yield falcon.testing.TestClient(app)


def documents(definition) -> list[Document]:
    """The products, through the converters that every row goes through."""
    convert = compile_converters(definition)
    made = []
    for line in (FOLDER / INDEX / "documents.jsonl").read_text(encoding="utf-8").splitlines():
        row = orjson.loads(line)
        id = row.pop("id")
        values, source = convert(row)
        made.append(Document(id, 1, values, source, digest(source)))
    return made


BASE = f"/v1/indexes/{INDEX}"


def ask(client, case):
    """The answer to the case's request."""
    if "walk" in case:
        return walked(client, case["walk"])
    if posted := post(case):
        path, body = posted
        return client.simulate_post(path, json=body)
    if "suggest" in case:
        return client.simulate_get(f"{BASE}/suggest", params=case["suggest"])
    path = f"{BASE}/docs/{quote(case['document'], safe='')}" if "document" in case else case["path"]
    return client.simulate_get(path)


def post(case):
    """The path and the body of a case that is sent as a body."""
    if "search" in case:
        return f"{BASE}/search", case["search"]
    if "searches" in case:
        return "/v1/search", {"searches": [{"index": INDEX, **one} for one in case["searches"]]}
    if "values_of" in case:
        given = dict(case["values_of"])
        return f"{BASE}/facets/{given.pop('field')}", given
    if "wire" in case:
        asked = [{"indexName": INDEX, **one} for one in case["wire"]]
        return "/compat/algolia/1/indexes/*/queries", {"requests": asked}
    if "similar" in case:
        return f"{BASE}/similar/{quote(case['similar'], safe='')}", case.get("parameters", {})
    return None


def walked(client, search):
    """The last answer of a search that is followed by its cursors, with the hits of all pages."""
    hits, cursor, pages = [], "", 0
    while cursor is not None:
        page = {**search, "cursor": cursor}
        answer = client.simulate_post(f"{BASE}/search", json=page)
        assert answer.status_code == 200, answer.text
        hits, cursor, pages = hits + answer.json["hits"], answer.json["next_cursor"], pages + 1
    body = {**answer.json, "hits": hits, "pages": pages}
    return SimpleNamespace(status_code=200, json=body, text=answer.text)


def ids(answer) -> list[str]:
    """The ids of the hits, in order."""
    return [hit["id"] for hit in answer["hits"]]


def by_id(answer) -> dict[str, dict]:
    """The hits by id."""
    return {hit["id"]: hit for hit in answer["hits"]}


def buckets(answer, field: str) -> list[list]:
    """[value, count] of each bucket of a facet."""
    return [[b["value"], b["count"]] for b in answer["facets"][field]["values"]]


def ranges(answer, field: str) -> list[list]:
    """[from, to, count] of each range of a facet."""
    return [[r["from"], r["to"], r["count"]] for r in answer["facets"][field]["ranges"]]


def levels(answer, field: str) -> dict[str | None, list[list]]:
    """[name, count] of each place of a path's levels, by the place that they lie in."""
    found = answer["facets"][field]["levels"]
    return {one["below"]: [[v["name"], v["count"]] for v in one["values"]] for one in found}


def groups(answer) -> list[list]:
    """[id, key, count, ids of the others] of each hit that stands for a group."""
    found = [(hit["id"], hit["group"]) for hit in answer["hits"]]
    return [[id, g["key"], g["count"], [o["id"] for o in g["hits"]]] for id, g in found]


def texts(answer) -> list[str]:
    """The texts of the suggested documents."""
    return [hit["text"] for hit in answer["hits"]]


def marks(answer, id: str, field: str) -> str | None:
    """The highlight of one field of one hit."""
    return by_id(answer)[id]["highlight"].get(field)


def changes(answer, name: str) -> dict[str, object] | None:
    """What a step of the plan changed; None where there was no such step."""
    return next((s["changes"] for s in answer["explain"] if s["step"] == name), None)


def pairs(expected):
    """((id, field), value) of a mapping of mappings."""
    return [((id, field), v) for id, fields in expected.items() for field, v in fields.items()]


CHECKS = {
    "code": lambda a, e: a["code"] == e,
    "param": lambda a, e: a["param"] == e,
    "position": lambda a, e: a["position"] == e,
    "message": lambda a, e: e in a["message"] or e in a.get("hint", ""),
    "pages": lambda a, e: a["pages"] == e,
    "total": lambda a, e: a["total"]["value"] == e,
    "ids": lambda a, e: ids(a) == e,
    "groups": lambda a, e: groups(a) == e,
    "units": lambda a, e: {n: f["unit"] for n, f in a["facets"].items()} == e,
    "set": lambda a, e: set(ids(a)) == set(e) and a["total"]["value"] == len(e),
    "first": lambda a, e: ids(a)[: len(e)] == e,
    "last": lambda a, e: ids(a)[-len(e) :] == e,
    "contains": lambda a, e: set(e) <= set(ids(a)),
    "absent": lambda a, e: not set(e) & set(ids(a)),
    "applied": lambda a, e: a["applied"]["match"] == e,
    "members": lambda a, e: all(a[name] == want for name, want in e.items()),
    "why_words": lambda a, e: {w["word"]: w["fields"] for w in a["words"]} == e,
    "why_hidden": lambda a, e: [w["word"] for w in a["words"] if w["hidden"]] == e,
    "why_instead": lambda a, e: {w["word"]: w["instead"] for w in a["words"]} == e,
    "correction": lambda a, e: (a["correction"] or {}).get("query") == e,
    "ignored": lambda a, e: a["applied"]["ignored_words"] == e,
    "facets": lambda a, e: all(buckets(a, field) == want for field, want in e.items()),
    "ranges": lambda a, e: all(ranges(a, field) == want for field, want in e.items()),
    "levels": lambda a, e: all(levels(a, field) == want for field, want in e.items()),
    "stats": lambda a, e: all(a["facets"][f].get("stats") == want for f, want in e.items()),
    "selected": lambda a, e: all(a["facets"][f]["selected"] == want for f, want in e.items()),
    "highlight": lambda a, e: all(marks(a, id, field) == h for (id, field), h in pairs(e)),
    "unmarked": lambda a, e: all(not by_id(a)[id].get("highlight") for id in e),
    "metres": lambda a, e: {hit["id"]: hit.get("distance_m") for hit in a["hits"]} == e,
    "docs": lambda a, e: all(by_id(a)[id]["doc"] == doc for id, doc in e.items()),
    "without_field": lambda a, e: a["hits"] and all(e not in hit["doc"] for hit in a["hits"]),
    "doc_field": lambda a, e: a["doc"][e[0]] == e[1],
    "facet_values": lambda a, e: [[v["value"], v["count"]] for v in a["values"]] == e,
    "value_highlights": lambda a, e: [v["highlight"] for v in a["values"]] == e,
    "complete": lambda a, e: a["complete"] == e,
    "values": lambda a, e: [[v["field"], v["value"], v["count"]] for v in a["values"]] == e,
    "texts": lambda a, e: texts(a) == e,
    "texts_first": lambda a, e: texts(a)[: len(e)] == e,
    "texts_contain": lambda a, e: set(e) <= set(texts(a)),
    "hit_highlights": lambda a, e: [hit["highlight"] for hit in a["hits"]] == e,
    "pinned": lambda a, e: [hit["id"] for hit in a["hits"] if hit["pinned"]] == e,
    "rules": lambda a, e: a["applied"]["rules"] == e,
    "synonyms": lambda a, e: a["applied"]["synonyms"] == e,
    "rewritten": lambda a, e: a["applied"]["rewritten"] == e,
    "redirect": lambda a, e: a["redirect"] == e,
    "steps": lambda a, e: all(changes(a, step) == want for step, want in e.items()),
    "at_most": lambda a, e: len(a["hits"]) <= e and len(a["values"]) <= e,
}


def each(answer, expected) -> bool:
    """Whether each result meets the expectations in its place."""
    pairs = zip(answer["results"], expected, strict=True)
    return all(CHECKS[name](one, e) for one, wanted in pairs for name, e in wanted.items())


CHECKS["each"] = each


def results(answer, expected) -> bool:
    """Whether each result of the wire has what is expected in its place."""
    pairs = zip(answer["results"], expected, strict=True)
    return all(WIRE[name](one, e) for one, wanted in pairs for name, e in wanted.items())


def marked(result, attribute: str, kind: str = "_highlightResult") -> dict[str, object]:
    """What the wire has of an attribute's highlights, by id."""
    found = {hit["objectID"]: hit[kind].get(attribute) for hit in result["hits"]}
    return {id: one and one["value"] for id, one in found.items()}


WIRE = {
    "ids": lambda r, e: [hit["objectID"] for hit in r["hits"]] == e,
    "set": lambda r, e: {hit["objectID"] for hit in r["hits"]} == set(e),
    "first": lambda r, e: [hit["objectID"] for hit in r["hits"]][: len(e)] == e,
    "nb": lambda r, e: r["nbHits"] == e,
    "facets": lambda r, e: [[n, list(map(list, v.items()))] for n, v in r["facets"].items()] == e,
    "stats": lambda r, e: r["facets_stats"] == e,
    "members": lambda r, e: all(r[name] == want for name, want in e.items()),
    "marked": lambda r, e: all(marked(r, name) == want for name, want in e.items()),
    "snippets": lambda r, e: all(marked(r, n, "_snippetResult") == w for n, w in e.items()),
    "levels": lambda r, e: (
        {h["objectID"]: h["_highlightResult"]["name"]["matchLevel"] for h in r["hits"]} == e
    ),
    "names": lambda r, e: all(set(hit) == set(e) for hit in r["hits"]),
    "values": lambda r, e: (
        [[v["value"], v["highlighted"], v["count"]] for v in r["facetHits"]] == e
    ),
}
CHECKS["results"] = results
REQUESTS = {
    "name", "search", "walk", "searches", "wire", "similar", "parameters", "suggest", "values_of",
    "document", "path", "status",
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_scenario(client, case) -> None:
    """The answer meets every expectation of the case."""
    answer = ask(client, case)
    assert answer.status_code == case.get("status", 200), answer.text
    expectations = {name: value for name, value in case.items() if name not in REQUESTS}
    assert expectations or "status" in case, "the case expects nothing"
    for name, expected in expectations.items():
        assert CHECKS[name](answer.json, expected), (name, expected, answer.json)
