"""Decides whether a load test kept its limits."""


def judge(stats, max_p95_ms, max_error_ratio):
    """One line for every limit that was broken; a limit of 0 ms is no limit.

    Stages are parts of requests that are judged already, so they are left out. A test without
    any request has broken its limits: it has measured nothing.
    """
    routes = [entry for entry in stats.entries.values() if entry.method != "STAGE"]
    requests = sum(route.num_requests for route in routes)
    if not requests:
        return ["no request was made"]
    broken = []
    for route in sorted(routes, key=lambda entry: entry.name):
        p95 = route.get_response_time_percentile(0.95)
        if max_p95_ms and p95 > max_p95_ms:
            broken.append(f"{route.name}: p95 {p95:.0f} ms > {max_p95_ms:g} ms")
    failures = sum(route.num_failures for route in routes)
    if failures / requests > max_error_ratio:
        broken.append(f"{failures} of {requests} requests failed > {max_error_ratio:.2%}")
    return broken
