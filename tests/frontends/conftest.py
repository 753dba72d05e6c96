"""Pages with real clients in a real browser, on the origin of a real server."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.browser import Visit, chromium, no_browser, visiting
from tests.support.frontends import FOLDER, bundle, example, lacking
from tests.support.server import ROOT, RunningServer, film_server

Opened = Callable[[str], Visit]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium that is installed already."""
    if no_browser():
        pytest.skip(no_browser())
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[RunningServer]:
    """The products on granian."""
    app = "tests.support.goods:create_goods_app"
    with film_server(tmp_path_factory.mktemp("goods"), app=app) as running:
        yield running


@pytest.fixture
def visit(browser: Browser, server: RunningServer) -> Iterator[Visit]:
    """A tab that may go nowhere else, and on which nothing may fail."""
    with visiting(browser, server) as visit:
        yield visit


@pytest.fixture
def open_page(visit: Visit, tmp_path: Path) -> Opened:
    """Opens a page of pages/ by its name, with its script bundled, under /shop/ of the server.

    Examples of the documentation, and the client that the server serves, lie beside the scripts.
    """
    if lacking():
        pytest.skip(lacking())

    def open_one(name: str) -> Visit:
        beside = tmp_path / "pages"
        beside.mkdir()
        for script in (FOLDER / "pages").iterdir():
            (beside / script.name).write_bytes(script.read_bytes())
        (beside / "searchsvc.js").write_bytes(
            (ROOT / "searchsvc/api/web/searchsvc.js").read_bytes()
        )
        (beside / "search_ui_example.js").write_text(example("js", "Search UI in five minutes"))
        (beside / "instantsearch_example.js").write_text(
            example("js", "InstantSearch in five minutes")
        )
        (entry,) = beside.glob(f"{name}.js*")
        script = bundle(entry, tmp_path)
        visit.page.route(
            re.compile(r"/shop/(\?.*)?$"), lambda route: route.fulfill(path=beside / f"{name}.html")
        )
        visit.page.route("**/shop/page.js", lambda route: route.fulfill(path=script))
        visit.page.goto(f"{visit.server.url}/shop/")
        return visit

    return open_one
