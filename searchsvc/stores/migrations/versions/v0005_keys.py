"""API keys, of whose secrets only hashes are kept."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

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
        "searchsvc_keys",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("name", sa.String(100), nullable=False, unique=True),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("sealed", sa.String(128), nullable=False),
        sa.Column("before_hash", sa.String(64)),
        sa.Column("before_sealed", sa.String(128)),
        sa.Column("before_until", sa.BigInteger),
        sa.Column("indexes", sa.Text, nullable=False),
        sa.Column("origins", sa.Text, nullable=False),
        sa.Column("rate", sa.Integer),
        sa.Column("client_rate", sa.Integer),
        sa.Column("max_cost", sa.Integer),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("expires", sa.BigInteger),
        sa.Column("rotated", sa.BigInteger),
        sa.Column("revoked", sa.BigInteger),
        **_MYSQL,
    )


def downgrade() -> None:
    op.drop_table("searchsvc_keys")
