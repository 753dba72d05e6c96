"""How far a run has come."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("searchsvc_runs", sa.Column("phase", sa.String(20)))
    op.add_column("searchsvc_runs", sa.Column("done", sa.BigInteger))
    op.add_column("searchsvc_runs", sa.Column("total", sa.BigInteger))


def downgrade() -> None:
    for name in ("total", "done", "phase"):
        op.drop_column("searchsvc_runs", name)
