"""The state store's database: opened, brought to this release, and used in short transactions."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from searchsvc.errors import StateError
from searchsvc.stores.connect import connect
from searchsvc.stores.migrate import migrate


class Database:
    """A SQLAlchemy URL; opening it applies missing migrations. Raises StateError."""

    def __init__(self, url: str) -> None:
        self.engine, self._name = connect(url)
        try:
            with self.errors():
                migrate(self.engine)
        except BaseException:
            self.engine.dispose()
            raise

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection whose statements take effect together, or not at all."""
        with self.errors(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def errors(self) -> Iterator[None]:
        """SQLAlchemy's errors as StateError: the statement and its values stay out of it."""
        try:
            yield
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", None) or type(error).__name__)
            raise StateError(
                f"the state store {self._name} cannot be used: {reason}",
                hint="mend or move it away; without one, indexes are read anew and stay served",
            ) from error

    def close(self) -> None:
        """End its connections."""
        self.engine.dispose()
