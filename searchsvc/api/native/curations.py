"""GET and PUT /v1/indexes/{index}/synonyms and /v1/indexes/{index}/rules."""

import asyncio
from collections.abc import Mapping

import falcon.asgi

from searchsvc.api.answers import send_json
from searchsvc.api.request import ApiRequest
from searchsvc.domain.curation import CurationFile, CurationKind
from searchsvc.errors import EditingOff
from searchsvc.ports import Curations
from searchsvc.search.parameters import read_parameters
from searchsvc.search.service import SearchService


class CurationResource:
    """One of an index's two files: what it says, and whether that is in use.

    `edit`: whether it may be changed here by whom no key is asked for.
    """

    def __init__(
        self, search: SearchService, curations: Curations, kind: CurationKind, *, edit: bool
    ) -> None:
        self._search = search
        self._curations = curations
        self._kind = kind
        self._edit = edit

    async def on_get(self, req: ApiRequest, resp: falcon.asgi.Response, index: str) -> None:
        """The file as it lies."""
        read_parameters(req.query(), ())
        self._search.live(index)
        file = await asyncio.to_thread(self._curations.file, index, self._kind)
        _answer(resp, index, file)

    on_head = on_get

    async def on_put(self, req: ApiRequest, resp: falcon.asgi.Response, index: str) -> None:
        """Put the body in the place of the file."""
        read_parameters(req.query(), ())
        self._search.live(index)
        if not self._edit and req.grant.key is None:
            hint = "change the file itself, set api.edit, or use an admin key"
            raise EditingOff("this API does not change files", hint=hint)
        text, expected = await req.text(), _hashes(req.get_header("If-Match") or "")
        file = await asyncio.to_thread(
            self._curations.put, index, self._kind, text, req.user() or req.remote_addr, expected
        )
        _answer(resp, index, file)


def _answer(resp: falcon.asgi.Response, index: str, file: CurationFile) -> None:
    resp.set_header("ETag", f'"{file.hash}"')
    resp.set_header("Cache-Control", "no-store")
    send_json(resp, file_body(index, file))


def file_body(index: str, file: CurationFile) -> Mapping[str, object]:
    """A file with what is known of it."""
    changes = [
        {"at": one.at, "by": one.by, "before": one.before, "after": one.after}
        for one in file.changes
    ]
    return {
        "index": index,
        "file": file.path,
        "hash": file.hash,
        "used": file.used,
        "problem": file.problem or None,
        "text": file.text,
        "changes": changes,
    }


def _hashes(header: str) -> list[str]:
    """The hashes of If-Match; none where any content will do."""
    tags = [tag.strip().removeprefix("W/").strip('"') for tag in header.split(",") if tag.strip()]
    return [] if "*" in tags else tags
