"""What Search UI asks while one types, and what it is offered."""

import pytest

from searchsvc.domain.result import (
    HitSuggestion,
    LiveIndex,
    QuerySuggestion,
    SearchResult,
    SuggestResult,
    ValueSuggestion,
)
from tests.support.lamps import LAMP, SHOP, VERSION


@pytest.fixture
def shop(api):
    """An app whose books are a shop's goods, of which the lamp is found."""
    api.engine.held = LiveIndex(VERSION, SHOP)
    api.engine.answers = lambda _: SearchResult(VERSION, 1, (LAMP,))
    return api


def complete(api, config, text="la"):
    """The answer while one types."""
    body = {"state": {"searchTerm": text}, "queryConfig": config}
    return api.client.simulate_post("/v1/indexes/books/ui/autocomplete", json=body)


SUGGESTED = SuggestResult(
    VERSION,
    (ValueSuggestion("brand", "Lamda", 3, "<mark>La</mark>mda"),),
    (HitSuggestion("7", "name", "Lamp", "<mark>La</mark>mp"),),
    (QuerySuggestion("lamp shade", "<mark>la</mark>mp shade"),),
)


def test_completions_come_under_their_names(shop) -> None:
    """Hits, texts of the named fields, what people search for, and hits among suggestions."""
    shop.engine.suggests = SUGGESTED
    config = {
        "results": {"resultsPerPage": 3, "result_fields": {"name": {"snippet": {}}, "margin": {}}},
        "suggestions": {
            "size": 4,
            "types": {
                "names": {"fields": ["name", "margin"]},
                "popular": {"fields": []},
                "nothing": {"fields": ["margin"]},
                "goods": {"queryType": "results", "result_fields": {"price": {}}},
            },
        },
    }
    result = complete(shop, config)
    body = result.json
    assert body["autocompletedResults"] == [
        {
            "_meta": {"id": "7", "score": 2.5},
            "id": {"raw": "7"},
            "name": {"raw": "Red & blue lamp", "snippet": "Red &amp; blue <mark>lamp</mark>"},
        }
    ]
    goods = body["autocompletedSuggestions"].pop("goods")
    assert goods[0]["queryType"] == "results"
    assert goods[0]["result"]["price"] == {"raw": 19.9}
    assert body["autocompletedSuggestions"] == {
        "names": [{"suggestion": "Lamp", "highlight": "<mark>La</mark>mp"}],
        "popular": [{"suggestion": "lamp shade", "highlight": "<mark>la</mark>mp shade"}],
        "nothing": [],
    }
    assert body["autocompletedResultsRequestId"] == result.headers["x-request-id"]
    limits = {type(asked).__name__: asked.limit for asked in shop.engine.asked}
    assert limits == {"SearchQuery": 4, "SuggestQuery": 12}


def test_completions_that_nobody_asked_for(shop) -> None:
    """The client sends only what is configured; nothing else is asked of the engine."""
    body = complete(shop, {}).json
    assert (body["autocompletedResults"], body["autocompletedSuggestions"]) == ([], {})
    assert shop.engine.asked == []
    many = {f"t{n}": {"fields": []} for n in range(11)}
    result = complete(shop, {"suggestions": {"types": many}})
    assert (result.status_code, result.json["param"]) == (400, "queryConfig.suggestions.types")
