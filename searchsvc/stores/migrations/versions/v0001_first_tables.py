"""Runs, watermarks, leases and dead letters."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_MYSQL: dict[str, Any] = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",
    "mariadb_engine": "InnoDB",
    "mariadb_charset": "utf8mb4",
    "mariadb_collate": "utf8mb4_bin",
}
_COUNTS = ("read", "indexed", "deleted", "unchanged", "stale", "dead")


def upgrade() -> None:
    op.create_table(
        "searchsvc_runs",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("index_name", sa.String(63), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("version", sa.String(120), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("started", sa.BigInteger, nullable=False),
        sa.Column("finished", sa.BigInteger),
        *(sa.Column(f"rows_{name}", sa.BigInteger, nullable=False) for name in _COUNTS),
        sa.Column("error", sa.Text, nullable=False),
        **_MYSQL,
    )
    op.create_index("searchsvc_runs_by_kind", "searchsvc_runs", ["index_name", "kind", "id"])
    op.create_table(
        "searchsvc_watermarks",
        sa.Column("version", sa.String(120), primary_key=True),
        sa.Column("value", sa.BigInteger, nullable=False),
        **_MYSQL,
    )
    op.create_table(
        "searchsvc_leases",
        sa.Column("index_name", sa.String(63), primary_key=True),
        sa.Column("owner", sa.String(255), nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False),
        **_MYSQL,
    )
    op.create_table(
        "searchsvc_dead_letters",
        sa.Column("index_name", sa.String(63), primary_key=True),
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("run", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        **_MYSQL,
    )


def downgrade() -> None:
    for table in ("dead_letters", "leases", "watermarks", "runs"):
        op.drop_table(f"searchsvc_{table}")
