"""Where a request carries its key: in a header; on Algolia's paths as its clients send it, too."""

from typing import cast

from searchsvc.api.algolia_problems import ROOT
from searchsvc.api.request import ApiRequest

ALGOLIA_PATHS = f"{ROOT}/"
_ALGOLIA_NAME = "x-algolia-api-key"
_BEARER = "bearer "


def credential_of(req: ApiRequest) -> str | None:
    """The key or token of a request; from here on it is in no parameter of it.

    Only on Algolia's paths is one taken from the query string: everywhere else it would stand in
    histories and in the logs of every proxy.
    """
    of_algolia = _of_algolia(req) if req.path.startswith(ALGOLIA_PATHS) else None
    sent = req.get_header("Authorization")
    if sent is not None and sent[: len(_BEARER)].lower() == _BEARER:
        return sent[len(_BEARER) :].strip()
    return req.get_header("X-API-Key") or of_algolia


def _of_algolia(req: ApiRequest) -> str | None:
    given = _taken(req)
    return req.get_header(_ALGOLIA_NAME) or given


def _taken(req: ApiRequest) -> str | None:
    """The key in the query string, taken out of the parameters; the name in any case."""
    found = None
    params = cast("dict[str, str | list[str]]", req.params)
    for name in [one for one in params if one.lower() == _ALGOLIA_NAME]:
        value = params.pop(name)
        found = value[0] if isinstance(value, list) else value
    return found
