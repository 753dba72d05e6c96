"""The blocking way to a server, for writes and administration; and whether it is of our kind."""

import threading
from typing import Any

import orjson

from searchsvc.engines.elastic.access import Access
from searchsvc.engines.elastic.failures import Reply, decoded, failure, one_line
from searchsvc.engines.elastic.libraries import Nodes, nodes_of
from searchsvc.errors import SettingsError

_JSON = "application/json"
NDJSON = "application/x-ndjson"
_FOREIGN = "set engine.kind to '{kind}', or engine.hosts to a server of that kind"


class Client:
    """Asks a server and checks at first that it is of the kind that was set."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self._nodes: Nodes | None = None
        self._lock = threading.Lock()

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        type: str = _JSON,
        timeout: float | None = None,
    ) -> Reply:
        """Any answer, errors too. Raises EngineUnreachable, EngineTimeout or EngineError."""
        seconds = timeout or self.access.write_timeout
        nodes = self._nodes or self._connected(seconds)
        headers = {"accept": _JSON, "content-type": type, **self.access.headers}
        return nodes.ask(method, path, body, headers, seconds)

    def json(
        self, method: str, path: str, body: object = None, *, doing: str, shape: Any = Any
    ) -> Any:
        """The JSON of a success, of type `shape`. Raises what the failure stands for.

        `doing` begins its message.
        """
        reply = self.ask(method, path, None if body is None else orjson.dumps(body))
        if reply.status >= 400:
            raise failure(reply, doing)
        return decoded(reply, doing, shape)

    def close(self) -> None:
        """End the connections."""
        if self._nodes is not None:
            self._nodes.close()
            self._nodes = None

    def _connected(self, timeout: float) -> Nodes:
        with self._lock:
            if self._nodes is not None:
                return self._nodes
            nodes = nodes_of(self.access)
            headers = {"accept": _JSON, **self.access.headers}
            try:
                check_kind(nodes.ask("GET", "/", None, headers, timeout), self.access.kind)
            except BaseException:
                nodes.close()
                raise
            self._nodes = nodes
            return nodes


def check_kind(reply: Reply, kind: str) -> None:
    """Raises SettingsError where the server that gave `reply` to `GET /` is of another kind.

    Elasticsearch names itself in a header of every answer (some builds of it refuse `GET /`),
    OpenSearch in the body.
    """
    found = "elasticsearch" if reply.headers.get("x-elastic-product") else ""
    if not found and reply.status in (401, 403):
        raise failure(reply, "connecting to the engine")
    if not found and reply.status < 400:
        version = decoded(reply, "connecting to the engine")
        version = version.get("version") if isinstance(version, dict) else None
        found = str(version.get("distribution", "")) if isinstance(version, dict) else ""
    if not found:
        raise failure(reply, "connecting to the engine")
    if found != kind:
        raise SettingsError(
            f"the server is {one_line(found)}, not {kind}",
            key="engine.kind",
            hint=_FOREIGN.format(kind=one_line(found)),
        )
