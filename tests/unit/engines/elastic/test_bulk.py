"""What becomes of each write of a bulk request, against a server that says it on a real socket."""

import threading
import time
from contextlib import contextmanager

import pytest

from searchsvc.engines.elastic.access import Access, parse_hosts
from searchsvc.engines.elastic.bulk import Bulk, Item, Line, judge
from searchsvc.engines.elastic.client import Client
from searchsvc.engines.elastic.documents import converter
from searchsvc.engines.elastic.pace import LEAST, MOST, MOST_REQUESTS, Pace
from searchsvc.engines.elastic.writer import ElasticWriter
from searchsvc.errors import EngineError, EngineTimeout, EngineUnreachable, UnknownVersion
from tests.contract.support import PRODUCTS, document, outcomes
from tests.support.stub import opensearch, reply, stub

WRITE, DELETE = Line("1", False, b""), Line("1", True, b"")


def error(kind: str, reason: str = "because") -> dict:
    """An error object of a server."""
    return {"type": kind, "reason": reason}


FATES = {
    "created": (WRITE, Item(201), "indexed"),
    "updated": (WRITE, Item(200), "indexed"),
    "deleted": (DELETE, Item(200), "deleted"),
    "gone already": (DELETE, Item(404), "deleted"),
    "stale": (WRITE, Item(409, error("version_conflict_engine_exception")), "stale"),
    "a stale delete": (DELETE, Item(409, error("version_conflict_engine_exception")), "stale"),
    "refused": (WRITE, Item(400, error("document_parsing_exception")), "dead"),
    "refused without a reason": (WRITE, Item(422), "dead"),
    "busy": (WRITE, Item(429, error("es_rejected_execution_exception")), None),
    "no shard yet": (WRITE, Item(503, error("unavailable_shards_exception")), None),
    "a bad gateway": (WRITE, Item(502), None),
    "too late": (WRITE, Item(504, error("timeout_exception")), None),
}


@pytest.mark.parametrize(("line", "item", "fate"), FATES.values(), ids=FATES)
def test_each_status_is_a_fate(line, item, fate) -> None:
    """Done, stale, dead with a reason, or to be tried again."""
    result = judge(line, item)
    assert (result.outcome.value if result else None) == fate
    assert fate != "dead" or result.reason


HALTS = {
    "not allowed": (Item(403, error("security_exception")), EngineError, "not allowed"),
    "no credentials": (Item(401), EngineError, "not allowed"),
    "a full disk": (Item(429, error("cluster_block_exception")), EngineError, "read-only"),
    "read-only": (Item(403, error("cluster_block_exception")), EngineError, "read-only"),
    "dropped": (Item(404, error("index_not_found_exception")), UnknownVersion, "because"),
    "broken": (Item(500, error("io_exception")), EngineError, "because"),
}


@pytest.mark.parametrize(("item", "kind", "words"), HALTS.values(), ids=HALTS)
def test_what_would_meet_every_write_pauses_the_run(item, kind, words) -> None:
    """No row becomes a dead letter because an account or an index is locked."""
    with pytest.raises(kind, match=words):
        judge(WRITE, item)


@contextmanager
def bulk(say, patience: float = 5.0, pace: Pace | None = None):
    """A Bulk on a server that says so, and the server."""
    with stub(opensearch(say)) as server:
        client = Client(Access("opensearch", parse_hosts((server.url,), allow_http=False)))
        try:
            yield Bulk(client, "products-1", pace or Pace(), patience=patience), server
        finally:
            client.close()


def lines(*ids: str) -> list[Line]:
    """A line of each id, ready to send."""
    convert = converter(PRODUCTS)
    return [Line(id, False, convert(document(id, name=f"name {id}"))) for id in ids]


def items(*statuses: int) -> bytes:
    """The answer that gives each write a status."""
    return reply({"items": [{"index": {"status": status}} for status in statuses]})


def ids_of(asked) -> list[str]:
    """Which documents a request writes."""
    return [line["index"]["_id"] for line in asked.lines[::2]]


