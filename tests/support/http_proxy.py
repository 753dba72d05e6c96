"""A proxy before a real search server that spoils requests and replies as a test tells it."""

import json
import random
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

from tests.support.stub import RESET, Asked, reply, stub

Forward = Callable[[Asked], bytes]
Fault = Callable[[Asked, Forward], bytes]


@dataclass
class Rule:
    """When a fault acts: where "METHOD /path" has `match`, by `chance`, `times` at most.

    `hits` counts how often it has acted.
    """

    fault: Fault
    match: re.Pattern[str]
    chance: float = 1.0
    times: int | None = None
    hits: int = 0

    def takes(self, asked: Asked, chance: random.Random) -> bool:
        """Whether it acts on this request; it is counted then."""
        if not self.match.search(f"{asked.method} {asked.path}"):
            return False
        if (self.times is not None and self.hits >= self.times) or chance.random() >= self.chance:
            return False
        self.hits += 1
        return True


@dataclass
class HttpProxy:
    """What is between a client and `upstream`; without rules everything passes as it is."""

    upstream: str
    seed: int = 0
    url: str = ""
    rules: list[Rule] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._lock = threading.Lock()

    def rule(
        self, fault: Fault, match: str = "", *, chance: float = 1.0, times: int | None = None
    ) -> Rule:
        """From now on `fault` acts; of several rules the first that takes a request."""
        made = Rule(fault, re.compile(match), chance, times)
        self.rules.append(made)
        return made

    def clear(self) -> None:
        """Everything passes again."""
        self.rules = []

    def say(self, asked: Asked) -> bytes:
        """The reply of the server, or what a fault makes of it."""
        with self._lock:
            self.asked.append(f"{asked.method} {asked.path}")
            chosen = next((rule for rule in self.rules if rule.takes(asked, self._random)), None)
        return self.forward(asked) if chosen is None else chosen.fault(asked, self.forward)

    def forward(self, asked: Asked) -> bytes:
        """What the server says; a reset where it says nothing."""
        to = urlsplit(self.upstream)
        connection = HTTPConnection(to.hostname or "", to.port, timeout=60)
        headers = {n: v for n, v in asked.headers.items() if n not in ("host", "content-length")}
        try:
            connection.request(asked.method, asked.path, asked.body, headers)
            got = connection.getresponse()
            body = got.read()
        except (OSError, HTTPException):
            return RESET
        finally:
            connection.close()
        return reply(body, got.status, product=bool(got.getheader("x-elastic-product")))


@contextmanager
def http_proxy(upstream: str, seed: int = 0) -> Iterator[HttpProxy]:
    """A proxy on a port of 127.0.0.1 until the block ends; `seed` decides what chance decides."""
    made = HttpProxy(upstream, seed)
    with stub(made.say) as server:
        made.url = server.url
        yield made


# --- faults --------------------------------------------------------------------------------------


def says(body: bytes | object, status: int = 200) -> Fault:
    """The server is not asked: this is said in its place, bytes as they are."""
    return lambda _asked, _forward: reply(body, status)


def error(status: int, kind: str, reason: str = "injected") -> Fault:
    """The server is not asked: a refusal as it words it."""
    return says({"error": {"type": kind, "reason": reason}, "status": status}, status)


def lost_reply(asked: Asked, forward: Forward) -> bytes:
    """The server carries out what is asked, and the client never learns of it."""
    forward(asked)
    return RESET


def lost_request(_asked: Asked, _forward: Forward) -> bytes:
    """The server never learns of it."""
    return RESET


def cut_reply(asked: Asked, forward: Forward) -> bytes:
    """The server carries out what is asked; the body of its reply is cut in the middle."""
    body = forward(asked).partition(b"\r\n\r\n")[2]
    return reply(body[: len(body) // 2], product=True)


def too_large(most: int) -> Fault:
    """413, as a server or a gateway says to bodies of more than `most` bytes."""

    def fault(asked: Asked, forward: Forward) -> bytes:
        return reply(b"too large", 413) if len(asked.body) > most else forward(asked)

    return fault


@dataclass
class RefusedItems:
    """A bulk of which some writes are kept from the server and refused in their right places.

    `choose` gives the status and the reason for an id, None for one that may pass.
    """

    choose: Callable[[str], tuple[int, str] | None]
    refused: int = 0

    def __call__(self, asked: Asked, forward: Forward) -> bytes:
        passed, items, places = [], [], []
        for id, lines in _writes(asked.body):
            chosen = self.choose(id)
            if chosen is None:
                places.append(len(items))
                passed += lines
                items.append(None)
            else:
                status, reason = chosen
                items.append({"index": {"status": status, "error": {"reason": reason}}})
        answered = self._answered(asked, forward, passed)
        for place, item in zip(places, answered, strict=True):
            items[place] = item
        self.refused += len(items) - len(places)
        return reply({"errors": len(places) < len(items), "items": items}, product=True)

    def _answered(self, asked: Asked, forward: Forward, lines: list[bytes]) -> list[Any]:
        if not lines:
            return []
        body = b"".join(line + b"\n" for line in lines)
        said = forward(Asked(asked.method, asked.path, asked.headers, body))
        return json.loads(said.partition(b"\r\n\r\n")[2])["items"]


def _writes(body: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """The id of each write of a bulk with its lines."""
    lines = iter(body.splitlines())
    for line in lines:
        ((name, action),) = json.loads(line).items()
        yield action["_id"], [line] if name == "delete" else [line, next(lines)]
