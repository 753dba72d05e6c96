"""Runs the migrations on the connection that `migrate.py` hands over."""

from alembic import context

from searchsvc.stores.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table="searchsvc_schema",
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