def test_only_what_was_busy_is_sent_again() -> None:
    """The rest has its fate; results keep the order of the lines."""
    script = iter([items(201, 429, 400, 503), items(429, 201), items(409)])
    with bulk(lambda _: next(script)) as (under_test, server):
        results = under_test.send(lines("a", "b", "c", "d"))
    assert outcomes(results) == ["indexed", "stale", "dead", "indexed"]
    assert [r.id for r in results] == ["a", "b", "c", "d"]
    asked = [ids_of(one) for one in server.asked if one.path != "/"]
    assert asked == [["a", "b", "c", "d"], ["b", "d"], ["b"]]


def test_a_request_makes_nothing_by_chance_and_asks_for_little() -> None:
    """Versions are external, neither an id nor an index is made up, and the answer is short."""
    with bulk(lambda _: items(201)) as (under_test, server):
        under_test.send(lines("ä\n"))
    asked = server.asked[-1]
    assert asked.path == (
        "/products-1/_bulk?require_alias=true&filter_path=items.*.status,items.*.error"
    )
    assert asked.headers["content-type"] == "application/x-ndjson"
    assert asked.lines[0] == {"index": {"_id": "ä\n", "version": 1, "version_type": "external_gte"}}
    assert asked.body.endswith(b"\n")


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_server_is_asked_again(status) -> None:
    """Also where a proxy says so, without JSON."""
    script = iter([reply(b"<html>busy</html>", status), items(201)])
    with bulk(lambda _: next(script)) as (under_test, _):
        assert outcomes(under_test.send(lines("a"))) == ["indexed"]


def test_a_lost_connection_is_tried_again() -> None:
    """A write that may have been carried out is sent with the same version again."""
    script = iter([b"", items(201)])
    with bulk(lambda _: next(script)) as (under_test, server):
        assert outcomes(under_test.send(lines("a"))) == ["indexed"]
    bodies = [one.body for one in server.asked if one.path != "/"]
    assert len(bodies) >= 2
    assert len(set(bodies)) == 1


def test_patience_ends() -> None:
    """A server that stays busy pauses the run, in bounded time."""
    started = time.monotonic()
    with (
        bulk(lambda _: items(429), patience=0.3) as (under_test, _),
        pytest.raises(EngineError, match="busy"),
    ):
        under_test.send(lines("a"))
    assert time.monotonic() - started < 5


