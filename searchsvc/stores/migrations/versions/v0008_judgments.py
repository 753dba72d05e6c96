"""What people judged of hits."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_MYSQL: dict[str, Any] = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",
    "mariadb_engine": "InnoDB",
    "mariadb_charset": "utf8mb4",
    "mariadb_collate": "utf8mb4_bin",
}


def upgrade() -> None:
    op.create_table(
        "searchsvc_judgments",
        sa.Column("index_name", sa.String(63), primary_key=True),
        sa.Column("set_name", sa.String(63), primary_key=True),
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("rating", sa.Double, nullable=False),
        sa.Column("rater", sa.String(100), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("at", sa.BigInteger),
        **_MYSQL,
    )


def downgrade() -> None:
    op.drop_table("searchsvc_judgments")
