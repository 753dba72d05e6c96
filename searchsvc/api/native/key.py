"""GET /v1/key: what a request with these credentials may do."""

from datetime import UTC, datetime

import falcon.asgi

from searchsvc.api.answers import send_json
from searchsvc.api.request import ApiRequest
from searchsvc.search.parameters import read_parameters
from searchsvc.search.service import SearchService


class KeyResource:
    """The role and the indexes of a key or token; of a server that asks for none, everything."""

    def __init__(self, search: SearchService) -> None:
        self._search = search

    async def on_get(self, req: ApiRequest, resp: falcon.asgi.Response) -> None:
        """Tells nothing of an index that is out of reach."""
        read_parameters(req.query(), ())
        grant = req.grant
        reached = [
            {"name": name, "serving": self._search.live(name) is not None}
            for name in sorted(self._search.definitions())
            if grant.reaches(name)
        ]
        ends = grant.until != float("inf")
        body = {
            "name": None if grant.key is None else grant.key.name,
            "role": grant.role,
            "token": grant.is_token,
            "indexes": reached,
            "expires": datetime.fromtimestamp(grant.until, UTC) if ends else None,
            "max_per_page": grant.restriction.max_per_page,
        }
        resp.set_header("Cache-Control", "no-store")
        send_json(resp, body)

    on_head = on_get
