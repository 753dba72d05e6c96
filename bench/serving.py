"""The hot path: searches through the API, beside the engine asked directly and other ways to it.

    python3 dev.py run python bench/serving.py [PART …] [--rows 30000] [--searches 150] [--rounds 5]

Parts; all of them without one:
`engine`: our server over OpenSearch, a Falcon route on the official asynchronous client that is
handed ready bodies, the same with bodies planned and compiled as ours are, and the engine asked
directly with those bodies. Times over one connection each, the sides in turns for every
search; CPU time in bursts over 16 connections.
`stub`: the API over an engine that takes 2 ms and gives a recorded answer, and that engine asked
directly, at 1 and 16 connections.
`embedded`: the embedded engine over HTTP, beside OpenSearch asked directly.
`cache`: embedded searches, and the same ones again within `api.cache_ms`.
`telemetry`: the app called without a server, with its observer and without.

CPU time is that of each server's whole process tree, by /proc; times by the clock are medians.
Searches have ten hits or more with all words, so that each is one request to the engine.
"""

import argparse
import asyncio
import random
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from rows import queries
from server import Server, answered, free_port, served, started
from sides import ROUTE, SETTINGS, SHAPES, Bench, connected, gets, path, posts

STUB_SECONDS = 0.002


def main() -> None:
    """Prepare what the parts need, and run them."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("parts", nargs="*", metavar="PART")
    options.add_argument("--rows", type=int, default=30_000)
    options.add_argument("--searches", type=int, default=150)
    options.add_argument("--rounds", type=int, default=5)
    chosen = options.parse_args()
    parts = chosen.parts or list(PARTS)
    if unknown := set(parts) - set(PARTS):
        options.error(f"no part {', '.join(sorted(unknown))}; there is {', '.join(PARTS)}")
    with ExitStack() as stack:
        bench = Bench(stack, chosen)
        for name in parts:
            PARTS[name](bench)


# --- over a real engine --------------------------------------------------------------------------


def over_engine(bench: Bench) -> None:
    """CPU and time beside the official client, and beside the engine asked directly."""
    print("over OpenSearch     CPU µs: ours, official, official planned"
          "      p50 ms: ours, direct")  # fmt: skip
    with served(bench.on_engine) as ours:
        for shape in SHAPES:
            with (
                bench.official(shape, planned=False) as ready,
                bench.official(shape, planned=True) as planned,
            ):
                _over_engine(bench, shape, ours, ready, planned)


def _over_engine(bench: Bench, shape: str, ours: Server, ready: Server, planned: Server) -> None:
    port = urlsplit(bench.engine).port or 9200
    asked = {text: gets(path(text, shape)) for text in bench.texts}
    direct = {text: posts(bench.index, body) for text, body in bench.bodies(shape).items()}
    servers = {"ours": ours, "ready": ready, "planned": planned}
    sides = {name: (server.port, asked) for name, server in servers.items()}
    sides["direct"] = port, direct
    rounds = []
    for _ in range(bench.rounds + 1):
        times = in_turns(sides, bench.texts)
        cpu = {name: burst(server, list(asked.values())) for name, server in servers.items()}
        rounds.append((cpu, {name: median(spent) * 1e3 for name, spent in times.items()}))
    rounds.pop(0)  # it warms everything up
    cpus = {name: median(cpu[name] for cpu, _ in rounds) for name in servers}
    p50 = {name: median(spent[name] for _, spent in rounds) for name in sides}
    of = {name: median(c["ours"] / c[name] for c, _ in rounds) for name in ("ready", "planned")}
    print(
        f"{shape:12} {cpus['ours']:5.0f} {cpus['ready']:5.0f} {cpus['planned']:5.0f}: "
        f"{of['ready']:.2f} and {of['planned']:.2f} times; {p50['ours']:.2f} {p50['direct']:.2f} "
        f"{p50['ready']:.2f}: {median(s['ours'] / s['direct'] for _, s in rounds):.2f} times",
        flush=True,
    )


def burst(server: Server, requests: Sequence[bytes]) -> float:
    """The server's CPU time for each of these requests over 16 connections, in µs."""
    before = server.cpu()
    asyncio.run(at_once(server.port, requests, 16))
    return (server.cpu() - before) / len(requests) * 1e6


def in_turns(
    sides: dict[str, tuple[int, dict[str, bytes]]], texts: Sequence[str]
) -> dict[str, list[float]]:
    """Seconds of each request, by side; for each text the sides are asked in another order."""
    draw, spent = random.Random(7), {name: [] for name in sides}
    with ExitStack() as stack:
        connections = {
            name: stack.enter_context(connected(port)) for name, (port, _) in sides.items()
        }
        for text in texts:
            for name in draw.sample(list(sides), len(sides)):
                begun = time.perf_counter()
                answered(connections[name], sides[name][1][text])
                spent[name].append(time.perf_counter() - begun)
    return spent


# --- over an engine that takes 2 ms --------------------------------------------------------------


def over_stub(bench: Bench) -> None:
    """Times by the clock at 1 and 16 connections."""
    index, real = bench.index, urlsplit(bench.engine)
    text = bench.texts[0]
    with connected(real.port or 9200) as connection:
        recorded = answered(connection, posts(index, bench.bodies("facets")[text]))
    stub_port = free_port()
    command = [sys.executable, str(Path(__file__).parent / "slow_engine.py")]
    file = bench.on_engine / "recorded.json"
    file.write_bytes(recorded)
    command += [str(stub_port), str(real.port), str(STUB_SECONDS), str(file)]
    with started(command, stub_port):
        settings = SETTINGS.format(f"http://127.0.0.1:{stub_port}") + "api: {cache_ms: 0}\n"
        with served(bench.project("over_stub", settings)) as ours:
            _over_stub(bench, text, ours.port, stub_port)


