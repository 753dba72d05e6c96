"""Chooses the client of a MySQL url: mysqlclient where it is installed, else PyMySQL."""

from sqlalchemy import URL

from searchsvc.errors import SourceError
from searchsvc.sources.mysql import Client
from searchsvc.sources.mysql_pymysql import PyMySQLClient

# What both clients understand alike. Others, such as those of TLS, they check differently.
_SAME = frozenset({"charset", "unix_socket", "connect_timeout", "read_timeout", "write_timeout"})


def client_of(url: URL) -> Client:
    """The client that the url names; without a name the faster one that takes all its options.

    Raises SourceError where the url names mysqlclient and it cannot be imported.
    """
    library = url.drivername.partition("+")[2]
    if library == "mysqldb":
        return _mysqldb()
    if library == "pymysql" or not _SAME.issuperset(url.query):
        return PyMySQLClient()
    try:
        return _mysqldb()
    except SourceError:
        return PyMySQLClient()


def _mysqldb() -> Client:
    try:
        from searchsvc.sources.mysql_mysqldb import MySQLdbClient  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise SourceError(
            f"mysqlclient cannot be imported: {error}",
            hint="pip install 'searchsvc[fast]', or write mysql+pymysql://…",
        ) from None
    return MySQLdbClient()
