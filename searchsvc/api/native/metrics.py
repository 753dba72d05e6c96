"""GET /metrics."""

import asyncio

import falcon.asgi

from searchsvc.api.request import ApiRequest
from searchsvc.telemetry.metrics import Metrics


class Exposition:
    """Prometheus's text."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    async def on_get(self, _: ApiRequest, resp: falcon.asgi.Response) -> None:
        """Every metric."""
        resp.data = await asyncio.to_thread(self._metrics.exposition)
        resp.content_type = self._metrics.content_type

    on_head = on_get
