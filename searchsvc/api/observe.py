"""Books every request: its stages, its status, its headers, and the slow log."""

from typing import Any

import falcon.asgi

from searchsvc.api.entrance import refuse
from searchsvc.api.request import ApiRequest
from searchsvc.api.services import ApiServices
from searchsvc.telemetry.lines import instant
from searchsvc.telemetry.metrics import REQUESTS, SEARCHES_DROPPED, SLOW_DROPPED
from searchsvc.telemetry.searches import SearchLog
from searchsvc.telemetry.slow import SlowRequest

_METHODS = frozenset({"GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE"})


class Observe:
    """Falcon middleware; also ends the worker's services with the worker."""

    def __init__(self, services: ApiServices) -> None:
        self._latency = services.latency
        self._slow_log = services.slow_log
        self._events = services.events
        self._slow_seconds = services.settings.slow_ms / 1000
        self._definitions = services.search.definitions()
        self._close = services.close
        self._searches = services.searches
        self._client_header = services.client_header

    async def process_request(self, req: ApiRequest, _: falcon.asgi.Response) -> None:
        """Refuse what the entrance marked."""
        refuse(req)
        req.remembers = self._searches is not None

    async def process_resource(
        self, req: ApiRequest, _: falcon.asgi.Response, __: object, params: dict[str, Any]
    ) -> None:
        """Remember the index, when it is one: names that nobody defined make no series."""
        name = params.get("index")
        if name in self._definitions:
            req.index = str(name)

    async def process_response(
        self, req: ApiRequest, resp: falcon.asgi.Response, _: object, __: bool
    ) -> None:
        """Add the headers of every answer, and book the request."""
        total = req.stages.total
        resp.set_header("X-Request-Id", req.request_id)
        resp.set_header("Server-Timing", server_timing(req.stages.durations, total))
        resp.set_header("X-Content-Type-Options", "nosniff")
        if req.version:
            resp.set_header("X-Index-Version", req.version)
        route = (req.uri_template or "unmatched").replace(":path}", "}")
        method = req.method if req.method in _METHODS else "other"
        self._latency.record_request(route, req.index, req.stages.durations, total)
        self._latency.count(REQUESTS, route, method, str(resp.status_code))
        if total >= self._slow_seconds:
            self._log_slow(req, resp.status_code, total)
        if req.searched and self._searches is not None:
            self._remember(req, self._searches)

    async def process_shutdown(self, _: dict[str, Any], __: dict[str, Any]) -> None:
        """Write what waits, and close the engine; latencies are in their file already."""
        self._slow_log.close()
        for log in (self._searches, self._events):
            if log is not None:
                log.close()
        await self._close()

    def _log_slow(self, req: ApiRequest, status: int, total: float) -> None:
        stages = {name: milliseconds(s) for name, s in req.stages.durations.items()}
        self._slow_log.add(
            SlowRequest(
                time=instant(),
                request_id=req.request_id,
                method=req.method,
                path=req.path,
                parameters=req.given,
                index=req.index,
                version=req.version,
                status=status,
                total_ms=milliseconds(total),
                stages=stages,
            )
        )
        dropped = self._slow_log.take_dropped()
        if dropped:
            self._latency.count(SLOW_DROPPED, by=dropped)

    def _remember(self, req: ApiRequest, searches: SearchLog) -> None:
        address = req.client(self._client_header)
        for search in req.searched:
            searches.add(search, address)
        dropped = searches.take_dropped()
        if dropped:
            self._latency.count(SEARCHES_DROPPED, by=dropped)


def server_timing(durations: dict[str, float], total: float) -> str:
    """The header's value: every stage and the total in milliseconds."""
    parts = [f"{stage};dur={seconds * 1000:.3f}" for stage, seconds in durations.items()]
    return ", ".join([*parts, f"total;dur={total * 1000:.3f}"])


def milliseconds(seconds: float) -> float:
    """Rounded to a µs, as answers and logs show it."""
    return round(seconds * 1000, 3)
