"""What each route asks of a key: the one table of roles."""

from collections.abc import Mapping
from dataclasses import dataclass

from searchsvc.api.algolia_problems import ROOT
from searchsvc.domain.access import Grant, Role


@dataclass(frozen=True, slots=True)
class Need:
    """What a route asks for. `role` None: nothing, not even a key.

    `put` is the role that changes something, by PUT or POST. `tokens`: whether a token's filter
    can narrow it; `every_index`: whether it tells of all indexes. `keeps`: it keeps what
    a search key posts.
    """

    role: Role | None
    put: Role | None = None
    tokens: bool = False
    every_index: bool = False
    keeps: bool = False

    def is_more_than_a_search(self, method: str) -> bool:
        """Whether a page of another origin must not have a browser send it."""
        return method in ("PUT", "POST") and (self.keeps or self.role is not Role.SEARCH)

    def check(self, method: str, grant: Grant, place: Mapping[str, str]) -> None:
        """Raises KeyForbids where the grant does not reach so far."""
        if self.role is None:
            return
        is_change = method in ("PUT", "POST")
        role = self.put if is_change and self.put is not None else self.role
        grant.require(role, "this")
        if not self.tokens:
            grant.require_whole("this")
        if self.every_index:
            grant.require_every_index("this")
        if (index := place.get("index")) is not None:
            grant.require_index(index)


_OPEN = Need(None)
_SEARCH = Need(Role.SEARCH, tokens=True)
_EVENTS = Need(Role.SEARCH, tokens=True, keeps=True)
_ABOUT_ONE = Need(Role.ANALYST)
_ABOUT_ALL = Need(Role.ANALYST, every_index=True)
_CURATION = Need(Role.ANALYST, put=Role.ADMIN)
# What people are served is an admin's to say.
_EXPERIMENT = Need(Role.ANALYST, put=Role.ADMIN, every_index=True)
# Of a route that nobody has thought about.
_CLOSED = Need(Role.ADMIN, every_index=True)

_ALGOLIA = f"{ROOT}/1"

REPORTS = (
    "popular", "zero-results", "no-click", "ctr", "click-mrr", "reformulations", "slow",
)  # fmt: skip

RELEVANCE = ("evaluate", "compare", "tune")

NEEDS: Mapping[str, Need] = {
    "/v1/indexes/{index}/search": _SEARCH,
    "/v1/indexes/{index}/suggest": _SEARCH,
    "/v1/indexes/{index}/facets/{field}": _SEARCH,
    "/v1/indexes/{index}/docs/{id:path}": _SEARCH,
    "/v1/indexes/{index}/similar/{id:path}": _SEARCH,
    "/v1/search": _SEARCH,
    "/v1/indexes/{index}/ui/search": _SEARCH,
    "/v1/indexes/{index}/ui/autocomplete": _SEARCH,
    # An index has several names there, which are looked at where they are understood.
    f"{_ALGOLIA}/indexes/*/queries": _SEARCH,
    f"{_ALGOLIA}/indexes/*/objects": _SEARCH,
    f"{_ALGOLIA}/indexes/{{name}}/query": _SEARCH,
    f"{_ALGOLIA}/indexes/{{name}}/facets/{{facet}}/query": _SEARCH,
    f"{_ALGOLIA}/indexes/{{name}}/browse": _SEARCH,
    f"{_ALGOLIA}/indexes/{{name}}/{{id:path}}": _SEARCH,
    f"{_ALGOLIA}/events": _EVENTS,
    f"{_ALGOLIA}/indexes/{{name}}/settings": _ABOUT_ONE,
    f"{_ALGOLIA}/indexes": _ABOUT_ALL,
    "/v1/indexes/{index}/why/{id:path}": Need(Role.ANALYST, tokens=True),
    "/v1/events": _EVENTS,
    "/v1/key": _SEARCH,
    "/v1/indexes": _ABOUT_ALL,
    "/v1/indexes/{index}": _SEARCH,
    "/v1/indexes/{index}/versions": _ABOUT_ONE,
    "/v1/indexes/{index}/synonyms": _CURATION,
    "/v1/indexes/{index}/rules": _CURATION,
    "/v1/indexes/{index}/preview": _ABOUT_ONE,
    "/v1/indexes/{index}/judgments": _ABOUT_ONE,
    "/v1/indexes/{index}/judgments/{set}": _ABOUT_ONE,
    # Its index stands among the parameters, and is looked at where they are read.
    "/v1/relevance/explain": _ABOUT_ONE,
    "/v1/indexes/{index}/judgments/{set}/from-clicks": _ABOUT_ONE,
    "/v1/relevance/experiments": _EXPERIMENT,
    "/v1/relevance/experiments/{experiment}": _ABOUT_ALL,
    "/v1/relevance/experiments/{experiment}/stop": Need(Role.ADMIN, every_index=True),
    # An index is named in what they are asked, or by what they find, and looked at there.
    **{f"/v1/relevance/{name}": _ABOUT_ONE for name in RELEVANCE},
    "/v1/relevance/evaluations": _ABOUT_ONE,
    "/v1/relevance/evaluations/{id}": _ABOUT_ONE,
    "/v1/runs/{id}": _ABOUT_ONE,
    "/v1/status": _ABOUT_ALL,
    "/v1/runs": _ABOUT_ALL,
    **{f"/v1/reports/{name}": _ABOUT_ALL for name in REPORTS},
    "/v1/latency": _ABOUT_ALL,
    "/v1/latency/history": _ABOUT_ALL,
    "/metrics": _ABOUT_ALL,
    "/livez": _OPEN,
    "/readyz": _OPEN,
    "/openapi.json": _OPEN,
    "/": _OPEN,
    "/ui": _OPEN,
    "/ui/": _OPEN,
    "/ui/{file}": _OPEN,
    "/admin": _OPEN,
    "/admin/{file}": _OPEN,
    "/docs": _OPEN,
    "/docs/{file}": _OPEN,
}


def need_of(template: str | None) -> Need:
    """What the route of that template asks for."""
    return NEEDS.get(template or "", _CLOSED)
