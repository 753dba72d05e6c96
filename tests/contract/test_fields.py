"""Whoever has a key of some fields is told of no other, whatever is asked and by which wire.

Each field's values say of which field they are, so that what leaks is seen.
"""

import json
import os
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import falcon.testing
import pytest

from searchsvc.access.tokens import write_token
from searchsvc.definitions.mappings import parse_mapping
from searchsvc.definitions.rules import parse_rules, read_rules
from searchsvc.domain.access import Role
from searchsvc.domain.allowlists import AllowLists, Use
from searchsvc.domain.curation import Curation
from searchsvc.domain.document import Document
from searchsvc.domain.geo import Point
from searchsvc.settings import Api
from tests.contract.support import document
from tests.support.app import app_for
from tests.support.keys import KeyCase, key_case

# Keys, and requests of each, on each engine; more of them are asked by the variable.
KEYS, REQUESTS = int(os.environ.get("SEARCHSVC_TEST_FIELD_KEYS", "12")), 12
SHOP = parse_mapping(
    "shop",
    """
    fields:
      headline: text^8, suggest, highlight
      remark: text, snippet(8), highlight
      brand: keyword^4, facet, suggest
      labels: keyword, facet
      parent: keyword, facet
      price: number, facet(ranges 0 77700 77730), sort
      rating: number, facet, sort
      added: date, facet(histogram month), sort
      places: path(" > "), facet
      spot: geo
    group_by: {of: [parent, brand], default: parent}
    suggest_scope: brand
    sorts: {dearest: "price:desc", newest: "added:desc"}
    """.replace("\n    ", "\n"),
)
FIELDS = tuple(field.name for field in SHOP.fields)
TEXTS = ("headline", "remark", "brand")
# What tells that a value is of this field; `parent` is told as a group, too.
MARKS = {
    "headline": r"zzheadline",
    "remark": r"zzremark",
    "brand": r"zzbrand",
    "labels": r"zzlabels",
    "parent": r"zzparent",
    "price": r"\b777\d\d(\.0)?\b",
    "rating": r"\b555\d(\.0)?\b",
    "added": r"1987-",
    "places": r"zzplaces",
    "spot": r"12\.34",
}
FOR_ALL = ("lamp", "red la", "redd lamp", "zzheadlinn", "zzremarq", "chair", "")


def documents() -> Iterator[Document]:
    """Forty things whose values name their fields."""
    draw = random.Random(3)
    for n in range(40):
        yield document(
            f"d{n:02}",
            headline=f"{draw.choice(['red lamp', 'blue lamp', 'chair'])} zzheadline",
            remark=f"lamp for zzremark {draw.choice(['old', 'big'])}",
            brand=f"zzbrand lamp{draw.randint(1, 4)}",
            labels=[f"zzlabels{k}" for k in draw.sample(range(5), 2)],
            parent=f"zzparent{draw.randint(1, 9)}",
            price=77700 + n,
            rating=5550 + draw.randint(0, 4),
            added=datetime(1987, draw.randint(1, 12), 5, tzinfo=UTC),
            places=[f"zzplaces > {draw.choice('ab')}"],
            spot=Point(12.34, 7 + n / 100),
        )


@dataclass
class Case:
    """The app, and the keys that it knows."""

    client: falcon.testing.TestClient
    made: KeyCase

    def ask(self, by: str, path: str, body: Mapping[str, object] | None = None) -> Any:
        """The JSON of an answer, which is never our fault."""
        headers = {"Authorization": f"Bearer {by}"}
        method = "GET" if body is None else "POST"
        answer = self.client.simulate_request(method, path, json=body, headers=headers)
        assert answer.status_code < 500, answer.text
        return answer.json


class Ruled:
    """A rule that filters and boosts by fields, whoever may name those."""

    def of(self, _: object) -> Curation:
        """The same for all."""
        return CURATION

    def problems(self, _: str) -> list[str]:
        """None."""
        return []


def _rule() -> Curation:
    text = 'rules: [{filter: "price>77700", boost: [{filter: "rating>5551", weight: 0.5}]}]'
    rules = read_rules(parse_rules(text, Path("rules.yaml")), SHOP)
    return Curation(always=tuple(rules))


