"""What a comparison with the source found, in the run's record."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("searchsvc_runs", sa.Column("drift", sa.BigInteger))


def downgrade() -> None:
    op.drop_column("searchsvc_runs", "drift")
