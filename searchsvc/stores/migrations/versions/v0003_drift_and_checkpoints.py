"""What a comparison found, in the run's record; and how far a rebuild has come."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_MYSQL: dict[str, Any] = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",
    "mariadb_engine": "InnoDB",
    "mariadb_charset": "utf8mb4",
    "mariadb_collate": "utf8mb4_bin",
}


def upgrade() -> None:
    op.add_column("searchsvc_runs", sa.Column("drift", sa.BigInteger))
    op.create_table(
        "searchsvc_checkpoints",
        sa.Column("index_name", sa.String(63), primary_key=True),
        sa.Column("version", sa.String(120), nullable=False),
        sa.Column("content", sa.Text(2**24 - 1), nullable=False),
        **_MYSQL,
    )


def downgrade() -> None:
    op.drop_table("searchsvc_checkpoints")
    op.drop_column("searchsvc_runs", "drift")
