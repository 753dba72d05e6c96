"""An HTTP server of our own that says exactly what a test wants, byte by byte, on a real socket."""

import json
import socket
import socketserver
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def lines(self) -> list[Any]:
        """The JSON of each line."""
        return [json.loads(line) for line in self.body.splitlines()]


Say = Callable[[Asked], bytes]
RESET = b"\0reset"  # said instead of an answer: the connection ends as that of a crashed host does


@dataclass
class Stub:
    """What the server says, and what it was asked. `say` may block, and gives raw bytes."""

    say: Say
    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    secure: bool = False
    open: set[socket.socket] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Its address."""
        return f"{'https' if self.secure else 'http'}://127.0.0.1:{self.port}"


def reply(
    body: object = None, status: int = 200, *, product: bool = False, close: bool = False
) -> bytes:
    """A whole answer; bytes stand for themselves."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = [f"HTTP/1.1 {status} Said", "Content-Type: application/json"]
    head += ["X-Elastic-Product: Elasticsearch"] if product else []
    head += ["Connection: close"] if close else []
    head += [f"Content-Length: {len(data)}", "", ""]
    return "\r\n".join(head).encode() + data


ROOT = {"version": {"distribution": "opensearch", "number": "3.8.0"}}


def opensearch(say: Say) -> Say:
    """The same, but `GET /` is answered as OpenSearch does."""
    return lambda asked: reply(ROOT) if asked.path == "/" else say(asked)


class _Server(socketserver.ThreadingTCPServer):
    """Answers each connection in a thread."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, made: Stub, tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.made = made
        self.tls = tls

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news."""


class _Handler(socketserver.StreamRequestHandler):
    """Answers one request after the other on one connection."""

    timeout = 30
    server: _Server

    def setup(self) -> None:
        if self.server.tls is not None:
            self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        self.server.made.open.add(self.request)
        super().setup()

    def handle(self) -> None:
        made = self.server.made
        made.connections += 1
        with suppress(OSError):
            while asked := _read(self.rfile):
                made.asked.append(asked)
                answer = made.say(asked)
                if answer == RESET:
                    self._reset()
                    return
                self.wfile.write(answer)
                if not answer or b"\nConnection: close" in answer:
                    return

    def _reset(self) -> None:
        """Without lingering, closing sends a reset where an orderly end would be sent."""
        self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        self.request.close()

    def finish(self) -> None:
        with suppress(OSError):
            super().finish()
        self.server.made.open.discard(self.request)
        self.request.close()


@contextmanager
def stub(say: Say, tls: ssl.SSLContext | None = None) -> Iterator[Stub]:
    """The server, running in threads until the block ends; then its connections end as well."""
    made = Stub(say, secure=tls is not None)
    with _Server(made, tls) as server:
        made.port = server.server_address[1]
        serving = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        serving.start()
        try:
            yield made
        finally:
            server.shutdown()
            serving.join()
            for connection in list(made.open):
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


def _read(file: Any) -> Asked | None:
    first = file.readline().decode().split()
    if len(first) < 2:
        return None
    headers = {}
    while line := file.readline().decode().strip():
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    body = file.read(int(headers.get("content-length", 0)))
    return Asked(first[0], first[1], headers, body)


def slowly(seconds: float, answer: bytes) -> Say:
    """Says `answer` after a while."""

    def say(_: Asked) -> bytes:
        time.sleep(seconds)
        return answer

    return say
