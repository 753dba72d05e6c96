"""Which searches the API remembers, and of whom."""

import json
from dataclasses import replace
from pathlib import Path

import falcon.testing
import pytest

from searchsvc.api.app import create_app
from searchsvc.telemetry.searches import SearchLog

SEARCH = "/v1/indexes/books/search"


@pytest.fixture
def remember(api, tmp_path: Path):
    """Asks an app that remembers with these settings; what it has then written of each search."""

    def ask(*requests: tuple[str, dict[str, str]], header: str = "") -> list[tuple[str, str, str]]:
        log = SearchLog(tmp_path / "searched", b"s" * 32, 30)
        client = falcon.testing.TestClient(
            create_app(replace(api.services, searches=log, client_header=header))
        )
        for query, headers in requests:
            client.simulate_get(SEARCH, query_string=query, headers=headers)
        client.simulate_post(
            "/v1/search", json={"searches": [{"index": "books", "q": "many"}, {"index": "none"}]}
        )
        log.close()
        found = [
            json.loads(line)
            for path in (tmp_path / "searched").iterdir()
            for line in path.read_text().splitlines()
        ]
        return [(line["application"], line["user_query"], line["client_id"]) for line in found]

    return ask


def test_searches_with_hits_are_remembered(remember) -> None:
    """By their text as it was typed; what is refused, or asks for nothing, is not."""
    found = remember(("q=Dune+2", {}), ("q=%21%21", {}), ("q=x&bad=1", {}), ("", {}))
    assert [(index, text) for index, text, _ in found] == [("books", "dune 2"), ("books", "many")]


def test_clients_of_a_proxy(remember) -> None:
    """Are told apart by the last address of the header that it sets, and by no other."""
    asked = [
        ("q=a", {"X-Forwarded-For": "198.51.100.1, 192.0.2.1"}),
        ("q=b", {"X-Forwarded-For": "198.51.100.2, 192.0.2.1"}),
        ("q=c", {"X-Forwarded-For": "192.0.2.2"}),
        ("q=d", {}),
    ]
    a, b, c, d, _ = [client for *_, client in remember(*asked, header="X-Forwarded-For")]
    assert a == b
    assert len({a, c, d}) == 3


def test_without_a_trusted_proxy_no_header_counts(remember) -> None:
    """Else anybody could be a crowd."""
    asked = [
        ("q=a", {"X-Forwarded-For": f"192.0.2.{n}", "Forwarded": "for=1.2.3.4"}) for n in (1, 2)
    ]
    assert len({client for *_, client in remember(*asked)}) == 1


def test_what_is_dropped_is_counted(api, tmp_path: Path) -> None:
    """On /metrics; the search is answered all the same."""
    log = SearchLog(tmp_path / "searched", b"s" * 32, 30, most_waiting=0)
    client = falcon.testing.TestClient(create_app(replace(api.services, searches=log)))
    assert client.simulate_get(SEARCH, query_string="q=dune").status_code == 200
    assert "searchsvc_searches_dropped_total 1.0" in client.simulate_get("/metrics").text
