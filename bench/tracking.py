"""What it costs to remember searches: CPU time of the same ones with `analytics.log` on and off.

    python3 dev.py run python bench/tracking.py [--rows 30000] [--searches 200] [--rounds 24]

Two apps over one embedded index are called without a server, in turns for each search; what the
log's thread takes is counted by itself. `again` is a search that is answered from memory.
Then events, 100 in a batch: CPU time of one.
"""

import argparse
import asyncio
import os
import threading
import time
from contextlib import ExitStack
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import orjson
from rows import queries
from serving import called
from sides import SHAPES, Bench, path

from searchsvc.telemetry.searches import NAME

_WRITTEN = 1.2  # seconds after which the log has been written


def main() -> None:
    """Make both apps, and compare them shape by shape."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=30_000)
    options.add_argument("--searches", type=int, default=200)
    options.add_argument("--rounds", type=int, default=24)
    chosen = options.parse_args()
    with ExitStack() as stack:
        bench = Bench(stack, chosen)
        folder = bench.rebuilt("tracking", "api: {cache_ms: 60000}\n")
        from searchsvc.bootstrap import PROJECT_VARIABLE, create_worker_app

        os.environ[PROJECT_VARIABLE] = str(folder)
        apps = {}
        for name, log in (("on", "true"), ("off", "false")):
            os.environ["SEARCHSVC_ANALYTICS__LOG"] = log
            apps[name] = create_worker_app()
        asyncio.run(_all(apps, chosen))


async def _all(apps: dict[str, Any], chosen: argparse.Namespace) -> None:
    needed = chosen.searches * chosen.rounds
    texts = list(dict.fromkeys(queries(3 * needed)))[:needed]
    for shape in SHAPES:
        await _compare(shape, apps, [asked(text, shape) for text in texts], chosen.searches)
    # As many of these come in a second as of the others in ten.
    many = 10 * chosen.searches
    await _compare("again", apps, [asked(texts[0], "plain")] * (many * chosen.rounds), many)
    batches = [await _events(apps["on"]) for _ in range(5)]
    print(f"events       {median(batches):6.1f} µs of CPU each")


def asked(text: str, shape: str) -> bytes:
    """The query string of a search."""
    return urlsplit(path(text, shape)).query


async def _compare(shape: str, apps: dict[str, Any], searches: list[bytes], each: int) -> None:
    """The median of rounds of `each` searches."""
    starts = range(0, len(searches) - each + 1, each)
    rounds = [await _round(apps, searches[start : start + each]) for start in starts]
    rounds.pop(0)  # it warms everything up
    on, off, written = (median(one) for one in zip(*rounds, strict=True))
    ratio = median((a + c) / b for a, b, c in rounds)
    print(
        f"{shape:12} {on:5.0f} and {written:4.1f} µs of CPU to write it, with {off:5.0f}: "
        f"{ratio:.3f} times",
        flush=True,
    )


async def _round(apps: dict[str, Any], searches: list[bytes]) -> tuple[float, float, float]:
    """CPU time of each search with a log, and without; and of the log's thread, all in µs."""
    spent = dict.fromkeys(apps, 0.0)
    begun = _writing()
    for number, query in enumerate(searches):
        for name in sorted(apps, reverse=bool(number % 2)):
            before = time.thread_time()
            await called(apps[name], query)
            spent[name] += time.thread_time() - before
    time.sleep(_WRITTEN)  # noqa: ASYNC251 - nothing else runs
    taken = spent["on"], spent["off"], _writing() - begun
    on, off, written = (one / len(searches) * 1e6 for one in taken)
    return on, off, written


def _writing() -> float:
    """Seconds that the log's thread has been on a processor."""
    clocks = [time.pthread_getcpuclockid(t.ident) for t in threading.enumerate() if t.name == NAME]
    return sum(map(time.clock_gettime, clocks))


async def _events(app: Any) -> float:
    """CPU time of each event, in µs."""
    event = {
        "action_name": "click",
        "timestamp": "2026-11-28T10:00:00.250Z",
        "query_id": "5f0c2a9be1d84c7f9a3b6d0e8c1f2a47",
        "client_id": "anonymous-1",
        "event_attributes": {"object": {"object_id": "17"}, "position": {"ordinal": 0}},
    }
    body = orjson.dumps([event] * 100)
    begun = time.process_time()
    for _ in range(50):
        await _posted(app, body)
    time.sleep(_WRITTEN)  # noqa: ASYNC251 - as above
    return (time.process_time() - begun) / 5000 * 1e6


async def _posted(app: Any, body: bytes) -> None:
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1",
        "method": "POST", "scheme": "http", "path": "/v1/events", "raw_path": b"/v1/events",
        "query_string": b"", "root_path": "", "client": ("127.0.0.1", 1),
        "headers": [(b"host", b"bench"), (b"content-type", b"text/plain")],
        "server": ("127.0.0.1", 80),
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(event: dict[str, Any]) -> None:
        if event.get("status", 202) != 202:
            raise RuntimeError(str(event))

    await app(scope, receive, send)


if __name__ == "__main__":
    main()