def _over_stub(bench: Bench, text: str, ours: int, stub: int) -> None:
    # The limit changes nothing in the work, and makes no two equal: those would share an answer.
    asked = [gets(path(text, "facets") + b"&facet_limit=%d" % n) for n in range(1, 1001)]
    direct = posts(bench.index, bench.bodies("facets")[text])
    for connections in (1, 16):
        number = min(1000, len(bench.texts) * (1 if connections == 1 else 4))
        rounds = []
        for _ in range(bench.rounds + 1):
            one = asyncio.run(at_once(ours, asked[:number], connections))
            other = asyncio.run(at_once(stub, [direct] * number, connections))
            rounds.append((median(one) * 1e3, median(other) * 1e3))
        rounds.pop(0)
        mine, theirs = (median(side) for side in zip(*rounds, strict=True))
        ratio = median(a / b for a, b in rounds)
        print(
            f"over 2 ms, {connections:2} connections: p50 {mine:.2f} ms, that engine asked directly"
            f" {theirs:.2f}: {ratio:.2f} times",
            flush=True,
        )


async def at_once(port: int, requests: Sequence[bytes], connections: int) -> list[float]:
    """Seconds of each of these requests over so many connections."""
    spent: list[float] = []
    waiting = iter(requests)

    async def ask() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in waiting:
            begun = time.perf_counter()
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            await reader.readexactly(int(head.partition(b"content-length:")[2].split()[0]))
            spent.append(time.perf_counter() - begun)
        writer.close()

    await asyncio.gather(*(ask() for _ in range(connections)))
    return spent


# --- embedded ------------------------------------------------------------------------------------


def embedded(bench: Bench) -> None:
    """Times by the clock, beside OpenSearch asked directly."""
    port = urlsplit(bench.engine).port or 9200
    with served(bench.embedded) as ours:
        for shape in SHAPES:
            asked = {text: gets(path(text, shape)) for text in bench.texts}
            direct = {t: posts(bench.index, body) for t, body in bench.bodies(shape).items()}
            sides = {"ours": (ours.port, asked), "direct": (port, direct)}
            rounds = [in_turns(sides, bench.texts) for _ in range(bench.rounds + 1)][1:]
            p50 = {name: median(median(r[name]) * 1e3 for r in rounds) for name in sides}
            ratio = median(median(r["ours"]) / median(r["direct"]) for r in rounds)
            print(
                f"embedded, {shape:12} p50 {p50['ours']:.2f} ms, OpenSearch asked directly "
                f"{p50['direct']:.2f}: {ratio:.2f} times",
                flush=True,
            )


def cache(bench: Bench) -> None:
    """CPU time of a search, and of the same one again."""
    settings = "api: {cache_ms: 60000}\n"
    with served(bench.rebuilt("cache", settings)) as server:
        texts = queries(bench.rounds * len(bench.texts), seed=5)
        for shape in SHAPES:
            ratios = []
            for number in range(bench.rounds):
                part = texts[number :: bench.rounds]
                paths = list({path(text, shape) for text in part})
                first, _ = server.measure(paths)
                again, _ = server.measure(paths * 5)
                ratios.append((again / first, first, again))
            share, first, again = (median(side) for side in zip(*ratios, strict=True))
            print(f"cached, {shape:12} {again:.0f} of {first:.0f} µs of CPU: {share:.2f} times")


# --- what is measured of a request ---------------------------------------------------------------


def telemetry(bench: Bench) -> None:
    """CPU time of requests to the app alone, with the observer and without."""
    import os

    from searchsvc.bootstrap import PROJECT_VARIABLE, create_worker_app

    os.environ[PROJECT_VARIABLE] = str(bench.embedded)
    on, off = create_worker_app(), create_worker_app()
    off._middleware = off._prepare_middleware([], independent_middleware=True)
    asked = [path(text, "facets").decode().split("?", 1)[1].encode() for text in bench.texts]
    asyncio.run(_telemetry(bench, on, off, asked))


async def _telemetry(bench: Bench, on: Any, off: Any, asked: list[bytes]) -> None:
    shares, spent = [], {id(on): 0.0, id(off): 0.0}
    for number in range(4 * bench.rounds):
        spent = dict.fromkeys(spent, 0.0)
        for position, query in enumerate(asked):
            order = (on, off) if (number + position) % 2 else (off, on)
            for app in order:
                begun = time.process_time()
                await called(app, query)
                spent[id(app)] += time.process_time() - begun
        shares.append((spent[id(on)] - spent[id(off)]) / spent[id(on)])
    each = spent[id(on)] / len(asked) * 1e6
    print(f"telemetry: {median(shares) * 100:.1f} % of a request of {each:.0f} µs without a server")


async def called(app: Any, query: bytes) -> None:
    """One request to the app itself."""
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1",
        "method": "GET", "scheme": "http", "path": ROUTE, "raw_path": ROUTE.encode(),
        "query_string": query, "root_path": "", "headers": [(b"host", b"bench")],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(event: dict[str, Any]) -> None:
        if event.get("status", 200) != 200:
            raise RuntimeError(str(event))

    await app(scope, receive, send)


PARTS: dict[str, Callable[[Bench], None]] = {
    "engine": over_engine,
    "stub": over_stub,
    "embedded": embedded,
    "cache": cache,
    "telemetry": telemetry,
}

if __name__ == "__main__":
    main()
