"""Brings the state store's tables to this release, when several processes start at once too."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from searchsvc.errors import StateError
from searchsvc.stores.schema import HEAD

_FOLDER = Path(__file__).parent / "migrations"
_LOCK_SECONDS = 60
_REVISION = text("SELECT version_num FROM searchsvc_schema")


def migrate(engine: Engine) -> None:
    """Apply what is missing. Raises StateError where a newer release has been here."""
    with engine.connect() as connection:
        if _revision(connection) == HEAD:
            return
    with _alone(engine) as connection:
        # Another process may have done it while this one waited for its turn.
        revision = _revision(connection)
        if revision == HEAD:
            return
        _refuse_newer(revision)
        _upgrade(connection)


def _revision(connection: Connection) -> str | None:
    """The step that the database stands at, None for an empty one."""
    if not inspect(connection).has_table("searchsvc_schema"):
        return None
    revision: str | None = connection.execute(_REVISION).scalar()
    return revision


def _refuse_newer(revision: str | None) -> None:
    if revision is not None and revision > HEAD:
        raise StateError(
            f"the state store has schema {revision}, and this release knows {HEAD} at most",
            hint="upgrade searchsvc to the release that wrote it, or newer",
        )


def _upgrade(connection: Connection) -> None:
    # Alembic takes 0.2 s to import, and is needed once in the life of a state store.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    command.upgrade(config, HEAD)


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction that no other process migrates beside."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection
            connection.commit()
            return
        # Statements that create tables commit by themselves in MySQL, so a transaction cannot
        # guard them. The lock ends with its connection; it guards seconds, never a lease.
        _take_named_lock(connection)
        try:
            yield connection
            connection.commit()
        finally:
            connection.execute(text("SELECT RELEASE_LOCK('searchsvc_schema')"))


def _take_named_lock(connection: Connection) -> None:
    lock = text("SELECT GET_LOCK('searchsvc_schema', :seconds)")
    if connection.execute(lock, {"seconds": _LOCK_SECONDS}).scalar() != 1:
        raise StateError(
            f"another process has been migrating the state store for {_LOCK_SECONDS} s",
            hint="end that process, or wait for it",
        )
