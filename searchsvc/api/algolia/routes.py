"""What of the wire is served where."""

import falcon.asgi

from searchsvc.api.algolia.resources import Events, Indices, Objects, refuse_writes
from searchsvc.api.algolia.search import AlgoliaSearch
from searchsvc.api.algolia.searches import Browse, FacetQuery, Queries, Query
from searchsvc.api.algolia_problems import ROOT
from searchsvc.api.request import ApiRequest
from searchsvc.api.searched import Searched
from searchsvc.api.services import ApiServices
from searchsvc.api.told import Told


def add_algolia(
    app: falcon.asgi.App[ApiRequest, falcon.asgi.Response],
    services: ApiServices,
    searched: Searched,
) -> None:
    """Serve the wire below its root; what is none of it writes, and is refused."""
    search, told = services.search, Told(services)
    wishes = AlgoliaSearch(search, searched)
    objects, indices = Objects(search), Indices(search, services.store)

    app.add_route(f"{ROOT}/1/indexes/*/queries", Queries(wishes, services.latency))
    app.add_route(f"{ROOT}/1/indexes/*/objects", objects)
    app.add_route(f"{ROOT}/1/indexes/{{name}}/query", Query(wishes, services.latency))
    app.add_route(
        f"{ROOT}/1/indexes/{{name}}/facets/{{facet}}/query", FacetQuery(wishes, services.latency)
    )
    app.add_route(f"{ROOT}/1/indexes/{{name}}/browse", Browse(wishes))
    app.add_route(f"{ROOT}/1/indexes/{{name}}/settings", indices, suffix="settings")
    app.add_route(f"{ROOT}/1/indexes/{{name}}/{{id:path}}", objects, suffix="one")
    app.add_route(f"{ROOT}/1/indexes", indices)
    app.add_route(f"{ROOT}/1/events", Events(search, told))
    app.add_sink(refuse_writes, ROOT)
