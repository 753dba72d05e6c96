"""Every document of one index, from one point in time, page by page."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from searchsvc.engines.elastic.client import Client
from searchsvc.engines.elastic.failures import decoded, failure, garbled
from searchsvc.engines.elastic.schema import KEY
from searchsvc.engines.elastic.shapes import Hit, Page

_KEPT = "5m"  # between two pages: the caller asks its source for each in between
_DOING = "listing documents"


def every_id(client: Client, index: str, size: int) -> Iterator[list[str]]:
    """The ids in batches of `size`, each once, whatever is written meanwhile."""
    for hits in every_hit(client, index, size, {}):
        yield [hit.id for hit in hits]


def every_hit(
    client: Client, index: str, size: int, wanted: Mapping[str, Any]
) -> Iterator[list[Hit]]:
    """The hits of a search in batches of `size`, by id; `wanted` is its query and its fields."""
    with _point(client, index) as point:
        body: dict[str, Any] = {
            **wanted,
            "size": size,
            "sort": [{KEY: "asc"}],
            "_source": False,
            "track_total_hits": False,
        }
        shown = "took,pit_id,hits.hits._id,hits.hits.sort,hits.hits.fields"
        path = f"/_search?filter_path={shown}&allow_partial_search_results=false"
        while True:
            body["pit"] = {"id": point[0], "keep_alive": _KEPT}
            page: Page = client.json("POST", path, body, doing=_DOING, shape=Page)
            point[0] = page.pit_id or point[0]
            if page.hits:
                yield page.hits
            if len(page.hits) < size:
                return
            body["search_after"] = page.hits[-1].sort


@contextmanager
def _point(client: Client, index: str) -> Iterator[list[str]]:
    """The id of a point in time, which may change with each page; let go at the end."""
    is_opensearch = client.access.kind == "opensearch"
    name = "_search/point_in_time" if is_opensearch else "_pit"
    key = "pit_id" if is_opensearch else "id"
    path = f"/{index}/{name}?keep_alive={_KEPT}"
    reply = client.ask("POST", path)
    if reply.status >= 400:
        raise failure(reply, _DOING)
    opened = decoded(reply, _DOING, dict[str, Any])
    if key not in opened:
        raise garbled(reply, _DOING)
    point = [str(opened[key])]
    try:
        yield point
    finally:
        held: object = point if is_opensearch else point[0]
        client.json("DELETE", f"/{name}", {key: held}, doing=_DOING)
