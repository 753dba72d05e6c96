"""The official client for Python against our wire, over HTTP."""

import pytest
from algoliasearch.http.exceptions import RequestException
from algoliasearch.http.hosts import CallType, Host, HostsCollection
from algoliasearch.search.client import SearchClientSync
from algoliasearch.search.config import SearchConfig

from tests.support.server import film_server


@pytest.fixture(scope="module", params=[None, "gzip"])
def client(request, tmp_path_factory):
    """Their client, told to go to us; nothing else about it is changed."""
    with film_server(tmp_path_factory.mktemp("films")) as running:
        config = SearchConfig("searchsvc", "nobody-checks-it-on-loopback")
        address, both = f"127.0.0.1:{running.port}/compat/algolia", CallType.READ | CallType.WRITE
        config.hosts = HostsCollection([Host(address, scheme="http", accept=both)])
        config.compression_type = request.param
        config.compression_threshold = 10
        with SearchClientSync(config=config) as made:
            yield made


def test_several_searches(client) -> None:
    """Hits with typed highlights, facets and statistics."""
    answer = client.search(
        {
            "requests": [
                {"indexName": "films", "query": "night", "facets": ["genre", "year"]},
                {"indexName": "films_newest", "query": "", "hitsPerPage": 3},
                {"indexName": "films", "type": "facet", "facet": "genre", "facetQuery": "dra"},
            ]
        }
    )
    first, second, third = (one.actual_instance for one in answer.results)
    hit = first.hits[0]
    assert hit.object_id
    title = hit.highlight_result["title"].actual_instance
    assert "<em>Night" in title.value
    assert title.match_level == "full"
    assert sum(first.facets["genre"].values()) == first.nb_hits
    assert first.facets_stats["year"].min <= first.facets_stats["year"].max
    years = [one.model_extra["year"] for one in second.hits]
    assert years == sorted(years, reverse=True)
    assert third.facet_hits[0].value == "Drama"


def test_one_index(client) -> None:
    """With filters, and the page that was asked for."""
    answer = client.search_single_index(
        "films", {"query": "", "filters": "genre:Drama", "hitsPerPage": 2, "page": 1}
    )
    assert (answer.page, answer.hits_per_page, len(answer.hits)) == (1, 2, 2)
    assert {one.model_extra["genre"] for one in answer.hits} == {"Drama"}
    found = client.search_for_facet_values("films", "genre", {"facetQuery": "com"})
    assert [value.value for value in found.facet_hits] == ["Comedy"]


def test_browsing_gives_every_document_once(client) -> None:
    """By cursors, until there is none."""
    seen: list[str] = []
    client.browse_objects(
        "films", lambda page: seen.extend(hit.object_id for hit in page.hits), {"hitsPerPage": 10}
    )
    assert len(seen) == len(set(seen)) == client.search_single_index("films", {}).nb_hits


def test_objects(client) -> None:
    """By their ids, and an error of theirs for what is not there."""
    id = client.search_single_index("films", {"query": "night"}).hits[0].object_id
    assert client.get_object("films", id)["objectID"] == id
    found = client.get_objects({"requests": [{"indexName": "films", "objectID": id}]})
    assert found.results[0]["objectID"] == id
    with pytest.raises(RequestException, match="no document 'nobody'"):
        client.get_object("films", "nobody")


def test_indices_and_settings(client) -> None:
    """What there is to search, and by which attributes."""
    (index,) = client.list_indices().items
    assert (index.name, index.replicas) == ("films", ["films_newest", "films_oldest"])
    assert client.get_settings("films").searchable_attributes[0] == "title"


def test_errors_are_theirs(client) -> None:
    """With our message: a filter that cannot be read, an index that is none, and a write."""
    with pytest.raises(RequestException, match="did you mean 'genre'"):
        client.search_single_index("films", {"filters": "genr:Drama"})
    with pytest.raises(RequestException, match="did you mean 'films'"):
        client.search_single_index("film", {})
    with pytest.raises(RequestException, match="read-only"):
        client.save_object("films", {"objectID": "1"})
