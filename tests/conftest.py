"""Fixtures for all tests: servers that are found or started, and the rule on skips."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.support.engines import Servers, ServerUrl
from tests.support.mariadb import MariaDB, find_mariadb

# A shell's background job ignores Ctrl-C, and what it starts would too: tests press it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes says something of the machine, not of what is tested.
hypothesis.settings.register_profile("searchsvc", deadline=None)
hypothesis.settings.load_profile("searchsvc")

ALLOWED_SKIPS = "SEARCHSVC_TEST_ALLOWED_SKIPS"
_skipped: list[tuple[str, str]] = []


@pytest.fixture(scope="session")
def mysql_url(tmp_path_factory) -> Iterator[str]:
    """A MySQL or MariaDB server without a database name, for an account that may do everything.

    From SEARCHSVC_TEST_MYSQL_URL, or started here where mariadbd is installed.
    """
    given = os.environ.get("SEARCHSVC_TEST_MYSQL_URL")
    if given:
        yield given
        return
    binary = find_mariadb()
    if binary is None:
        pytest.skip("no MySQL: install mariadb-server or set SEARCHSVC_TEST_MYSQL_URL")
    server = MariaDB(binary, tmp_path_factory.mktemp("mariadb"))
    server.start()
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def server_url() -> Iterator[ServerUrl]:
    """Gives the address of an OpenSearch or Elasticsearch by its kind, "" for other engines.

    Found by its variable, or started once for all tests from what `tests.support.servers install`
    has put into the cache.
    """
    servers = Servers()
    yield servers.url
    servers.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out of the coverage what it knows already: counting lines doubles the time of a test.

    On Elasticsearch that code runs which has run on OpenSearch.
    """
    for item in items:
        if "elasticsearch" in item.nodeid.partition("[")[2]:
            item.add_marker(pytest.mark.no_cover)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember what was skipped, and why."""
    if report.skipped and isinstance(report.longrepr, tuple):
        _skipped.append((report.nodeid, str(report.longrepr[2]).removeprefix("Skipped: ")))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where the environment lists the skips that are allowed, fail on any other."""
    path = os.environ.get(ALLOWED_SKIPS)
    if not path:
        return
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    allowed = tuple(line for line in lines if line.strip() and not line.startswith("#"))
    refused = [(test, why) for test, why in _skipped if not (allowed and why.startswith(allowed))]
    for test, why in refused:
        print(f"\nskipped, and not in {path}: {test}: {why}")  # noqa: T201 - pytest's own report is over
    if refused and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
