"""Every engine of ours, to run each contract on. A new engine is one line in support/engines.py."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.support import Engines
from tests.support.engines import ENGINES, SERVERS, ServerUrl, open_engine


@pytest.fixture(params=ENGINES)
def engines(
    request: pytest.FixtureRequest, tmp_path: Path, server_url: ServerUrl
) -> Iterator[Engines]:
    """One engine after the other, empty."""
    name = request.param
    with open_engine(name, tmp_path, server_url(name)) as (store, engine):
        is_local = name not in SERVERS
        yield Engines(store, engine, is_transactional=is_local, knows_its_words=is_local)
