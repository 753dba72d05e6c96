"""Whoever has a token finds, counts and is offered nothing of what its filter holds back.

Every document of another tenant says so in each of its texts, so that what leaks is seen. Beside
the index of all tenants stands one that holds one tenant's documents only: where an answer is
exactly defined, both give the same.
"""

import os
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import falcon.testing
import pytest

from searchsvc.access.tokens import write_token
from searchsvc.definitions.mappings import parse_mapping
from searchsvc.domain.access import Role
from searchsvc.domain.document import Document
from searchsvc.domain.result import LiveIndex
from searchsvc.ports import SearchEngine
from searchsvc.settings import Api
from tests.contract.support import document
from tests.support.app import app_for
from tests.support.keys import key_case

# Of each engine in each test run; more of them are asked by the variable.
REQUESTS = int(os.environ.get("SEARCHSVC_TEST_TENANT_REQUESTS", "150"))
MAPPING = """
    fields:
      name: text^8, suggest, highlight
      note: text, snippet(8), highlight
      brand: keyword^4, facet, suggest
      tags: keyword, facet
      tenant: keyword, facet
      parent: keyword, facet
      price: number, facet(ranges 0 25 50 100), sort
      rating: number, facet, sort
      added: date, facet(histogram month), sort
      places: path(" > "), facet
    group_by: {of: [parent]}
    """.replace("\n    ", "\n")
ALL, OWN = parse_mapping("shop", MAPPING), parse_mapping("own", MAPPING)
OTHERS = ("zzb", "zzc")
TYPED = (
    "", "lamp", "red lamp", "lmap", "chair", "desk zza", "zzb", "lamp zzb", "secretzzb", "secretzb",
    "onlyzzc", "red", "re", "zz", "s", "acme", "brandzzb", "table",
)  # fmt: skip
FILTERS = (
    "", "tenant:zzb", "tenant:zza OR tenant:zzb", "NOT tenant:zza", "price>=10 AND price<60",
    "tenant IN [zza, zzb, zzc]", "tags:t1", "NOT (tenant:zza AND rating>2)", "brand:acme",
    "brand:brandzzb", "tags EXISTS OR tenant:zzc", 'places:"Home"',
)  # fmt: skip
SORTS = ("price:asc", "rating:desc,price:asc", "added:desc")


def documents() -> Iterator[Document]:
    """Sixty of each of three tenants, alike but for what names the tenant."""
    draw = random.Random(11)
    for tenant in ("zza", *OTHERS):
        for n in range(60):
            yield document(f"{tenant}-{n:02}", **_values(tenant, draw))


def _values(tenant: str, draw: random.Random) -> dict[str, object]:
    thing = draw.choice(["red lamp", "blue lamp", "red chair", "desk", f"secret{tenant}"])
    return {
        "name": f"{thing} {tenant}",
        "note": f"only{tenant} says of {tenant} that it is {draw.choice(['red', 'big', 'old'])} "
        + ("zebrafish" if tenant == "zza" else "zebra"),
        "brand": draw.choice(["acme", "umbra", f"brand{tenant}"]),
        "tags": draw.sample(["t1", "t2", f"tag{tenant}"], draw.randint(0, 3)),
        "tenant": tenant,
        "parent": draw.choice(["p1", "p2", f"parent{tenant}{draw.randint(1, 9)}"]),
        "price": draw.randint(0, 480) / 4,
        "rating": draw.randint(1, 5),
        "added": datetime(2024, draw.randint(1, 4), draw.randint(1, 28), tzinfo=UTC),
        "places": [draw.choice(["Home > Light", "Home", f"Place{tenant} > Deep"])],
    }


class Steady:
    """An engine whose live versions stay the very same objects, so that answers are cached."""

    def __init__(self, engine: SearchEngine) -> None:
        self._engine = engine
        self._live: dict[str, LiveIndex | None] = {}

    def live(self, index: str) -> LiveIndex | None:
        """As it was at first."""
        if index not in self._live:
            self._live[index] = self._engine.live(index)
        return self._live[index]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)


@dataclass
class Case:
    """The app, and what the tenant, another one and everybody's key send with a request."""

    client: falcon.testing.TestClient
    own: str
    other: str
    whole: str

    def ask(self, by: str, path: str, body: Mapping[str, object] | None = None) -> Any:
        """The JSON of an answer."""
        headers = {"Authorization": f"Bearer {by}"}
        if body is None:
            return self.client.simulate_get(path, headers=headers).json
        return self.client.simulate_post(path, json=body, headers=headers).json


