"""The server as a process: what it drops, what it survives, and how it stops."""

import asyncio
import os
import signal
import socket
import time
from pathlib import Path

import httpx
import pytest

from searchsvc.api.server import check_port, serve
from searchsvc.errors import SettingsError
from searchsvc.settings import Api
from tests.support.server import RunningServer, film_server, free_port

SEARCH = "/v1/indexes/films/search?q=night&facets=*"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The films on granian."""
    with film_server(tmp_path_factory.mktemp("films")) as running:
        yield running


def raw(server: RunningServer, data: bytes, seconds: float = 5.0) -> bytes:
    """What the server answers to these bytes, until it closes or so much time is over."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=seconds) as connection:
        connection.sendall(data)
        received = b""
        try:
            while chunk := connection.recv(65536):
                received += chunk
        except TimeoutError:
            received += b" (still open)"
        return received


def status(answer: bytes) -> int:
    """The status of a raw answer, 0 when the connection was closed without one."""
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 0


def test_a_port_in_use_is_named_with_the_next_step(tmp_path: Path) -> None:
    """The error names the port and how to choose another, before anything starts."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=f"port {port}: address already in use.*--port"):
            serve("tests:nothing", Api(port=port), tmp_path)
    check_port("127.0.0.1", port)


def test_an_address_that_is_not_ours_is_refused() -> None:
    """A host that cannot be bound is the same kind of error."""
    with pytest.raises(SettingsError, match=r"cannot listen on 203\.0\.113\.9"):
        check_port("203.0.113.9", free_port())


def test_half_sent_headers_are_dropped(server: RunningServer) -> None:
    """Forty of them do not keep anyone waiting, and are gone after about three seconds."""
    held = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(40)]
    for connection in held:
        connection.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\nX-")
    started = time.monotonic()
    assert httpx.get(server.url + SEARCH).status_code == 200
    assert time.monotonic() - started < 1
    for connection in held:
        connection.settimeout(6)
        assert b"200" not in connection.recv(1000)
        connection.close()
    assert time.monotonic() - started < 6


def test_bodies_that_never_end_are_408(server: RunningServer) -> None:
    """Forty of them do not keep anyone waiting; each is told after two seconds."""
    head = b"POST /v1/indexes/films/search HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"
    held = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(40)]
    for connection in held:
        connection.sendall(head)
    assert httpx.get(server.url + SEARCH).elapsed.total_seconds() < 1
    for connection in held:
        connection.settimeout(6)
        assert status(connection.recv(1000)) == 408
        connection.close()


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost: x\r\nX-A: 1\r\n folded\r\n\r\n",
        b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * 70_000 + b"\r\n\r\n",
        b"GET /livez HTTP/1.1\r\n" + b"X-A: 1\r\n" * 3000 + b"\r\n",
        b"CONNECT x:443 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"TRACE /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"\x00\x01\x02\r\n\r\n",
        b"GET /v1/indexes/films/search?q=\xff\xfe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ],
)
def test_malformed_requests_are_refused(server: RunningServer, request_bytes: bytes) -> None:
    """Each ends with a 4xx or a closed connection, and the next request is served."""
    assert status(raw(server, request_bytes)) in (0, 400, 404, 405, 414, 431)
    assert httpx.get(f"{server.url}/livez").status_code == 200


def test_a_head_beyond_sixteen_kilobytes_is_refused(server: RunningServer) -> None:
    """With 431, whether one header is long or there are many; a long token still passes."""
    end = b"Host: x\r\nConnection: close\r\n\r\n"
    for headers in (b"X-A: " + b"a" * 17_000 + b"\r\n", b"X-A: 1\r\n" * 2_500):
        assert status(raw(server, b"GET /livez HTTP/1.1\r\n" + headers + end)) in (0, 431)
    token = b"Authorization: Bearer sst_" + b"a" * 8_000 + b"\r\n"
    assert status(raw(server, b"GET /livez HTTP/1.1\r\n" + token + end)) == 200


def test_ids_with_any_characters_arrive_as_they_are(server: RunningServer) -> None:
    """A slash in an id works plain and percent-encoded."""
    for path in ("film/7", "film%2F7"):
        answer = httpx.get(f"{server.url}/v1/indexes/films/docs/{path}").json()
        assert answer["id"] == "film/7"


def test_latencies_come_from_all_workers(tmp_path: Path) -> None:
    """Every request of two workers is in the answer of either."""
    with film_server(tmp_path, workers=2) as server:
        for _ in range(40):
            httpx.get(server.url + SEARCH)
        assert len(list((tmp_path / "latency").glob("*.bin"))) == 2
        windows = httpx.get(f"{server.url}/v1/latency?minutes=5").json()["windows"]
        counts = {
            (row["stage"], row["count"])
            for row in windows[0]["series"]
            if row["route"] == "/v1/indexes/{index}/search"
        }
    assert counts == {(stage, 40) for stage in ("parse", "plan", "engine", "render", "total")}


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_loses_no_request(tmp_path: Path, stop: signal.Signals) -> None:
    """Under load: readiness ends first, every request is answered, exit 0 within ten seconds."""

    async def load(server: RunningServer) -> tuple[list[int], bool, float]:
        statuses: list[int] = []
        unready = False
        async with httpx.AsyncClient(base_url=server.url, timeout=5) as client:
            asyncio.get_running_loop().call_later(0.5, server.process.send_signal, stop)
            started = time.monotonic()
            while time.monotonic() - started < 1.3:
                answers = await asyncio.gather(*(client.get(SEARCH) for _ in range(4)))
                statuses += [answer.status_code for answer in answers]
                unready = unready or (await client.get("/readyz")).status_code == 503
        return statuses, unready, started

    with film_server(tmp_path, drain_seconds=1.5) as server:
        statuses, unready, started = asyncio.run(load(server))
        code = server.process.wait(timeout=15)
    assert set(statuses) == {200}
    assert len(statuses) > 20
    assert unready
    assert (code, time.monotonic() - started < 10) == (0, True)
    assert list((tmp_path / "run").glob("draining-*")) == []


def test_a_worker_that_dies_is_replaced(tmp_path: Path) -> None:
    """After kill -9 a new worker answers, and what the dead one counted is still reported."""
    with film_server(tmp_path) as server:
        for _ in range(5):
            httpx.get(server.url + SEARCH)
        (worker,) = workers_of(server)
        os.kill(worker, signal.SIGKILL)
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            try:
                answer = httpx.get(f"{server.url}/v1/latency?minutes=5", timeout=2)
                break
            except httpx.HTTPError:
                time.sleep(0.1)
        rows = answer.json()["windows"][0]["series"]
        assert workers_of(server) != [worker]
    counts = [r["count"] for r in rows if (r["index"], r["stage"]) == ("films", "total")]
    assert counts == [5]


def workers_of(server: RunningServer) -> list[int]:
    """Process ids of the workers: the children that are no helpers of multiprocessing."""
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    pids = [int(pid) for pid in children.read_text().split()]
    helper = b"resource_tracker"
    return [pid for pid in pids if helper not in Path(f"/proc/{pid}/cmdline").read_bytes()]
