"""The parameters of the routes about the service itself; the search routes' are in search."""

from searchsvc.analytics.reports import BY
from searchsvc.domain.judgment import LONGEST_QUERY
from searchsvc.search.parameters import Parameter
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
