"""Up to when the source was read for each version, so that a later read always counts as later."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

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
        "searchsvc_reads",
        sa.Column("version", sa.String(120), primary_key=True),
        sa.Column("value", sa.BigInteger, nullable=False),
        **_MYSQL,
    )


def downgrade() -> None:
    op.drop_table("searchsvc_reads")
