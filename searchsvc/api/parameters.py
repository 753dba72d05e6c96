"""The parameters of the routes about the service itself; the search routes' are in search."""

from searchsvc.analytics.click_judgments import MIN_IMPRESSIONS, MODELS
from searchsvc.analytics.reports import BY
from searchsvc.domain.definition import DEFAULT
from searchsvc.domain.judgment import LONGEST_QUERY
from searchsvc.relevance.compare import MAY_DIFFER
from searchsvc.relevance.metrics import USUAL
from searchsvc.search.parameters import WHY_PARAMETERS, Parameter
from searchsvc.telemetry.latency_report import WINDOWS

MAX_SEARCHES = 20  # in one request
MAX_PREVIEWED = 20  # searches of which a preview tells what changes

RUNS_PARAMETERS = (
    Parameter("index", "string", "Runs of this index only; of all without.", "", maximum=63),
    Parameter("limit", "integer", "How many runs.", 50, minimum=1, maximum=500),
)

_TIME = "a time as RFC 3339 has it, or so long ago: `7d`, `12h`, `30m`"
REPORT_PARAMETERS = (
    Parameter("index", "string", "Of this index only; of all without.", "", maximum=63),
    Parameter("ranking", "string", "Of this ranking only; of all without.", "", maximum=63),
    Parameter("since", "string", f"From then on: {_TIME}.", "", maximum=40),
    Parameter("until", "string", f"Before then: {_TIME}.", "", maximum=40),
    Parameter("limit", "integer", "How many rows.", 20, minimum=1, maximum=500),
    Parameter(
        "format",
        "string",
        "How rows are written; without it, as `Accept` asks.",
        "",
        choices=("", "json", "csv", "ndjson"),
    ),
)

# Of the reports that measure something.
MEASURE_PARAMETERS = (
    *REPORT_PARAMETERS,
    Parameter("by", "string", "What a row is about.", BY[0], choices=BY),
)

JUDGMENT_PARAMETERS = (
    Parameter("q", "string", "Of this query only; of all without.", "", maximum=LONGEST_QUERY),
    Parameter("limit", "integer", "How many judgments.", 1000, minimum=1, maximum=10_000),
    Parameter(
        "offset", "integer", "How many are left out before.", 0, minimum=0, maximum=10_000_000
    ),
)

# Before those of the search itself.
EXPLAIN_PARAMETERS = (
    Parameter("index", "string", "The index; needed.", "", maximum=63),
    Parameter("id", "string", "Whose place is explained; needed.", "", maximum=512),
    Parameter("vs", "string", "Another document, to be passed by that one.", "", maximum=512),
)
EXPLAIN_AND_WHY_PARAMETERS = (*EXPLAIN_PARAMETERS, *WHY_PARAMETERS)
_INDEX = Parameter("index", "string", "The index; it must be named.", "", maximum=63)
_SET = Parameter(
    "set",
    "string",
    "The set whose judgments count; else `mappings/INDEX/judgments.csv`, or the set `default`.",
    "",
    maximum=64,
)
EVALUATE_PARAMETERS = (
    _INDEX,
    Parameter("ranking", "string", "Which of its rankings.", DEFAULT, maximum=64),
    _SET,
    Parameter("metrics", "list", "Which metrics to tell, such as `rr@5`.", ",".join(USUAL)),
)
COMPARE_PARAMETERS = (
    _INDEX,
    Parameter("a", "string", "A ranking, or the id of an evaluation; needed.", "", maximum=64),
    Parameter("b", "list", "What is compared with it: one, or several; needed.", ""),
    _SET,
    Parameter("metric", "string", "By which they are compared.", USUAL[0], maximum=20),
    Parameter(
        "despite", "list", f"What may differ beside the ranking: {', '.join(MAY_DIFFER)}.", ""
    ),
    Parameter(
        "movers", "integer", "Queries that gain, and that lose, most.", 3, minimum=0, maximum=50
    ),
)
TUNE_PARAMETERS = (
    _INDEX,
    _SET,
    Parameter(
        "ranking",
        "string",
        "What the new ranking is called; else `tuned`, or `tuned2`, …",
        "",
        maximum=64,
    ),
    Parameter("folds", "integer", "Parts of the queries.", 5, minimum=2, maximum=20),
    Parameter("seed", "integer", "By which parts are drawn.", 0, minimum=0, maximum=10**9),
)
EVALUATIONS_PARAMETERS = (
    _INDEX,
    Parameter("limit", "integer", "How many evaluations.", 50, minimum=1, maximum=500),
)

CLICK_PARAMETERS = (
    Parameter(
        "model", "string", "How the effect of positions is taken out.", MODELS[0], choices=MODELS
    ),
    Parameter("since", "string", f"Of searches from then on: {_TIME}.", "30d", maximum=40),
    Parameter("until", "string", f"Of searches before then: {_TIME}.", "", maximum=40),
    Parameter(
        "min_impressions",
        "integer",
        "How many clients must have been served a document for a query.",
        MIN_IMPRESSIONS,
        minimum=1,
        maximum=1_000_000,
    ),
    Parameter("limit", "integer", "How many judgments are told.", 100, minimum=0, maximum=10_000),
    Parameter("dry_run", "boolean", "Whether nothing is kept.", default=False),
)

EXPERIMENTS_PARAMETERS = (
    Parameter("index", "string", "Those of this index only; of all without.", "", maximum=63),
)

START_PARAMETERS = (
    Parameter("index", "string", "The index; needed.", "", maximum=63),
    Parameter("a", "string", "A ranking of its live version; needed.", "", maximum=63),
    Parameter("b", "string", "The one to compare with; needed.", "", maximum=63),
    Parameter(
        "sessions",
        "integer",
        "How many sessions that prefer a side end it; 0: as many as show 55 %.",
        0,
        minimum=0,
        maximum=1_000_000,
    ),
)

HISTORY_PARAMETERS = (
    Parameter("route", "string", "Of this route only; of all without.", "", maximum=200),
    Parameter("index", "string", "Of this index only; of all without.", "", maximum=63),
    Parameter("stage", "string", "Of this stage.", "total", maximum=50),
)

LATENCY_PARAMETERS = (
    Parameter(
        "minutes",
        "string",
        "Only this window.",
        "all",
        choices=("all", *(str(minutes) for minutes in WINDOWS)),
    ),
)
