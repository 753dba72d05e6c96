"""A run that follows changes is an `increment`, as the commands and the docs call it."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _rename("incremental", "increment")


def downgrade() -> None:
    _rename("increment", "incremental")


def _rename(old: str, new: str) -> None:
    op.execute(f"UPDATE searchsvc_runs SET kind = '{new}' WHERE kind = '{old}'")
