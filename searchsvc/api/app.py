"""The HTTP API: what is served where."""

from functools import partial

import falcon.asgi

from searchsvc.access.rates import Rates
from searchsvc.api.admission import Admission
from searchsvc.api.algolia.routes import add_algolia
from searchsvc.api.cache import AnswerCache
from searchsvc.api.entrance import Entrance
from searchsvc.api.errors import add_error_handlers
from searchsvc.api.experimenting import Experimenting
from searchsvc.api.native.click_judgments import JudgmentsFromClicks
from searchsvc.api.native.curations import CurationResource
from searchsvc.api.native.description import Description
from searchsvc.api.native.documents import Document
from searchsvc.api.native.evaluations import Evaluations
from searchsvc.api.native.events import Events
from searchsvc.api.native.experiments import Experiments
from searchsvc.api.native.explain import ExplainHit
from searchsvc.api.native.facets import FacetValues
from searchsvc.api.native.health import Live, Ready
from searchsvc.api.native.indexes import Indexes
from searchsvc.api.native.judgments import Judgments
from searchsvc.api.native.key import KeyResource
from searchsvc.api.native.latency import Latency
from searchsvc.api.native.metrics import Exposition
from searchsvc.api.native.page import DOCS_POLICY, Page
from searchsvc.api.native.preview import PreviewResource
from searchsvc.api.native.relevance import RelevanceWork
from searchsvc.api.native.reports import ReportResource
from searchsvc.api.native.runs import Runs
from searchsvc.api.native.search import Search
from searchsvc.api.native.searches import Searches
from searchsvc.api.native.similar import Similar
from searchsvc.api.native.status import Status
from searchsvc.api.native.suggest import Suggest
from searchsvc.api.native.why import WhyHit
from searchsvc.api.observe import Observe
from searchsvc.api.request import ApiRequest
from searchsvc.api.routes import RELEVANCE, REPORTS
from searchsvc.api.search_ui.resources import UiAutocomplete, UiSearch
from searchsvc.api.searched import Searched
from searchsvc.api.services import ApiServices
from searchsvc.api.told import Told
from searchsvc.domain.curation import CurationKind
from searchsvc.relevance.experiments import RunningExperiments
from searchsvc.relevance.judgments import has_file


def create_app(services: ApiServices) -> falcon.asgi.App[ApiRequest, falcon.asgi.Response]:
    """The ASGI app of one worker."""
    settings = services.settings
    admission = Admission(
        services.door, Rates(settings.workers), settings.origins, services.client_header
    )
    app = Entrance(request_type=ApiRequest, middleware=[Observe(services), admission])
    add_error_handlers(app)
    search, store, state = services.search, services.store, services.state
    indexes, page = Indexes(search, store), Page()
    searched = _searched(services)

    app.add_route("/v1/indexes", indexes)
    app.add_route("/v1/indexes/{index}", indexes, suffix="one")
    app.add_route("/v1/indexes/{index}/versions", indexes, suffix="versions")
    app.add_route("/v1/indexes/{index}/search", Search(searched))
    app.add_route("/v1/indexes/{index}/suggest", Suggest(search))
    app.add_route("/v1/indexes/{index}/ui/search", UiSearch(search, searched))
    app.add_route("/v1/indexes/{index}/ui/autocomplete", UiAutocomplete(search))
    app.add_route("/v1/indexes/{index}/facets/{field}", FacetValues(search))
    app.add_route("/v1/indexes/{index}/docs/{id:path}", Document(search))
    app.add_route("/v1/indexes/{index}/similar/{id:path}", Similar(search))
    app.add_route("/v1/indexes/{index}/why/{id:path}", WhyHit(search))
    app.add_route("/v1/search", Searches(searched, search.definitions(), services.latency))
    for kind in CurationKind:
        files = CurationResource(search, services.curations, kind, edit=services.settings.edit)
        app.add_route(f"/v1/indexes/{{index}}/{kind}", files)
    preview = PreviewResource(search, services.curations)
    app.add_route("/v1/indexes/{index}/preview", preview)
    _add_relevance(app, services)
    _add_experiments(app, services)
    _add_runs(app, services)
    app.add_route("/v1/key", KeyResource(search))
    latency = Latency(services.report)
    app.add_route("/v1/latency", latency)
    app.add_route("/v1/latency/history", latency, suffix="history")
    app.add_route("/v1/status", Status(search, store, state))
    app.add_route("/v1/events", Events(Told(services)))
    reports = ReportResource(
        search, services.reports, services.slow_report, logs=services.searches is not None
    )
    for name in REPORTS:
        app.add_route(f"/v1/reports/{name}", reports, suffix=name.replace("-", "_"))

    add_algolia(app, services, searched)

    app.add_route("/livez", Live())
    app.add_route("/readyz", Ready(search, state, services.draining))
    app.add_route("/metrics", Exposition(services.metrics))
    app.add_route("/openapi.json", Description())

    app.add_route("/", page, suffix="root")
    app.add_route("/ui", page)
    app.add_route("/ui/", page)
    app.add_route("/ui/{file}", page)
    docs = Page("docs", DOCS_POLICY)
    admin = Page("admin")
    app.add_route("/admin", admin)
    app.add_route("/admin/{file}", admin)
    app.add_route("/docs", docs)
    app.add_route("/docs/{file}", docs)
    return app


def _searched(services: ApiServices) -> Searched:
    """What answers searches, of experiments, too."""
    running = RunningExperiments(services.experiments, services.search.definitions())
    experimenting = Experimenting(running.of, services.searches, services.client_header)
    cache = AnswerCache(services.settings.cache_ms / 1000)
    return Searched(services.search, cache, experimenting)


def _add_runs(app: Entrance, services: ApiServices) -> None:
    runs = Runs(services.search, services.state, services.relevance.room.tasks)
    app.add_route("/v1/runs", runs)
    app.add_route("/v1/runs/{id}", runs, suffix="one")


def _add_relevance(app: Entrance, services: ApiServices) -> None:
    search, store, edit = services.search, services.judgments, services.settings.edit
    work = RelevanceWork(search, store, services.relevance, services.state)
    for name in RELEVANCE:
        app.add_route(f"/v1/relevance/{name}", work, suffix=name)
    kept = Evaluations(search, services.relevance.room.evaluations)
    app.add_route("/v1/relevance/evaluations", kept)
    app.add_route("/v1/relevance/evaluations/{id}", kept, suffix="one")
    beside = partial(has_file, services.relevance.room.mappings)
    judgments = Judgments(search, store, beside, edit=edit)
    app.add_route("/v1/indexes/{index}/judgments", judgments)
    app.add_route("/v1/indexes/{index}/judgments/{set}", judgments, suffix="set")
    clicked = JudgmentsFromClicks(search, store, services.log, edit=edit)
    app.add_route("/v1/indexes/{index}/judgments/{set}/from-clicks", clicked)
    app.add_route("/v1/relevance/explain", ExplainHit(search))


def _add_experiments(app: Entrance, services: ApiServices) -> None:
    search, edit = services.search, services.settings.edit
    logs = services.searches is not None
    experiments = Experiments(search, services.experiments, services.log, edit=edit, logs=logs)
    app.add_route("/v1/relevance/experiments", experiments)
    app.add_route("/v1/relevance/experiments/{experiment}", experiments, suffix="one")
    app.add_route("/v1/relevance/experiments/{experiment}/stop", experiments, suffix="stop")