def test_what_is_too_large_is_halved_down_to_one() -> None:
    """A single document that the server does not take is dead; the others are written."""

    def say(asked):
        if b'"big"' in asked.body:
            return reply({"error": {"type": "too_large", "reason": "x"}}, 413)
        return items(*[201] * (len(asked.lines) // 2))

    pace = Pace(size=1 << 22)
    with bulk(say, pace=pace) as (under_test, _):
        results = under_test.send(lines("a", "b", "big", "c", "d"))
    assert outcomes(results) == ["indexed", "indexed", "dead", "indexed", "indexed"]
    assert "bytes" in results[2].reason
    assert pace.size < 1 << 22


PAUSES = {
    "401": (reply({"error": {"type": "security_exception", "reason": "no"}}, 401), EngineError),
    "a block": (reply({"error": error("cluster_block_exception")}, 429), EngineError),
    "404": (reply({"error": error("index_not_found_exception")}, 404), UnknownVersion),
    "an unknown error": (reply({"error": error("odd")}, 400), EngineError),
    "HTML": (reply(b"<html>hello</html>"), EngineError),
    "nothing": (reply(b""), EngineError),
    "half an answer": (reply(b'{"items":[{"index":{"sta'), EngineError),
    "no UTF-8": (reply(b"\xff\xfe"), EngineError),
    "another shape": (reply({"items": [{"index": 3}]}), EngineError),
    "too few results": (reply({"items": []}), EngineError),
}


@pytest.mark.parametrize(("answer", "kind"), PAUSES.values(), ids=PAUSES)
def test_an_unusable_answer_pauses_the_run(answer, kind) -> None:
    """At once, since a repetition would say the same; never as a crash."""
    with bulk(lambda _: answer) as (under_test, server), pytest.raises(kind):
        under_test.send(lines("a"))
    assert len(server.asked) == 2


def test_the_pace_rises_step_by_step_and_falls_by_halves() -> None:
    """Within bounds; a small request says nothing of what the server can take."""
    pace = Pace(size=1 << 20, requests=1)
    pace.faster(10)
    assert (pace.size, pace.requests) == (1 << 20, 1)
    for _ in range(100):
        pace.faster(pace.size)
    assert (pace.size, pace.requests) == (MOST, MOST_REQUESTS)
    pace.slower()
    assert (pace.size, pace.requests) == (MOST // 2, MOST_REQUESTS // 2)
    for _ in range(20):
        pace.slower()
    assert (pace.size, pace.requests) == (LEAST, 1)


# --- the writer ----------------------------------------------------------------------------------


class Gate:
    """A server that keeps requests until they are let go, and counts those under way."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.under_way: list[str] = []
        self.most = 0
        self.twice = False
        self._lock = threading.Lock()

    def __call__(self, asked) -> bytes:
        if not asked.path.startswith("/products-1/_bulk"):
            return reply({})
        ids = ids_of(asked)
        with self._lock:
            self.twice |= bool(set(ids) & set(self.under_way))
            self.under_way += ids
            self.most = max(self.most, len(self.under_way))
        self.open.wait(5)
        with self._lock:
            for id in ids:
                self.under_way.remove(id)
        return items(*[201] * len(ids))


@contextmanager
def writer(say, patience: float = 5.0):
    """A writer on a server that says so."""
    with stub(opensearch(say)) as server:
        client = Client(Access("opensearch", parse_hosts((server.url,), allow_http=False)))
        made = ElasticWriter(client, "products-1", converter(PRODUCTS), patience)
        try:
            yield made
        finally:
            made.close()
            client.close()


def test_writes_are_under_way_together_and_none_is_lost() -> None:
    """Requests overlap, the commit gives what is owed, each write has one result."""
    gate = Gate()
    written = [document(str(n), name="x" * 100_000) for n in range(60)]
    threading.Timer(0.5, gate.open.set).start()
    with writer(gate) as under_test:
        results = under_test.write(written)
        results += under_test.commit()
    assert sorted(r.id for r in results) == sorted(d.id for d in written)
    assert set(outcomes(results)) == {"indexed"}
    assert 1 < gate.most < len(written), "some wait, and what is under way is bounded"


def test_an_id_is_never_under_way_twice() -> None:
    """So that a repetition of an older write cannot pass a newer one of equal version."""
    gate = Gate()
    gate.open.set()
    with writer(gate) as under_test:
        results = []
        for n in range(30):
            results += under_test.write([document(str(n % 3), 1, name=f"{n}" * 1000)])
        results += under_test.commit()
    assert len(results) == 30
    assert not gate.twice


def test_a_failure_reaches_the_one_who_writes() -> None:
    """The next write or the commit raises what pauses the run."""
    with writer(lambda _: reply({"error": error("security_exception")}, 403)) as under_test:
        under_test.write([document("1")])
        with pytest.raises(EngineError, match="not allowed"):
            under_test.commit()


def test_closing_ends_the_waiting() -> None:
    """A writer that is given up does not sit out its patience."""
    started = time.monotonic()
    with writer(lambda _: items(429), patience=60.0) as under_test:
        under_test.write([document(str(n), name="x" * 2**20) for n in range(2)])
        time.sleep(0.2)
    assert time.monotonic() - started < 20


def test_a_dead_server_is_unreachable() -> None:
    """After the patience, by its own error."""
    with stub(lambda _: b"") as server:
        address = server.url
    client = Client(Access("opensearch", parse_hosts((address,), allow_http=False)))
    with pytest.raises((EngineUnreachable, EngineTimeout)):
        Bulk(client, "x", Pace(), patience=0.1).send(lines("a"))
    client.close()
