"""GET /v1/latency."""

import asyncio
from collections.abc import Mapping

import falcon.asgi

from searchsvc.api.answers import send_json
from searchsvc.api.parameters import LATENCY_PARAMETERS
from searchsvc.api.request import ApiRequest
from searchsvc.search.parameters import read_parameters
from searchsvc.telemetry.latency_report import WINDOWS, LatencyReport, Summary


class Latency:
    """Percentiles per route, index and stage, across all workers."""

    def __init__(self, report: LatencyReport) -> None:
        self._report = report

    async def on_get(self, req: ApiRequest, resp: falcon.asgi.Response) -> None:
        """The last 1, 5 and 60 minutes."""
        minutes = read_parameters(req.query(), LATENCY_PARAMETERS)["minutes"]
        chosen = WINDOWS if minutes == "all" else (int(minutes),)
        windows = [await asyncio.to_thread(self._window, number) for number in chosen]
        send_json(resp, {"windows": windows})

    on_head = on_get

    def _window(self, minutes: int) -> Mapping[str, object]:
        series = [summary_body(summary) for summary in self._report.window(minutes)]
        return {"minutes": minutes, "series": series}


def summary_body(summary: Summary) -> Mapping[str, object]:
    """One series, times in milliseconds."""
    times = {"p50": summary.p50, "p90": summary.p90, "p99": summary.p99, "max": summary.max}
    return {
        "route": summary.route,
        "index": summary.index,
        "stage": summary.stage,
        "count": summary.count,
        **{f"{name}_ms": round(seconds * 1000, 4) for name, seconds in times.items()},
    }