@pytest.fixture
def case(engines, tmp_path) -> Iterator[Case]:
    """All tenants in one index, the first one's documents in another, too."""
    engines.serve(*documents(), definition=ALL)
    engines.serve(*(d for d in documents() if d.id.startswith("zza")), definition=OWN)
    with key_case(tmp_path) as made:
        secret = made.secret("shops", Role.ANALYST)
        engine, api = Steady(engines.search), Api(cache_ms=60_000)
        app = app_for(engines.store, engine, ALL, OWN, door=made.keyring, api=api)
        client = falcon.testing.TestClient(app)
        # The filters of two tenants in both of the forms that a token takes.
        own = write_token(secret, filter={"field": "tenant", "eq": "zza"})
        yield Case(client, own, write_token(secret, filter="tenant:zzb"), secret)


@dataclass(frozen=True)
class Request:
    """A request by path below an index, and what of the answer is exactly defined."""

    path: str
    body: Mapping[str, object] | None
    exact: tuple[str, ...] = ()

    def of(self, index: str) -> str:
        """Its path for that index."""
        return f"/v1/indexes/{index}/{self.path}"


def test_nothing_of_other_tenants(case: Case) -> None:
    """Searches, facets, groups, suggestions, similar documents and reasons, caches primed."""
    draw = random.Random(5)
    for _ in range(REQUESTS):
        asked = _request(draw)
        for primer in draw.sample([case.other, case.whole], draw.randint(0, 2)):
            case.ask(primer, asked.of("shop"), asked.body)
        answer = case.ask(case.own, asked.of("shop"), asked.body)
        assert not _leaks(answer), (asked, answer)
        alone = case.ask(case.whole, asked.of("own"), asked.body)
        for member in asked.exact:
            assert _plain(answer.get(member)) == _plain(alone.get(member)), (asked, member)


def test_what_another_tenant_was_answered_is_not_given_again(case: Case) -> None:
    """Though the tenant's own answer is, and that of a token with an equal filter."""
    path, body = "/v1/indexes/shop/search", {"q": "lamp", "facets": ["*"]}
    answers = {by: case.ask(by, path, body) for by in (case.other, case.whole, case.own)}
    assert len({str(_plain(one["facets"])) for one in answers.values()}) == 3
    assert not _leaks(answers[case.own])
    again = case.ask(case.own, path, body)
    assert "cache" in again["timing"]
    assert again["hits"] == answers[case.own]["hits"]


def test_a_correction_is_no_word_of_others(case: Case) -> None:
    """Also where one that only others have begins a word of the tenant's documents."""
    for path in ("search?q=zebrra", "suggest?q=zebrra"):
        answer = case.ask(case.own, f"/v1/indexes/shop/{path}")
        assert (answer["correction"] or {}).get("query") in (None, "zebrafish")
    assert case.ask(case.whole, "/v1/indexes/shop/search?q=zebrra")["correction"]


