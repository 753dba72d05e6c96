"""POST /v1/indexes/{index}/judgments/{set}/from-clicks: judgments out of the logs."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import falcon.asgi

from searchsvc.analytics.click_judgments import click_judgments
from searchsvc.analytics.impressions import impressions
from searchsvc.analytics.period import Asked, read_time
from searchsvc.analytics.searches import Searches
from searchsvc.api.answers import send_json
from searchsvc.api.native.judgments import require_editing
from searchsvc.api.parameters import CLICK_PARAMETERS
from searchsvc.api.request import ApiRequest
from searchsvc.ports import JudgmentStore
from searchsvc.relevance.importing import check_set, put
from searchsvc.search.parameters import read_parameters
from searchsvc.search.service import SearchService


class JudgmentsFromClicks:
    """Rates documents by what people clicked on. `edit`: whether anybody may have them kept."""

    def __init__(
        self, search: SearchService, store: JudgmentStore, log: Searches, *, edit: bool
    ) -> None:
        self._search = search
        self._store = store
        self._log = log
        self._edit = edit

    async def on_post(
        self, req: ApiRequest, resp: falcon.asgi.Response, index: str, set: str
    ) -> None:
        """What was made, and what it rests on; kept unless it is a dry run."""
        values = read_parameters(await req.body(), CLICK_PARAMETERS)
        req.stages.lap("parse")
        self._search.live(index)
        check_set(set)
        if not values["dry_run"]:
            require_editing(req, edit=self._edit)
        send_json(resp, await asyncio.to_thread(self._made, index, set, values))

    def _made(self, index: str, set: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
        now = datetime.now(UTC)
        since, until = (read_time(values[name], name, now) for name in ("since", "until"))
        found = impressions(self._log.read(Asked(index, "", since, until)))
        known = {one.query for one in self._store.judgments(index, set)}
        least, model = values["min_impressions"], values["model"]
        made = click_judgments(found, model, now, least, known)
        dry_run = values["dry_run"]
        counts, differing = put(self._store, index, set, made.judgments, dry_run=dry_run)
        return {
            "index": index, "set": set, "model": model, "dry_run": dry_run, **made.counts,
            **asdict(counts), "conflicts": len(differing), "positions": made.positions,
            "judgments": [one.row for one in made.judged[: values["limit"]]],
        }  # fmt: skip
