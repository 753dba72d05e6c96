"""A running `searchsvc serve` for the benchmarks: its CPU time, and answers over one connection."""

import http.client
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Server:
    """A running server, and its CPU time."""

    def __init__(self, process: subprocess.Popen, port: int) -> None:
        self._process = process
        self.port = port

    def measure(self, paths: list[bytes]) -> tuple[float, list[bytes]]:
        """The server's CPU time per request in µs, and the answers, all over one connection."""
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            before = self.cpu()
            answers = [get(connection, path) for path in paths]
            return (self.cpu() - before) / len(paths) * 1e6, answers

    def cpu(self) -> float:
        """Seconds that the server and its workers have been on a processor, by Linux' /proc."""
        stats = {}
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            stats[int(path.parent.name)] = int(fields[1]), int(fields[11]) + int(fields[12])
        tree = {self._process.pid}
        while more := {pid for pid, (parent, _) in stats.items() if parent in tree} - tree:
            tree |= more
        return sum(stats[pid][1] for pid in tree) / os.sysconf("SC_CLK_TCK")


def get(connection: socket.socket, path: bytes) -> bytes:
    """The body of an answer. Raises RuntimeError for one that is none of a search."""
    return answered(connection, b"GET %b HTTP/1.1\r\nHost: bench\r\n\r\n" % path)


def answered(connection: socket.socket, request: bytes) -> bytes:
    """The same for a whole request as it is sent."""
    connection.sendall(request)
    head, body = _received(connection, b"").split(b"\r\n\r\n", 1)
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(head.decode())
    length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body = _received(connection, body)
    return body


def _received(connection: socket.socket, data: bytes) -> bytes:
    more = connection.recv(1 << 18)
    if not more:
        raise RuntimeError("the server closed the connection")
    return data + more


@contextmanager
def served(folder: Path) -> Iterator[Server]:
    """`searchsvc serve` in `folder`, ready to answer."""
    port = free_port()
    with started(["searchsvc", "-C", folder, "serve", "--port", str(port)], port) as server:
        yield server


@contextmanager
def started(command: list, port: int, **environment: str) -> Iterator[Server]:
    """A server that answers /readyz on that port."""
    process = subprocess.Popen(command, env=os.environ | environment)
    try:
        _wait(port)
        yield Server(process, port)
    finally:
        process.terminate()
        process.wait(timeout=30)


def free_port() -> int:
    """One that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.1)
    raise RuntimeError("the server does not answer")
