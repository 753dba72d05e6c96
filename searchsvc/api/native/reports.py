"""GET /v1/reports/{popular,zero-results,no-click,ctr,click-mrr,reformulations,slow}."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import Any

import falcon.asgi

from searchsvc.analytics.period import Asked, read_time
from searchsvc.analytics.rendering import csv_of, ndjson_of
from searchsvc.analytics.reports import Report, Reports
from searchsvc.analytics.slow import SlowReport
from searchsvc.api.answers import send_json
from searchsvc.api.parameters import MEASURE_PARAMETERS, REPORT_PARAMETERS
from searchsvc.api.request import ApiRequest
from searchsvc.search.parameters import Parameter, read_parameters
from searchsvc.search.service import SearchService

_CSV, _NDJSON = "text/csv", "application/x-ndjson"
_FORMATS = {_CSV: "csv", _NDJSON: "ndjson"}


class ReportResource:
    """What is searched for, what in vain, what is clicked on, and what was slow.

    `logs`: whether searches are kept.
    """

    def __init__(
        self, search: SearchService, reports: Reports, slow: SlowReport, *, logs: bool
    ) -> None:
        self._search = search
        self._reports = reports
        self._slow = slow
        self._logs = logs

    async def on_get_popular(self, req: ApiRequest, resp: falcon.asgi.Response) -> None:
        """Those of most clients first."""
        await self._respond(req, resp, self._reports.popular)

    on_head_popular = on_get_popular

    async def on_get_zero_results(self, req: ApiRequest, resp: falcon.asgi.Response) -> None:
        """Those of most clients first."""
        await self._respond(req, resp, self._reports.zero_results)

    on_head_zero_results = on_get_zero_results

    async def on_get_no_click(self, req: ApiRequest, resp: falcon.asgi.Response) -> None:
        """Those of most clients first."""
        await self._respond(req, resp, self._reports.no_click)

    on_head_no_click = on_get_no_click

    async def on_get_ctr(self, req: ApiRequest, resp: falcon.asgi.Response) -> None:
        """Of each query, day, index or ranking."""
        await self._respond(req, resp, self._reports.ctr, MEASURE_PARAMETERS)

    on_head_ctr = on_get_ctr

    async def on_get_click_mrr(self, req: ApiRequest, resp: falcon.asgi.Response) -> None:
        """Of each query, day, index or ranking."""
        await self._respond(req, resp, self._reports.click_mrr, MEASURE_PARAMETERS)

    on_head_click_mrr = on_get_click_mrr

    async def on_get_reformulations(self, req: ApiRequest, resp: falcon.asgi.Response) -> None:
        """Those of most clients first."""
        await self._respond(req, resp, self._reports.reformulations)

    on_head_reformulations = on_get_reformulations

    async def on_get_slow(self, req: ApiRequest, resp: falcon.asgi.Response) -> None:
        """The slowest first."""
        values, asked = self._asked(req, REPORT_PARAMETERS)
        rows = await asyncio.to_thread(self._slow.slowest, asked, values["limit"])
        _send(req, resp, values["format"], {"rows": rows})

    on_head_slow = on_get_slow

    async def _respond(
        self,
        req: ApiRequest,
        resp: falcon.asgi.Response,
        report: Callable[..., Report],
        table: tuple[Parameter, ...] = REPORT_PARAMETERS,
    ) -> None:
        values, asked = self._asked(req, table)
        if "by" in values:
            report = partial(report, by=values["by"])
        found = await asyncio.to_thread(report, asked, values["limit"])
        _send(req, resp, values["format"], {"logged": self._logs, **asdict(found)})

    def _asked(
        self, req: ApiRequest, table: tuple[Parameter, ...]
    ) -> tuple[Mapping[str, Any], Asked]:
        """The parameters, and what they ask for. Raises UnknownIndex or RequestError."""
        values, now = read_parameters(req.query(), table), datetime.now(UTC)
        if values["index"]:
            self._search.live(values["index"])
        since, until = (read_time(values[name], name, now) for name in ("since", "until"))
        return values, Asked(values["index"], values["ranking"], since, until)


def _send(
    req: ApiRequest, resp: falcon.asgi.Response, format: str, body: Mapping[str, Any]
) -> None:
    """As the parameter asks, else as the header does; rows alone where it is no JSON object."""
    if not format:
        resp.append_header("Vary", "Accept")
        # A browser says that it takes anything.
        wanted = req.client_prefers(("application/json", *_FORMATS)) or ""
        format = _FORMATS.get(wanted, "json")
    if format == "csv":
        resp.data, resp.content_type = csv_of(body["rows"]).encode(), f"{_CSV}; charset=utf-8"
    elif format == "ndjson":
        resp.data, resp.content_type = ndjson_of(body["rows"]), _NDJSON
    else:
        send_json(resp, body)
