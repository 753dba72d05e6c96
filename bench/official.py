"""The search route of bench/serving.py on the official asynchronous client; granian runs `make()`.

The engine is asked what ours asks: by ready bodies (BENCH_BODIES, a JSON object of body by text),
or where BENCH_PLAN is set by bodies that our planner and compiler make of each request.
"""

import os
from pathlib import Path
from typing import Any

import falcon.asgi
import orjson
from opensearchpy import AsyncOpenSearch


class Search:
    """Asks, and gives the hits and facets in the shape of ours."""

    def __init__(self, client: AsyncOpenSearch, index: str, bodies: dict[str, Any]) -> None:
        self._client = client
        self._index = index
        self._bodies = bodies
        self._plan: Any = None

    async def on_get(self, req: falcon.asgi.Request, resp: falcon.asgi.Response) -> None:
        """By the parameters of ours."""
        text = req.get_param("q", default="")
        asked = self._planned(req.params) if "BENCH_PLAN" in os.environ else self._bodies[text]
        found = await self._client.search(index=self._index, body=asked)
        hits = [
            {"id": one["_id"], "score": one["_score"], "doc": orjson.loads(one["_source"]["_json"])}
            for one in found["hits"]["hits"]
        ]
        total = {"value": found["hits"]["total"]["value"], "relation": "eq"}
        facets = found.get("aggregations", {})
        resp.data = orjson.dumps({"query": text, "total": total, "hits": hits, "facets": facets})
        resp.content_type = "application/json"

    def _planned(self, parameters: dict[str, Any]) -> dict[str, Any]:
        from rows import MAPPING

        from searchsvc.definitions.mappings import parse_mapping
        from searchsvc.engines.clauses import clauses
        from searchsvc.engines.elastic.bodies import search_body
        from searchsvc.engines.elastic.plan import Plan
        from searchsvc.engines.elastic.query import group
        from searchsvc.search.request import search_query

        if self._plan is None:
            self._plan = Plan(parse_mapping("products", MAPPING))
        query = search_query(parameters, self._plan.definition)
        cut = clauses(query.terms, query.alternatives, group)
        return search_body(self._plan, query, cut, misspelt=False)


class Ready:
    """The bench waits for it."""

    async def on_get(self, _: falcon.asgi.Request, resp: falcon.asgi.Response) -> None:
        """200."""


def make() -> falcon.asgi.App:
    """The app; the client opens its connections when it is first asked."""
    client = AsyncOpenSearch(hosts=[os.environ["BENCH_ENGINE"]])
    bodies = orjson.loads(Path(os.environ["BENCH_BODIES"]).read_bytes())
    app = falcon.asgi.App()
    app.add_route("/v1/indexes/products/search", Search(client, os.environ["BENCH_INDEX"], bodies))
    app.add_route("/readyz", Ready())
    return app
