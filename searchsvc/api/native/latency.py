"""GET /v1/latency and /v1/latency/history."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

import falcon.asgi

from searchsvc.api.answers import send_json
from searchsvc.api.parameters import HISTORY_PARAMETERS, LATENCY_PARAMETERS
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

    async def on_get_history(self, req: ApiRequest, resp: falcon.asgi.Response) -> None:
        """Each minute of the last hour."""
        values = read_parameters(req.query(), HISTORY_PARAMETERS)
        chosen = values["route"], values["index"], values["stage"]
        minutes = await asyncio.to_thread(self._report.history, *chosen)
        rows = [{"minute": _instant(at), **_times(summary)} for at, summary in minutes]
        send_json(resp, {"route": chosen[0], "index": chosen[1], "stage": chosen[2], "rows": rows})

    on_head_history = on_get_history

    def _window(self, minutes: int) -> Mapping[str, object]:
        series = [summary_body(summary) for summary in self._report.window(minutes)]
        return {"minutes": minutes, "series": series}


def summary_body(summary: Summary) -> Mapping[str, object]:
    """One series, times in milliseconds."""
    place = {"route": summary.route, "index": summary.index, "stage": summary.stage}
    return {**place, **_times(summary)}


def _times(summary: Summary) -> Mapping[str, object]:
    times = {"p50": summary.p50, "p90": summary.p90, "p99": summary.p99, "max": summary.max}
    return {
        "count": summary.count,
        **{f"{name}_ms": round(seconds * 1000, 4) for name, seconds in times.items()},
    }


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
