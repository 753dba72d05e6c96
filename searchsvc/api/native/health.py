"""GET /livez and /readyz."""

import asyncio
import time
from collections.abc import Mapping

import falcon.asgi

from searchsvc.api.answers import send_json
from searchsvc.api.draining import Draining
from searchsvc.api.request import ApiRequest
from searchsvc.errors import SearchsvcError
from searchsvc.ports import StateStore
from searchsvc.search.service import SearchService

# However often probes come, the state store and the engine are asked at most once in this time.
_FRESH_SECONDS = 1.0


class Live:
    """The process answers; whatever else is down, restarting it would not help."""

    async def on_get(self, _: ApiRequest, resp: falcon.asgi.Response) -> None:
        """Always 200."""
        send_json(resp, {"live": True})

    on_head = on_get


class Ready:
    """Whether this server should get requests: its state store answers, an index serves."""

    def __init__(self, search: SearchService, state: StateStore, draining: Draining) -> None:
        self._search = search
        self._state = state
        self._draining = draining
        self._seen: tuple[bool, dict[str, str]] = (False, {})
        self._seen_at = float("-inf")

    async def on_get(self, _: ApiRequest, resp: falcon.asgi.Response) -> None:
        """200, or 503 with the part that is not ready."""
        state, indexes = await self._look()
        curations = {name: not self._search.problems(name) for name in indexes}
        draining = self._draining.active()
        ready = state and "serving" in indexes.values() and not draining
        resp.status = 200 if ready else 503
        body: Mapping[str, object] = {
            "ready": ready,
            "draining": draining,
            "state_store": "ok" if state else "failed",
            "indexes": indexes,
            "curations": {name: "ok" if ok else "refused" for name, ok in curations.items()},
        }
        send_json(resp, body)

    on_head = on_get

    async def _look(self) -> tuple[bool, dict[str, str]]:
        if time.monotonic() - self._seen_at > _FRESH_SECONDS:
            self._seen_at = time.monotonic()
            state = await asyncio.to_thread(self._state_answers)
            self._seen = (state, {n: self._index(n) for n in sorted(self._search.definitions())})
        return self._seen

    def _state_answers(self) -> bool:
        try:
            self._state.runs(limit=1)
        except SearchsvcError:
            return False
        return True

    def _index(self, name: str) -> str:
        try:
            return "serving" if self._search.live(name) else "not_serving"
        except SearchsvcError:
            return "failed"
