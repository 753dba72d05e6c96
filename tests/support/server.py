"""Starts a server of ours in a process of its own, and stops it by its process id."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
_START = (
    "import sys; from pathlib import Path; from searchsvc.api.server import serve; "
    "from searchsvc.settings import Api; "
    "serve(sys.argv[1], Api(port=int(sys.argv[2]), workers=int(sys.argv[4])), Path(sys.argv[3]), "
    "drain_seconds=float(sys.argv[5]))"
)


@dataclass
class RunningServer:
    """A server's address and process."""

    url: str
    port: int
    process: subprocess.Popen[bytes]

    def stop(self) -> int:
        """Send SIGTERM and wait; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=20)


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def film_server(
    data_dir: Path,
    workers: int = 1,
    drain_seconds: float = 0.0,
    app: str = "tests.support.films:create_film_app",
) -> Iterator[RunningServer]:
    """The films, or another app, on granian, ready to answer."""
    port = free_port()
    arguments = [app, port, data_dir, workers, drain_seconds]
    env = {**os.environ, "FILMS_DATA": str(data_dir), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-c", _START, *map(str, arguments)], env=env)
    server = RunningServer(f"http://127.0.0.1:{port}", port, process)
    try:
        _wait(server)
        yield server
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=20)


def _wait(server: RunningServer) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            httpx.get(f"{server.url}/readyz", timeout=2).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the server on port {server.port} did not start")