def test_several_searches_at_once(case: Case) -> None:
    """Each of them is narrowed, also where another tenant has just asked the very same."""
    draw = random.Random(7)
    for _ in range(max(1, REQUESTS // 20)):
        bodies = [one.body for one in (_search(draw) for _ in range(5))]
        asked = {"searches": [{"index": "shop", **body} for body in bodies if body]}
        case.ask(case.other, "/v1/search", asked)
        answer = case.ask(case.own, "/v1/search", asked)
        assert not _leaks(answer), (asked, answer)


WIRE = "/compat/algolia/1/indexes"


def test_pages_of_algolias_wire(case: Case) -> None:
    """Hits, facets and counts of every request of a page, and values of facets."""
    draw = random.Random(8)
    for _ in range(max(5, REQUESTS // 5)):
        asked = _page(draw)
        for primer in draw.sample([case.other, case.whole], draw.randint(0, 2)):
            case.ask(primer, f"{WIRE}/*/queries", {"requests": _named(asked, "shop")})
        answer = case.ask(case.own, f"{WIRE}/*/queries", {"requests": _named(asked, "shop")})
        assert not _leaks(answer), (asked, answer)
        alone = case.ask(case.whole, f"{WIRE}/*/queries", {"requests": _named(asked, "own")})
        for one, other in zip(answer["results"], alone["results"], strict=True):
            told = ("nbHits", "facets", "facets_stats", "facetHits")
            assert [one.get(name) for name in told] == [other.get(name) for name in told]
            ids = [[hit["objectID"] for hit in r.get("hits", ())] for r in (one, other)]
            assert ids[0] == ids[1]


def test_objects_of_algolias_wire(case: Case) -> None:
    """Alone, several, and all one after the other."""
    asked = [{"indexName": "shop", "objectID": f"{t}-07"} for t in ("zza", "zzb")]
    found = case.ask(case.own, f"{WIRE}/*/objects", {"requests": asked})["results"]
    assert [one and one["objectID"] for one in found] == ["zza-07", None]
    assert case.ask(case.own, f"{WIRE}/shop/zzb-07")["status"] == 404
    assert case.ask(case.own, f"{WIRE}/shop/zza-07")["tenant"] == "zza"
    first = case.ask(case.own, f"{WIRE}/shop/browse", {"hitsPerPage": 40})
    rest = case.ask(case.own, f"{WIRE}/shop/browse", {"cursor": first["cursor"]})
    seen = [hit["objectID"] for hit in (*first["hits"], *rest["hits"])]
    assert sorted(seen) == [f"zza-{n:02}" for n in range(60)]
    assert not _leaks({"results": [first, rest]})
    short = write_token(case.whole, filter="tenant:zza", max_per_page=2)
    for path in ("query", "browse"):
        assert len(case.ask(short, f"{WIRE}/shop/{path}", {})["hits"]) == 2
    assert case.ask(short, f"{WIRE}/shop/query", {"hitsPerPage": 3})["status"] == 403
    stolen = case.ask(case.other, f"{WIRE}/shop/browse", {"cursor": first["cursor"]})
    assert (stolen["status"], stolen["code"]) == (400, "bad_parameter")


def test_search_ui(case: Case) -> None:
    """Results, facets and completions."""
    draw = random.Random(9)
    facets = {name: {"type": "value", "size": 50} for name in ("brand", "tenant", "tags", "places")}
    for _ in range(max(5, REQUESTS // 10)):
        chosen = {"field": "tenant", "values": draw.sample(["zza", *OTHERS], 2), "type": "any"}
        state = {"searchTerm": draw.choice(TYPED), "filters": draw.choice([[], [chosen]])}
        config = {"facets": facets, "disjunctiveFacets": draw.choice([[], ["tenant", "brand"]])}
        body = {"state": state, "queryConfig": config}
        case.ask(case.other, "/v1/indexes/shop/ui/search", body)
        answer = case.ask(case.own, "/v1/indexes/shop/ui/search", body)
        assert not _leaks({**answer, "resultSearchTerm": ""}), (body, answer)
        completing = {
            "results": {},
            "suggestions": {"types": {"all": {"fields": ["brand", "name"]}}},
        }
        typed = {"state": {"searchTerm": draw.choice(["b", "brand", "la", "zz", "sec"])}}
        offered = case.ask(
            case.own, "/v1/indexes/shop/ui/autocomplete", {**typed, "queryConfig": completing}
        )
        assert not _leaks(offered), (typed, offered)


def test_a_walk_by_cursors_stays_within(case: Case) -> None:
    """It shows all of the tenant's documents once, and no other tenant goes on with it."""
    seen, cursor, sort = [], "", ["price:asc"]
    while cursor is not None:
        body = {"per_page": 7, "sort": sort, **({"cursor": cursor} if cursor else {})}
        answer = case.ask(case.own, "/v1/indexes/shop/search", body)
        assert not _leaks(answer)
        assert answer["total"]["value"] == 60
        seen += [hit["id"] for hit in answer["hits"]]
        cursor = answer["next_cursor"]
        if cursor:
            for by in (case.other, case.whole):
                body = {"per_page": 7, "sort": sort, "cursor": cursor}
                refused = case.ask(by, "/v1/indexes/shop/search", body)
                assert (refused["code"], refused["param"]) == ("bad_parameter", "cursor")
    assert sorted(seen) == [f"zza-{n:02}" for n in range(60)]


def test_a_document_of_others_is_not_there(case: Case) -> None:
    """By its id it is as one that never was: itself, documents like it, and why it is no hit."""
    for path in ("docs", "similar"):
        there = case.ask(case.own, f"/v1/indexes/shop/{path}/zza-07")
        assert there["id"] == "zza-07"
        gone, never = (
            case.ask(case.own, f"/v1/indexes/shop/{path}/{id}") for id in ("zzb-07", "zzx-07")
        )
        for answer in (gone, never):
            assert answer["code"] == "unknown_document"
        assert gone["message"].replace("zzb", "zzx") == never["message"]
    answer = case.ask(case.own, "/v1/indexes/shop/why/zzb-07?q=lamp")
    assert (answer["indexed"], answer["words"], answer["hit"]) == (False, [], False)


def _request(draw: random.Random) -> Request:
    return draw.choice([_search, _search, _search, _facet_values, _suggest, _one, _why])(draw)


def _search(draw: random.Random) -> Request:
    body: dict[str, object] = {
        "q": draw.choice(TYPED),
        "filter": draw.choice(FILTERS),
        "facets": draw.choice([["*"], ["tenant", "brand"], ["parent", "places"], []]),
        "facet_limit": draw.choice([3, 100]),
        "per_page": draw.choice([0, 5, 50]),
        "highlight": draw.random() < 0.5,
        "explain": draw.random() < 0.2,
    }
    exact: tuple[str, ...] = ()
    if draw.random() < 0.5:
        body |= {"match": "all", "typo": "off", "sort": [draw.choice(SORTS)]}
        exact = ("total", "facets", "hits")
    if draw.random() < 0.3:
        body |= {"group_by": "parent", "group_size": draw.randint(1, 3)}
        # Of the facets of groups it depends on their documents whether they are exact at all.
        exact = tuple(one for one in exact if one == "total")
    if draw.random() < 0.2:
        body["search_fields"] = draw.sample(["name", "note", "brand"], 2)
    return Request("search", body, exact)


def _page(draw: random.Random) -> list[dict[str, Any]]:
    """Requests of the wire that are one page, or ask for the values of a facet."""
    query = draw.choice(TYPED)
    shared = {"query": query, "removeWordsIfNoResults": "none", "typoTolerance": False}
    refined = {
        "brand": draw.choice([["brand:acme"], ["brand:brandzzb", "brand:acme"]]),
        "tenant": draw.choice([["tenant:zzb"], ["tenant:zza", "tenant:zzc"], ["tenant:-zza"]]),
        "places.lvl0": ["places.lvl0:Home"],
    }
    chosen = draw.sample(sorted(refined), draw.randint(0, 2))
    filters = [refined[name] for name in chosen]
    hits = {"hitsPerPage": draw.choice([0, 5, 100]), "facets": ["*"], "facetFilters": filters}
    page = [{**shared, **hits}]
    for name in chosen:
        others = [refined[one] for one in chosen if one != name]
        page.append({**shared, "hitsPerPage": 0, "facets": name, "facetFilters": others})
    typed = draw.choice(["", "b", "zz", "tag"])
    page.append({**shared, "type": "facet", "facet": "brand", "facetQuery": typed})
    return page


def _named(page: list[dict[str, Any]], index: str) -> list[dict[str, Any]]:
    """The page of that index; hits in an order that no other document decides."""
    return [{**one, "indexName": f"{index}/sort/price:asc"} for one in page]


def _facet_values(draw: random.Random) -> Request:
    field = draw.choice(["brand", "tenant", "tags", "parent"])
    body = {
        "q": draw.choice(["", "b", "zz", "tag", "acme", "zzb"]),
        "query": draw.choice(["", "lamp", "zzb"]),
        "filter": draw.choice(FILTERS),
        "match": "all",
        "typo": "off",
    }
    return Request(f"facets/{field}", body, ("values",))


def _suggest(draw: random.Random) -> Request:
    q = draw.choice(["re", "la", "zz", "sec", "b", "brand", "lmap", "secretzb", "onlyzz", ""])
    return Request(f"suggest?q={q}&limit={draw.choice([3, 8])}", None)


def _one(draw: random.Random) -> Request:
    id = f"{draw.choice(['zza', *OTHERS])}-{draw.randint(0, 59):02}"
    return Request(draw.choice([f"docs/{id}", f"similar/{id}"]), None)


def _why(draw: random.Random) -> Request:
    id = f"{draw.choice(['zza', *OTHERS])}-{draw.randint(0, 59):02}"
    body = {"q": draw.choice(TYPED), "filter": draw.choice(FILTERS), "match": "all", "typo": "off"}
    return Request(f"why/{id}", body, ("indexed", "passes_filter", "hit", "total"))


# What only repeats the request, at the top of an answer, or anywhere in it.
_ECHOED = {"query", "id", "message", "words", "reasons", "explain", "next_cursor"}
_CHOSEN = {"selected"}


def _leaks(answer: Mapping[str, Any]) -> list[str]:
    """Texts of an answer that another tenant's documents have brought there."""
    told = {name: value for name, value in answer.items() if name not in _ECHOED}
    several = told.pop("results", ())
    found = [text for text in _texts(told) if any(tenant in text for tenant in OTHERS)]
    return found + [text for one in several for text in _leaks(one)]


def _texts(value: Any) -> Iterator[str]:
    """Every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from (name, *_texts(one)) if name not in _CHOSEN else ()


def _plain(value: Any) -> Any:
    """Less scores, which depend on the words of all documents."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items() if name != "score"}
    return value
