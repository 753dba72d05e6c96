"""GET /v1/reports/popular, /v1/reports/zero-results and /v1/reports/slow."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import falcon.asgi

from searchsvc.analytics.searches import SearchReport, SearchReports
from searchsvc.analytics.slow import SlowReport
from searchsvc.api.answers import send_json
from searchsvc.api.parameters import REPORT_PARAMETERS
from searchsvc.api.request import ApiRequest
from searchsvc.search.parameters import read_parameters
from searchsvc.search.service import SearchService


class Reports:
    """What is searched for, what in vain, and what was slow. `logs`: whether searches are kept."""

    def __init__(
        self, search: SearchService, searches: SearchReports, slow: SlowReport, *, logs: bool
    ) -> None:
        self._search = search
        self._searches = searches
        self._slow = slow
        self._logs = logs

    async def on_get_popular(self, req: ApiRequest, resp: falcon.asgi.Response) -> None:
        """Those of most clients first."""
        index, limit = self._asked(req)
        report = await asyncio.to_thread(self._searches.popular, index, limit)
        send_json(resp, self._body(report))

    on_head_popular = on_get_popular

    async def on_get_zero_results(self, req: ApiRequest, resp: falcon.asgi.Response) -> None:
        """Those of most clients first."""
        index, limit = self._asked(req)
        report = await asyncio.to_thread(self._searches.without_hits, index, limit)
        send_json(resp, self._body(report))

    on_head_zero_results = on_get_zero_results

    async def on_get_slow(self, req: ApiRequest, resp: falcon.asgi.Response) -> None:
        """The slowest first."""
        rows = await asyncio.to_thread(self._slow.slowest, *self._asked(req))
        send_json(resp, {"rows": [slow_body(row) for row in rows]})

    on_head_slow = on_get_slow

    def _asked(self, req: ApiRequest) -> tuple[str, int]:
        """The index and the limit. Raises UnknownIndex."""
        values = read_parameters(req.query(), REPORT_PARAMETERS)
        if values["index"]:
            self._search.live(values["index"])
        return values["index"], values["limit"]

    def _body(self, report: SearchReport) -> Mapping[str, object]:
        rows = [{"q": row.text, **_without_text(asdict(row))} for row in report.rows]
        since = report.since or None
        return {"logged": self._logs, "since": since, "searches": report.searches, "rows": rows}


def slow_body(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """One request, enough to send it again."""
    names = ("time", "request_id", "method", "path", "parameters", "index", "version", "status")
    return {**{name: row.get(name) for name in names}, **_slow_times(row)}


def _slow_times(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"total_ms": row["total_ms"], "stages": row.get("stages", {})}


def _without_text(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "text"}