CURATION = _rule()


@pytest.fixture
def case(engines, tmp_path) -> Iterator[Case]:
    """The things in one index, answers cached."""
    engines.serve(*documents(), definition=SHOP)
    with key_case(tmp_path) as made:
        app = app_for(
            engines.store, engines.search, SHOP, door=made.keyring, api=Api(cache_ms=60_000),
            curations=Ruled(),
        )  # fmt: skip
        yield Case(falcon.testing.TestClient(app), made)


@dataclass(frozen=True)
class Allowed:
    """What somebody may name, and how a leak is found."""

    lists: AllowLists

    def may(self, use: Use, field: str) -> bool:
        """Whether the field may be used so."""
        names = self.lists.fields(use)
        return names is None or field in names

    def leaks(self, answer: Any, asked: str) -> Iterator[str]:
        """Values of fields that are neither returned nor counted; names that nobody may name.

        What was asked may come again.
        """
        told = _told(answer)
        text = json.dumps(told)
        for field in FIELDS:
            is_told = self.may(Use.RETURN, field) or self.may(Use.FACET, field)
            is_typed = re.search(MARKS[field], asked)
            if not is_told and not is_typed and re.search(MARKS[field], text):
                yield f"value of {field}"
            is_named = any(self.may(use, field) for use in Use)
            if not is_named and field not in asked and re.search(rf"\b{field}\b", text):
                yield f"name of {field}"
        yield from self._misplaced(told)

    def _misplaced(self, told: Any, within: Use | None = None) -> Iterator[str]:
        """Fields that stand where another use has its place."""
        if isinstance(told, list):
            for one in told:
                yield from self._misplaced(one, within)
        if not isinstance(told, dict):
            return
        for name, value in told.items():
            if within is not None and name in FIELDS and not self.may(within, name):
                yield f"{name} where one may {within}"
            yield from self._misplaced(value, _PLACES.get(name, None if within else Use.RETURN))
        for hit in (told.get("hits") or ()) if isinstance(told.get("hits"), list) else ():
            if "distance_m" in hit and not self.may(Use.RETURN, "spot"):
                yield "a distance"


_PLACES = {
    "doc": Use.RETURN,
    "facets": Use.FACET,
    "facets_stats": Use.FACET,
    "highlight": Use.HIGHLIGHT,
    "_highlightResult": Use.HIGHLIGHT,
    "_snippetResult": Use.HIGHLIGHT,
}
# What only repeats the request, or is no text of a document. Cursors are sealed.
_ECHOED = {"query", "params", "resultSearchTerm", "next_cursor", "cursor", "timing", "took_ms"}


def _told(value: Any) -> Any:
    if isinstance(value, list):
        return [_told(one) for one in value]
    if isinstance(value, dict):
        return {name: _told(one) for name, one in value.items() if name not in _ECHOED}
    return value


def _lists(draw: random.Random) -> dict[str, tuple[str, ...]]:
    """Lists of some uses."""
    uses = draw.sample(list(Use), draw.randint(1, len(Use)))
    return {use: tuple(draw.sample(FIELDS, draw.randint(0, 6))) for use in uses}


def test_no_answer_tells_of_another_field(case: Case) -> None:
    """Of keys with random lists and tokens of them, on every route; caches primed by others."""
    draw = random.Random(17)
    whole = case.made.secret("whole", Role.ANALYST)
    for number in range(KEYS):
        lists = AllowLists(_lists(draw))
        secret = case.made.secret(f"key{number}", Role.ANALYST, fields=lists)
        more = AllowLists(_lists(draw))
        token = write_token(secret, fields=more.given, filter="rating>=5551")
        for _ in range(REQUESTS):
            path, body = draw.choice(ROUTES)(draw)
            case.ask(whole, path, body)
            for by, allowed in ((secret, lists), (token, lists.within(more))):
                answer = case.ask(by, path, body)
                found = list(Allowed(allowed).leaks(answer, f"{path} {body}"))
                assert not found, (found, allowed.given, path, body, answer)


