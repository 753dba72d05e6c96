"""Writes into one version: made into lines here, sent by a few threads, no id twice at a time."""

import threading
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from searchsvc.domain.document import Delete, Outcome, Write, WriteResult
from searchsvc.engines.elastic.bulk import Bulk, Line
from searchsvc.engines.elastic.client import Client
from searchsvc.engines.elastic.documents import Convert
from searchsvc.engines.elastic.pace import MOST_REQUESTS, Pace
from searchsvc.engines.values import Unindexable

_MOST_LINES = 5_000  # of one request, however small they are


class ElasticWriter:
    """An IndexWriter whose writes are under way until the commit.

    What waits is bounded: one request that fills up, and at most MOST_REQUESTS of `pace.size`
    under way; `write` blocks when there are as many.
    """

    def __init__(self, client: Client, index: str, convert: Convert, patience: float) -> None:
        self._client = client
        self._index = index
        self._convert = convert
        self._pace = Pace()
        self._stopped = threading.Event()
        self._bulk = Bulk(client, index, self._pace, patience=patience, stopped=self._stopped)
        self._threads = ThreadPoolExecutor(MOST_REQUESTS, thread_name_prefix="bulk")
        self._lines: list[Line] = []
        self._size = 0
        self._ids: set[str] = set()  # of the lines that wait and of those under way
        self._sent: dict[Future[list[WriteResult]], list[Line]] = {}
        self._results: list[WriteResult] = []

    def write(self, writes: Sequence[Write]) -> list[WriteResult]:
        for write in writes:
            self._add(write)
        self._collect()
        return self._known()

    def commit(self, *, found: bool = True) -> list[WriteResult]:
        self._drain()
        # What the server acknowledges is in its translog by then.
        if found:
            self._client.json("POST", f"/{self._index}/_refresh", doing="committing")
        return self._known()

    def close(self) -> None:
        """Send nothing more; what is under way is waited for, and tried no further."""
        self._stopped.set()
        self._threads.shutdown(cancel_futures=True)

    def _add(self, write: Write) -> None:
        if write.id in self._ids:
            # In order, also where the first of them has to be tried again.
            self._drain()
        try:
            data = self._convert(write)
        except Unindexable as error:
            self._results.append(_refused(write, str(error)))
            return
        if self._lines and self._size + len(data) > self._pace.size:
            self._send()
        self._lines.append(Line(write.id, isinstance(write, Delete), data))
        self._size += len(data)
        self._ids.add(write.id)
        if len(self._lines) >= _MOST_LINES:
            self._send()

    def _send(self) -> None:
        """Give what waits to a thread, when one is free."""
        while len(self._sent) >= self._pace.requests:
            wait(self._sent, return_when=FIRST_COMPLETED)
            self._collect()
        lines, size = self._lines, self._size
        self._lines, self._size = [], 0
        self._sent[self._threads.submit(self._carried, lines, size)] = lines

    def _carried(self, lines: list[Line], size: int) -> list[WriteResult]:
        results = self._bulk.send(lines)
        self._pace.faster(size)
        return results

    def _collect(self) -> None:
        """Take the results of what has ended. Raises what pauses the run."""
        for future in [future for future in self._sent if future.done()]:
            lines = self._sent.pop(future)
            self._results += future.result()
            self._ids.difference_update(line.id for line in lines)

    def _drain(self) -> None:
        if self._lines:
            self._send()
        while self._sent:
            wait(self._sent, return_when=FIRST_COMPLETED)
            self._collect()

    def _known(self) -> list[WriteResult]:
        known, self._results = self._results, []
        return known


def _refused(write: Write, reason: str) -> WriteResult:
    """A write of an id that no document can have, or of a document that no engine can hold."""
    if isinstance(write, Delete):
        return WriteResult(write.id, Outcome.DELETED)
    return WriteResult(write.id, Outcome.DEAD, reason)
