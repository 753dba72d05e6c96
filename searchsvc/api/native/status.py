"""GET /v1/status."""

import asyncio
from collections.abc import Mapping

import falcon.asgi

from searchsvc import __version__
from searchsvc.api.answers import send_json
from searchsvc.api.request import ApiRequest
from searchsvc.indexing.status import status_of
from searchsvc.ports import IndexStore, StateStore
from searchsvc.search.parameters import read_parameters
from searchsvc.search.service import SearchService


class Status:
    """How every index stands: what answers, how fresh it is, and what is wrong."""

    def __init__(self, search: SearchService, store: IndexStore, state: StateStore) -> None:
        self._search = search
        self._store = store
        self._state = state

    async def on_get(self, req: ApiRequest, resp: falcon.asgi.Response) -> None:
        """By name."""
        read_parameters(req.query(), ())
        names = sorted(self._search.definitions())
        indexes = await asyncio.to_thread(lambda: [self._index(name) for name in names])
        send_json(resp, {"release": __version__, "indexes": indexes})

    on_head = on_get

    def _index(self, name: str) -> Mapping[str, object]:
        status = status_of(name, self._store, self._state)
        live = status.live
        return {
            "name": name,
            "version": live.version.name if live else None,
            "documents": live.documents if live else None,
            "size_bytes": live.size if live else None,
            "freshness_seconds": status.freshness,
            "drift": status.drift,
            "dead_letters": status.dead_letters,
            "problems": self._search.problems(name),
        }
