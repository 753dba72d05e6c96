"""The fields that a key may name, by their uses; null where it may name all of them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("searchsvc_keys", sa.Column("fields", sa.Text))


def downgrade() -> None:
    op.drop_column("searchsvc_keys", "fields")
