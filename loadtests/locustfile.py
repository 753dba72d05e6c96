r"""Load from people who search: some type, some refine by facets.

    locust -f loadtests/locustfile.py --headless -H http://127.0.0.1:8000 -u 20 -r 5 -t 60s \
        --index pydocs --max-p95-ms 150 --max-error-ratio 0.001

The stages of each answer's Server-Timing are reported as requests of type STAGE. The exit code is
2 without a file of queries, 3 when a route's 95th percentile or the share of failed requests is
above its limit, 4 when no server answers.
"""

import sys

from locust import events

from journeys.facets import FacetUser
from journeys.limits import judge
from journeys.person import Person
from journeys.queries import NoQueries, Queries
from journeys.server import absence
from journeys.typing import TypingUser

__all__ = ["FacetUser", "TypingUser"]


@events.init_command_line_parser.add_listener
def add_options(parser):
    """The options of these load tests, shown by `locust --help`."""
    group = parser.add_argument_group("searchsvc")
    group.add_argument("--index", default="pydocs", help="the index to search (default: pydocs)")
    group.add_argument(
        "--queries",
        default="",
        help="a file of queries, the commonest first, or `query TAB weight` in each line "
        "(default: loadtests/queries/INDEX.tsv)",
    )
    group.add_argument(
        "--max-p95-ms", type=float, default=0.0, help="the limit of each route's p95; 0: none"
    )
    group.add_argument(
        "--max-error-ratio", type=float, default=0.0, help="the share of failures allowed"
    )


@events.init.add_listener
def prepare(environment, **_):
    """Read the queries for everyone, and see that there is a server, before anyone comes."""
    options = environment.parsed_options
    try:
        Person.queries = Queries(options.index, options.queries)
    except NoQueries as error:
        give_up(str(error), 2)
    # In the browser the address may still be changed.
    reason = absence(environment.host or Person.host) if options.headless else ""
    if reason:
        give_up(reason, 4)


def give_up(reason, code):
    """End without a single request."""
    print(f"error: {reason}", file=sys.stderr)
    raise SystemExit(code)


@events.quitting.add_listener
def set_exit_code(environment, **_):
    """Say what went wrong, and end with 3 if anything did."""
    options = environment.parsed_options
    broken = judge(environment.stats, options.max_p95_ms, options.max_error_ratio)
    raised = sorted({each["msg"] for each in environment.runner.exceptions.values()})
    for line in (*(f"limit exceeded: {each}" for each in broken),
                 *(f"a journey failed: {each}" for each in raised)):  # fmt: skip
        print(line)
    environment.process_exit_code = 3 if broken or raised else 0