def _search(draw: random.Random) -> tuple[str, Any]:
    body: dict[str, Any] = {
        "q": draw.choice(FOR_ALL),
        "per_page": draw.choice([0, 3, 40]),
        "explain": draw.random() < 0.3,
        "group_by": draw.choice(["", "", "none", "brand"]),
    }
    if draw.random() < 0.5:
        body["facets"] = draw.choice([["*"], draw.sample(FIELDS, 1)])
    if draw.random() < 0.3:
        body["fields"] = draw.sample(FIELDS, 2)
    if draw.random() < 0.3:
        body["filter"] = draw.choice(["price>0", "brand EXISTS", "labels:zzlabels1", "added>1980"])
    if draw.random() < 0.4:
        body["sort"] = [draw.choice(["price:asc", "rating:desc", "newest", "dearest", "spot:near"])]
    if draw.random() < 0.4:
        body["near"] = "12.3,7"
    if draw.random() < 0.2:
        body["search_fields"] = draw.sample(TEXTS, 2)
    return "/v1/indexes/shop/search", body


def _facet_values(draw: random.Random) -> tuple[str, Any]:
    field = draw.choice(["brand", "labels", "parent", "places"])
    return f"/v1/indexes/shop/facets/{field}?q={draw.choice(['', 'zz'])}", None


def _suggest(draw: random.Random) -> tuple[str, Any]:
    q = draw.choice(["la", "re", "redd", "zzbr", "zzhead", "zzheadlinn", "zzr"])
    return f"/v1/indexes/shop/suggest?q={q}", None


def _one(draw: random.Random) -> tuple[str, Any]:
    id = f"d{draw.randint(0, 39):02}"
    return draw.choice(
        [
            (f"/v1/indexes/shop/docs/{id}", None),
            (f"/v1/indexes/shop/similar/{id}", {"per_page": 5}),
            (f"/v1/indexes/shop/why/{id}?q={draw.choice(['lamp', 'zzremark', 'nothere'])}", None),
            (f"{WIRE}/shop/{id}", None),
            (f"{WIRE}/*/objects", {"requests": [{"indexName": "shop", "objectID": id}]}),
        ]
    )


def _several(draw: random.Random) -> tuple[str, Any]:
    return "/v1/search", {"searches": [{"index": "shop", **_search(draw)[1]} for _ in range(2)]}


WIRE = "/compat/algolia/1/indexes"


def _wire(draw: random.Random) -> tuple[str, Any]:
    asked: dict[str, Any] = {
        "query": draw.choice(FOR_ALL),
        "facets": draw.choice([["*"], draw.sample(FIELDS, 2)]),
        "hitsPerPage": draw.choice([0, 5, 40]),
    }
    if draw.random() < 0.4:
        asked["facetFilters"] = [["brand:zzbrand lamp1", "labels:zzlabels1"]]
    if draw.random() < 0.3:
        asked |= {"aroundLatLng": "12.3,7", "getRankingInfo": True}
    if draw.random() < 0.4:
        asked["attributesToSnippet"] = draw.choice([["*:5"], ["remark:5", "price:5"]])
    if draw.random() < 0.4:
        asked["attributesToHighlight"] = draw.choice([["*"], ["brand", "labels"]])
    if draw.random() < 0.4:
        asked["attributesToRetrieve"] = draw.choice([["*"], draw.sample(FIELDS, 3)])
    name = draw.choice(["shop", "shop", "shop_dearest", "shop/sort/added:asc"])
    if "/" in name or draw.random() < 0.5:
        other = {"indexName": "shop", "type": "facet", "facet": "brand", "facetQuery": "zz"}
        return f"{WIRE}/*/queries", {"requests": [{"indexName": name, **asked}, other][:2]}
    return f"{WIRE}/{name}/{draw.choice(['query', 'browse'])}", asked


