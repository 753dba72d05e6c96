"""GET /ui and /docs with their files: the search page, its client, and the API's description."""

from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files

import falcon
import falcon.asgi

from searchsvc.api.request import ApiRequest

_TYPES = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
    "ts": "text/plain; charset=utf-8",
}
# Nothing of another host, nothing inline: text that slipped through as markup would do nothing.
POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; object-src 'none'"
)
# Swagger UI draws its arrows from URLs of its style sheet's own data.
DOCS_POLICY = f"{POLICY}; img-src 'self' data:"


@dataclass(frozen=True, slots=True)
class _File:
    data: bytes
    content_type: str
    etag: str


class Page:
    """The files of a page, read once; `folder` lies in the package's web folder."""

    def __init__(self, folder: str = "", policy: str = POLICY) -> None:
        self._policy = policy
        shipped = files("searchsvc.api") / "web" / folder
        self._files = {
            file.name: _read(file.name, file.read_bytes())
            for file in shipped.iterdir()
            if file.name.rpartition(".")[2] in _TYPES
        }

    async def on_get(
        self, req: ApiRequest, resp: falcon.asgi.Response, file: str = "index.html"
    ) -> None:
        """One file, 304 when the browser has it; a page also without the end of its name."""
        found = self._files.get(file) or self._files.get(f"{file}.html")
        if found is None:
            raise falcon.HTTPNotFound
        resp.set_header("Content-Security-Policy", self._policy)
        resp.set_header("Referrer-Policy", "no-referrer")
        resp.set_header("Cache-Control", "no-cache")
        resp.set_header("ETag", found.etag)
        if found.etag in (req.get_header("If-None-Match") or ""):
            resp.status = 304
            return
        resp.data = found.data
        resp.content_type = found.content_type

    on_head = on_get

    async def on_get_root(self, _: ApiRequest, __: falcon.asgi.Response) -> None:
        """The root leads to the page."""
        raise falcon.HTTPFound("/ui")

    on_head_root = on_get_root


def _read(name: str, data: bytes) -> _File:
    return _File(data, _TYPES[name.rpartition(".")[2]], f'"{sha256(data).hexdigest()[:20]}"')
