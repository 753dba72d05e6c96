"""Which pages of other origins may read answers: those that are named, exactly."""

from collections.abc import Collection

import falcon.asgi

from searchsvc.api.request import ApiRequest
from searchsvc.domain.access import Grant
from searchsvc.errors import KeyForbids, OriginForbids

_METHODS = "GET, HEAD, POST, PUT, OPTIONS"
_SENT = (
    "Authorization, X-API-Key, Content-Type, If-Match, X-Request-Id, "
    "X-Algolia-API-Key, X-Algolia-Application-Id, X-Algolia-Agent"
)
_SHOWN = (
    "Server-Timing, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id, X-Index-Version, "
    "ETag, Allow, WWW-Authenticate"
)
_PREFLIGHT_SECONDS = "600"


def is_preflight(req: ApiRequest) -> bool:
    """Whether a browser asks whether a page may send a request."""
    return (
        req.method == "OPTIONS"
        and req.get_header("Origin") is not None
        and req.get_header("Access-Control-Request-Method") is not None
    )


def answer_preflight(resp: falcon.asgi.Response) -> None:
    """Say what may be sent; for which origin, `allow` says."""
    resp.status = 204
    resp.set_header("Access-Control-Allow-Methods", _METHODS)
    resp.set_header("Access-Control-Allow-Headers", _SENT)
    resp.set_header("Access-Control-Max-Age", _PREFLIGHT_SECONDS)
    resp.complete = True


def allow(origin: str | None, resp: falcon.asgi.Response, origins: Collection[str]) -> None:
    """Let pages of that origin read the answer, if it is one of `origins`; never those of all."""
    resp.append_header("Vary", "Origin")
    if origin in origins:
        resp.set_header("Access-Control-Allow-Origin", str(origin))
        resp.set_header("Access-Control-Expose-Headers", _SHOWN)


def refuse_foreign(req: ApiRequest, origins: Collection[str]) -> None:
    """Raises OriginForbids for a page of another origin than the service's and `origins`.

    A browser sends what such a page posts, though the page cannot read the answer. Behind a proxy
    the service has the name that the proxy tells, or the browser says itself that it is the same.
    """
    origin = req.get_header("Origin")
    if origin is None or origin in origins or req.get_header("Sec-Fetch-Site") == "same-origin":
        return
    first, _, _ = req.forwarded_host.partition(",")  # of proxies in a row, the one that is asked
    if origin.partition("://")[2] in {req.netloc, first.strip()}:
        return
    message = f"pages of '{origin[:100]}' may not post here"
    raise OriginForbids(message, hint="name it in api.origins, or ask for keys")


def refuse_origin(origin: str | None, grant: Grant, origins: Collection[str]) -> None:
    """Raises KeyForbids for a page whose origin is none of the key's, where it names some."""
    own = grant.key.origins if grant.key is not None else ()
    if origin is None or not own or origin in own or origin in origins:
        return
    message = f"this key may not be used by pages of '{origin[:100]}'"
    raise KeyForbids(message, hint=f"make one with --origin; this one is for {', '.join(own)}")