def _search_ui(draw: random.Random) -> tuple[str, Any]:
    state: dict[str, Any] = {"searchTerm": draw.choice(FOR_ALL)}
    if draw.random() < 0.3:
        state["filters"] = [{"field": "brand", "values": ["zzbrand lamp1"], "type": "any"}]
    named = draw.sample(FIELDS, 4)
    config: dict[str, Any] = {"facets": {name: {"type": "value"} for name in named}}
    if draw.random() < 0.6:
        shown = {"raw": {}, "snippet": {"fallback": True}}
        config["result_fields"] = dict.fromkeys(draw.sample(FIELDS, 4), shown)
    return "/v1/indexes/shop/ui/search", {"state": state, "queryConfig": config}


def _completing(draw: random.Random) -> tuple[str, Any]:
    config = {
        "results": {"resultsPerPage": 3},
        "suggestions": {"types": {"all": {"fields": ["brand", "headline"]}}},
    }
    state = {"searchTerm": draw.choice(["la", "zzbr", "re"])}
    return "/v1/indexes/shop/ui/autocomplete", {"state": state, "queryConfig": config}


ROUTES = (
    _search, _search, _search, _facet_values, _suggest, _one, _several, _wire, _wire, _search_ui,
    _completing,
)  # fmt: skip


def test_what_is_not_listed_is_as_unknown(case: Case) -> None:
    """Each use by its own list, else by that of what is returned; a forced filter by none."""
    lists = AllowLists({"return": ("headline", "price"), "facet": ("brand",), "sort": ("rating",)})
    secret = case.made.secret("shop", fields=lists)
    path = "/v1/indexes/shop/search"
    refused = {
        "filter=brand:x": ("bad_filter", "unknown field 'brand' at column 1"),
        "facets=price": ("bad_parameter", "'price' is no facet of index 'shop'"),
        "sort=price:asc": ("bad_parameter", "cannot sort by 'price'"),
        "sort=dearest": ("bad_parameter", "cannot sort by 'dearest'"),
        "fields=brand": ("bad_parameter", "index 'shop' has no such field: 'brand'"),
        "search_fields=remark": ("bad_parameter", "index 'shop' has no such field: 'remark'"),
        "group_by=brand": ("bad_parameter", "index 'shop' is not grouped by 'brand'"),
        "near=1,2": ("bad_parameter", "index 'shop' has no geo field, so no 'near'"),
    }
    for asked, told in refused.items():
        answer = case.ask(secret, f"{path}?{asked}")
        assert (answer["code"], answer["message"]) == told
    token = write_token(secret, filter='brand:"zzbrand lamp1"')
    asked = {"q": "lamp", "facets": ["*"], "sort": ["rating:asc"], "filter": "price>0"}
    answer = case.ask(token, path, {**asked, "group_by": "none", "per_page": 5})
    assert answer["hits"]
    assert {name for hit in answer["hits"] for name in hit["doc"]} == {"headline", "price"}
    assert [one["value"] for one in answer["facets"]["brand"]["values"]] == ["zzbrand lamp1"]
    assert list(answer["facets"]) == ["brand"]
    walked = case.ask(token, path, {**asked, "group_by": "none", "cursor": answer["next_cursor"]})
    assert walked["hits"]


def test_words_are_looked_up_in_all_fields(case: Case) -> None:
    """What is not returned is searched as before, and is not told to have matched."""
    lists = AllowLists({"return": ("headline",)})
    secret = case.made.secret("shop", Role.ANALYST, fields=lists)
    (hit, *_) = case.ask(secret, "/v1/indexes/shop/search", {"q": "zzremark"})["hits"]
    assert (list(hit["doc"]), hit["highlight"]) == (["headline"], {})
    assert hit["group"]["key"] is None
    why = case.ask(secret, "/v1/indexes/shop/why/d01?q=zzremark")
    assert why["words"][0]["fields"] == []
    assert "where it is searched and not shown" in "".join(why["reasons"])


def test_what_fields_cannot_narrow_is_refused(case: Case) -> None:
    """Files name fields, and settings all of them."""
    secret = case.made.secret("shop", Role.ANALYST, fields=AllowLists({"sort": ()}))
    for path in ("/v1/indexes/shop/rules", f"{WIRE}/shop/settings"):
        refused = case.ask(secret, path)
        assert "cannot be narrowed to some fields" in refused["message"]
