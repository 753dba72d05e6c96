"""The official clients: connection pools, TLS, and failover from one host to the next.

Which answers are errors is decided in `failures.py`, the same for both. A library is imported
when it is first needed, so that nobody pays for it who has another engine.
"""

import logging
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

from searchsvc.engines.elastic.access import Access, Host
from searchsvc.engines.elastic.bounded import BoundedPool
from searchsvc.engines.elastic.failures import Reply, one_line, unreachable
from searchsvc.errors import EngineError, EngineTimeout, EngineUnreachable

_CONNECTIONS = 8  # per host; a writer has up to four requests under way
_HINT = "see engine.timeout and engine.write_timeout"


class Nodes(Protocol):
    """One library's hosts: asks one, or the next where that one does not answer."""

    def __init__(self, access: Access) -> None: ...

    def ask(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str], timeout: float
    ) -> Reply:
        """Raises EngineUnreachable, EngineTimeout, or EngineError for what is no HTTP."""
        ...

    def close(self) -> None: ...


class _Failover(ABC):
    """Asks the hosts of a library's pool in turn, until one answers."""

    _tries: int

    def ask(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str], timeout: float
    ) -> Reply:
        for last in (False,) * (self._tries - 1) + (True,):
            node = self._next()
            try:
                with self._translated():
                    reply = self._sent(node, method, path, body, headers, timeout)
            except EngineUnreachable:
                self._mark(node, alive=False)
                if last:
                    raise
            else:
                self._mark(node, alive=True)
                return reply
        raise EngineUnreachable("no server is named", hint="see engine.hosts")

    @abstractmethod
    def _next(self) -> Any:
        """The pool's choice."""

    @abstractmethod
    def _mark(self, node: Any, *, alive: bool) -> None:
        """Tell the pool what became of it."""

    @abstractmethod
    def _sent(
        self,
        node: Any,
        method: str,
        path: str,
        body: bytes | None,
        headers: dict[str, str],
        timeout: float,
    ) -> Reply:
        """One try."""

    @abstractmethod
    def _translated(self) -> AbstractContextManager[None]:
        """Makes the library's errors ours."""


class _OpenSearchNodes(_Failover):
    """opensearch-py's connection pool."""

    def __init__(self, access: Access) -> None:
        import opensearchpy  # noqa: PLC0415 - only who has this engine pays for it

        # It logs each request, and each failure with a traceback; ours say what failed, once.
        logging.getLogger("opensearch").setLevel(logging.CRITICAL)
        self._errors = opensearchpy.exceptions
        self._client = opensearchpy.OpenSearch(
            [_address(host) for host in access.hosts],
            pool_maxsize=_CONNECTIONS,
            max_retries=0,
            **_tls(access),
        )
        for node in self._client.transport.connection_pool.connections:
            node.pool = BoundedPool(node.pool)
        self._tries = len(access.hosts)

    def _next(self) -> Any:
        return self._client.transport.get_connection()

    def _mark(self, node: Any, *, alive: bool) -> None:
        if alive:
            self._client.transport.connection_pool.mark_live(node)
        else:
            self._client.transport.mark_dead(node)

    def _sent(
        self,
        node: Any,
        method: str,
        path: str,
        body: bytes | None,
        headers: dict[str, str],
        timeout: float,
    ) -> Reply:
        status, answered, text = node.perform_request(
            method, path, None, body, timeout, tuple(range(300, 600)), headers
        )
        return Reply(status, text.encode("utf-8", "surrogatepass"), _lowered(answered))

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except self._errors.ConnectionTimeout as error:
            raise EngineTimeout("the engine does not answer in time", hint=_HINT) from error
        except self._errors.ConnectionError as error:
            # The library takes what it cannot read for a lost connection.
            if isinstance(error.info, EngineError):
                raise error.info from error
            if isinstance(error.info, UnicodeDecodeError):
                raise _unusable(error.info) from error
            raise unreachable(error) from error
        except self._errors.OpenSearchException as error:
            raise _unusable(error) from error

    def close(self) -> None:
        self._client.close()


class _ElasticsearchNodes(_Failover):
    """The node pool of elastic-transport, which the elasticsearch client sets up."""

    def __init__(self, access: Access) -> None:
        import elastic_transport  # noqa: PLC0415 - only who has this engine pays for it
        import elasticsearch  # noqa: PLC0415

        self._errors = elastic_transport
        self._client = elasticsearch.Elasticsearch(
            [host.url for host in access.hosts],
            connections_per_node=_CONNECTIONS,
            max_retries=0,
            **_tls(access),
        )
        nodes: list[Any] = list(self._client.transport.node_pool.all())
        for node in nodes:
            node.pool = BoundedPool(node.pool)
        self._tries = len(access.hosts)

    def _next(self) -> Any:
        return self._client.transport.node_pool.get()

    def _mark(self, node: Any, *, alive: bool) -> None:
        pool = self._client.transport.node_pool
        (pool.mark_live if alive else pool.mark_dead)(node)

    def _sent(
        self,
        node: Any,
        method: str,
        path: str,
        body: bytes | None,
        headers: dict[str, str],
        timeout: float,
    ) -> Reply:
        meta, answer = node.perform_request(
            method, path, body=body, headers=_headers(headers), request_timeout=timeout
        )
        return Reply(meta.status, answer, _lowered(meta.headers))

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except self._errors.ConnectionTimeout as error:
            raise EngineTimeout("the engine does not answer in time", hint=_HINT) from error
        except self._errors.ConnectionError as error:
            for inner in error.errors:  # as above
                if isinstance(inner, EngineError):
                    raise inner from error
            raise unreachable(error) from error
        except self._errors.TransportError as error:
            raise _unusable(error) from error

    def close(self) -> None:
        self._client.close()


_LIBRARIES: dict[str, type[Nodes]] = {
    "opensearch": _OpenSearchNodes,
    "elasticsearch": _ElasticsearchNodes,
}


def nodes_of(access: Access) -> Nodes:
    """The hosts of `access`, through the library of its kind."""
    return _LIBRARIES[access.kind](access)


def _address(host: Host) -> dict[str, Any]:
    return {
        "host": host.name,
        "port": host.port,
        "use_ssl": host.secure,
        **({"url_prefix": host.path} if host.path else {}),
    }


def _unusable(error: BaseException) -> EngineError:
    return EngineError(
        f"the engine's answer is unusable: {one_line(str(error))}",
        hint="is it a search server? see engine.hosts",
    )


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _headers(headers: Mapping[str, str]) -> Any:
    from elastic_transport import HttpHeaders  # noqa: PLC0415 - as above

    return HttpHeaders(headers)


def _tls(access: Access) -> dict[str, Any]:
    return {"ssl_context": access.tls} if any(host.secure for host in access.hosts) else {}
