"""Which client reads a MySQL url, and how it is told to connect."""

import subprocess
import sys
import textwrap

import pytest
from sqlalchemy import make_url

from searchsvc.errors import SourceError
from searchsvc.sources.connect import open_database
from searchsvc.sources.mysql_clients import client_of
from tests.support.mariadb import require_mysqlclient


def chosen(url: str) -> str:
    """The driver's name in the url that SQLAlchemy connects by."""
    return client_of(make_url(url)).url(make_url(url)).drivername


@pytest.mark.parametrize("kind", ["mysql", "mariadb"])
def test_a_url_may_name_the_client(kind) -> None:
    """Either by its name, and without one the faster."""
    require_mysqlclient()
    assert chosen(f"{kind}+pymysql://reader@db/shop") == "mysql+pymysql"
    assert chosen(f"{kind}+mysqldb://reader@db/shop") == "mysql+mysqldb"
    assert chosen(f"{kind}://reader@db/shop?charset=latin1") == "mysql+mysqldb"


def test_options_that_differ_stay_with_pymysql() -> None:
    """A url without a client keeps the checks of certificates that its options ask for."""
    assert chosen("mysql://reader@db/shop?ssl_ca=/ca.pem") == "mysql+pymysql"
    assert chosen("mysql://reader@db/shop?ssl_verify_cert=true") == "mysql+pymysql"


def test_timeouts_are_understood_alike() -> None:
    """A url that sets only those is read by the faster client; nonsense in them is refused."""
    require_mysqlclient()
    assert chosen("mysql://reader@db/shop?read_timeout=60&connect_timeout=5") == "mysql+mysqldb"
    with pytest.raises(SourceError, match=r"no usable read_timeout; write whole seconds"):
        open_database("mysql://reader@db/shop?read_timeout=1m")


ABSENT = """
    import sys

    sys.modules["MySQLdb"] = None
    from sqlalchemy import make_url
    from searchsvc.errors import SourceError
    from searchsvc.sources.mysql_clients import client_of

    print(type(client_of(make_url("mysql://reader@db/shop"))).__name__)
    try:
        client_of(make_url("mysql+mysqldb://reader:hunter2@db/shop"))
    except SourceError as error:
        print(error.message, "|", error.hint)
"""


def test_without_mysqlclient() -> None:
    """PyMySQL reads, and a url that insists is told what to install."""
    command = [sys.executable, "-c", textwrap.dedent(ABSENT)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout

    client, refusal = said.splitlines()
    assert client == "PyMySQLClient"
    assert refusal.startswith("mysqlclient cannot be imported")
    assert "searchsvc[fast]" in refusal
    assert "hunter2" not in refusal


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("mysql+mysqldb://reader@localhost:3307/shop", "127.0.0.1"),
        ("mysql+mysqldb:///shop", "127.0.0.1"),
        ("mysql+mysqldb://reader@db/shop", "db"),
        ("mysql+mysqldb://reader@localhost/shop?unix_socket=/run/s.sock", "localhost"),
    ],
)
def test_the_socket_file_is_taken_only_where_it_is_named(url, host) -> None:
    """`localhost` is an address with a port, as it is for PyMySQL."""
    require_mysqlclient()
    assert client_of(make_url(url)).url(make_url(url)).host == host


def test_certificates_are_checked_where_their_authority_is_given() -> None:
    """The C library would encrypt and trust anybody; a mode that the url names stays."""
    require_mysqlclient()
    url = make_url("mysql+mysqldb://reader@db/shop?ssl_ca=/ca.pem")
    assert client_of(url).arguments(url)["ssl_mode"] == "VERIFY_IDENTITY"
    own = url.update_query_dict({"ssl_mode": "VERIFY_CA"})
    assert "ssl_mode" not in client_of(own).arguments(own)


def test_another_library_is_refused() -> None:
    """With what to write instead."""
    with pytest.raises(SourceError, match="names 'oursql', which is not used"):
        open_database("mysql+oursql://reader@db/shop")
