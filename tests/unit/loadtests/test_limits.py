"""Whether a load test kept its limits."""

from dataclasses import dataclass, field

from journeys.limits import judge


@dataclass
class Entry:
    """What locust counts of one kind of request; every one of them took `p95` ms."""

    name: str
    num_requests: int = 100
    num_failures: int = 0
    p95: float = 20.0
    method: str = "GET"

    def get_response_time_percentile(self, _: float) -> float:
        """As locust's."""
        return self.p95


@dataclass
class Stats:
    """What locust counts of all requests, by name and method."""

    entries: dict[tuple[str, str], Entry] = field(default_factory=dict)


def judged(*entries: Entry, p95: float = 0.0, errors: float = 0.0) -> list[str]:
    """The limits that these requests broke."""
    return judge(Stats({(entry.name, entry.method): entry for entry in entries}), p95, errors)


def test_a_test_that_keeps_its_limits() -> None:
    """At a limit is within it."""
    assert judged(Entry("search"), Entry("suggest", num_failures=2), p95=20.0, errors=0.01) == []


def test_each_route_is_judged() -> None:
    """One line for each route that is too slow, by name."""
    routes = (Entry("suggest", p95=31), Entry("search", p95=44), Entry("docs", p95=3))
    assert judged(*routes, p95=20) == [
        "search: p95 44 ms > 20 ms", "suggest: p95 31 ms > 20 ms",
    ]  # fmt: skip
    assert judged(*routes, p95=0.01)[0] == "docs: p95 3 ms > 0.01 ms"


def test_without_a_limit_no_route_is_too_slow() -> None:
    """A limit of 0 ms is none."""
    assert judged(Entry("search", p95=9999)) == []


def test_failures_of_all_routes_count_together() -> None:
    """The share is of all requests, and none is allowed unless it is said."""
    routes = (Entry("search", num_failures=3), Entry("suggest"))
    assert judged(*routes) == ["3 of 200 requests failed > 0.00%"]
    assert judged(*routes, errors=0.015) == []
    assert judged(*routes, errors=0.01) == ["3 of 200 requests failed > 1.00%"]


def test_stages_are_parts_and_not_judged() -> None:
    """Neither are they slow on their own, nor requests that make failures rarer."""
    stage = Entry("search engine", num_requests=10_000, p95=500, method="STAGE")
    assert judged(Entry("search", num_failures=1), stage, p95=100) == [
        "1 of 100 requests failed > 0.00%"
    ]


def test_a_test_without_requests_has_shown_nothing() -> None:
    """It breaks its limits, whatever they are."""
    assert judged() == judged(Entry("search", num_requests=0)) == ["no request was made"]
    assert judged(Entry("search engine", method="STAGE")) == ["no request was made"]
