"""GET /v1/indexes/{index}/judgments; GET and PUT /v1/indexes/{index}/judgments/{set}."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime

import falcon.asgi

from searchsvc.api.answers import send_json
from searchsvc.api.parameters import JUDGMENT_PARAMETERS
from searchsvc.api.request import JUDGMENT_TYPES, ApiRequest
from searchsvc.errors import EditingOff, UnknownSet, nearest
from searchsvc.ports import JudgmentStore
from searchsvc.relevance.agreement import conflicts
from searchsvc.relevance.formats.lines import Text
from searchsvc.relevance.importing import JudgmentImport, check_set, put
from searchsvc.search.parameters import read_parameters
from searchsvc.search.service import SearchService

_SOURCE = "api"


class Judgments:
    """What people judged of an index's hits. `edit`: whether anybody may add to it.

    `has_file` says whether an index has judgments beside its mapping, too.
    """

    def __init__(
        self,
        search: SearchService,
        store: JudgmentStore,
        has_file: Callable[[str], bool],
        *,
        edit: bool,
    ) -> None:
        self._search = search
        self._store = store
        self._has_file = has_file
        self._edit = edit

    async def on_get(self, req: ApiRequest, resp: falcon.asgi.Response, index: str) -> None:
        """The sets of the index, counted, and whether there is a file beside its mapping."""
        read_parameters(req.query(), ())
        self._search.live(index)
        sets = [asdict(one) for one in await asyncio.to_thread(self._store.sets, index)]
        for one in sets:
            del one["index"]
        file = await asyncio.to_thread(self._has_file, index)
        send_json(resp, {"index": index, "sets": sets, "file": file})

    on_head = on_get

    async def on_get_set(
        self, req: ApiRequest, resp: falcon.asgi.Response, index: str, set: str
    ) -> None:
        """Some of the judgments of a set, by query, document and rater."""
        values = read_parameters(req.query(), JUDGMENT_PARAMETERS)
        self._search.live(index)
        check_set(set)
        query = values["q"].strip() or None
        found = await asyncio.to_thread(self._store.judgments, index, set, query)
        if not found:
            await asyncio.to_thread(self._require, index, set)
        shown = found[values["offset"] :][: values["limit"]]
        resp.set_header("Cache-Control", "no-store")
        send_json(
            resp,
            {
                "index": index,
                "set": set,
                "total": len(found),
                "conflicts": len(conflicts(found)),
                "judgments": [asdict(one) for one in shown],
            },
        )

    on_head_set = on_get_set

    async def on_put_set(
        self, req: ApiRequest, resp: falcon.asgi.Response, index: str, set: str
    ) -> None:
        """Add the judgments of the body, or put them in the place of those that they mend."""
        read_parameters(req.query(), ())
        self._search.live(index)
        check_set(set)
        require_editing(req, edit=self._edit)
        body = await req.text(JUDGMENT_TYPES)
        send_json(resp, await asyncio.to_thread(self._put, index, set, body, req.user()))

    def _put(self, index: str, set: str, body: str, rater: str) -> dict[str, object]:
        given = JudgmentImport(rater, _SOURCE, datetime.now(UTC))
        given.add(Text(body.removeprefix("\ufeff")))
        counts, differing = put(self._store, index, set, given.judgments())
        return {"index": index, "set": set, **asdict(counts), "conflicts": len(differing)}

    def _require(self, index: str, set: str) -> None:
        """Raises UnknownSet."""
        names = [one.name for one in self._store.sets(index)]
        if set not in names:
            hint = nearest(set, names) if names else "searchsvc judge import makes one"
            raise UnknownSet(f"'{index}' has no judgments in a set '{set}'", hint=hint)


def require_editing(req: ApiRequest, *, edit: bool) -> None:
    """Raises EditingOff where whoever asks may add no judgments."""
    if not edit and req.grant.key is None:
        hint = "use a key of role analyst, searchsvc judge import, or set api.edit"
        raise EditingOff("this API takes no judgments without a key", hint=hint)
