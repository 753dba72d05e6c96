"""The tables of the state store."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    Double,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.types import TypeDecorator

HEAD = "0008"  # the newest migration; a test compares it with the folder
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Names are compared byte by byte: MySQL's default collation takes `Shop` and `shop` for one.
_MYSQL: dict[str, Any] = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",
    "mariadb_engine": "InnoDB",
    "mariadb_charset": "utf8mb4",
    "mariadb_collate": "utf8mb4_bin",
}


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime kept as µs since 1970: exact and alike on every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else (value - _EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else _EPOCH + timedelta(microseconds=value)


metadata = MetaData()

runs = Table(
    "searchsvc_runs",
    metadata,
    # SQLite numbers rows by itself only where the key's type is INTEGER.
    Column(
        "id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    ),
    Column("index_name", String(63), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("version", String(120), nullable=False),
    Column("status", String(20), nullable=False),
    Column("started", Instant, nullable=False),
    Column("finished", Instant),
    *(
        Column(f"rows_{name}", BigInteger, nullable=False)
        for name in ("read", "indexed", "deleted", "unchanged", "stale", "dead")
    ),
    Column("error", Text, nullable=False),
    Column("drift", BigInteger),
    Column("phase", String(20)),
    Column("done", BigInteger),
    Column("total", BigInteger),
    Index("searchsvc_runs_by_kind", "index_name", "kind", "id"),
    **_MYSQL,
)

watermarks = Table(
    "searchsvc_watermarks",
    metadata,
    Column("version", String(120), primary_key=True),
    Column("value", BigInteger, nullable=False),
    **_MYSQL,
)

# The newest database time of a read that a version may hold something of.
reads = Table(
    "searchsvc_reads",
    metadata,
    Column("version", String(120), primary_key=True),
    Column("value", BigInteger, nullable=False),
    **_MYSQL,
)

# A row outlives its lease: `number` must grow for ever, or a fenced-off owner could come back.
leases = Table(
    "searchsvc_leases",
    metadata,
    Column("index_name", String(63), primary_key=True),
    Column("owner", String(255), nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("expires", Instant, nullable=False),
    **_MYSQL,
)

# `key` is a hash of the id: ids are longer than a key of MySQL may be, and differ by case.
dead_letters = Table(
    "searchsvc_dead_letters",
    metadata,
    Column("index_name", String(63), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("id", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("run", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    **_MYSQL,
)

# One rebuild of an index at a time, so one row. `content` is JSON: some hundred ids among it.
checkpoints = Table(
    "searchsvc_checkpoints",
    metadata,
    Column("index_name", String(63), primary_key=True),
    Column("version", String(120), nullable=False),
    Column("content", Text(2**24 - 1), nullable=False),
    **_MYSQL,
)

# Of a secret only what cannot be turned back into it. Lists are JSON.
keys = Table(
    "searchsvc_keys",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("name", String(100), nullable=False, unique=True),
    Column("role", String(20), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("sealed", String(128), nullable=False),
    Column("before_hash", String(64)),
    Column("before_sealed", String(128)),
    Column("before_until", Instant),
    Column("indexes", Text, nullable=False),
    Column("origins", Text, nullable=False),
    Column("rate", Integer),
    Column("client_rate", Integer),
    Column("max_cost", Integer),
    Column("created", Instant, nullable=False),
    Column("expires", Instant),
    Column("rotated", Instant),
    Column("revoked", Instant),
    Column("fields", Text),
    **_MYSQL,
)

# `key` is a hash of query, document and rater, which are longer than a key of MySQL may be.
judgments = Table(
    "searchsvc_judgments",
    metadata,
    Column("index_name", String(63), primary_key=True),
    Column("set_name", String(63), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("query", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("rating", Double, nullable=False),
    Column("rater", String(100), nullable=False),
    Column("source", String(200), nullable=False),
    Column("at", Instant),
    **_MYSQL,
)
