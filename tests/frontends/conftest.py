"""Pages with real clients in a real browser, on the origin of a real server."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.browser import Visit, chromium, no_browser, visiting
from tests.support.frontends import FOLDER, bundle, example, lacking
from tests.support.server import ROOT, RunningServer, film_server

Opened = Callable[..., Visit]
EXAMPLES = {
    "instantsearch_example.js": "InstantSearch in five minutes",
    "search_ui_example.js": "Search UI in five minutes",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium that is installed already."""
    if no_browser():
        pytest.skip(no_browser())
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
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

    def open_one(name: str, **how: str) -> Visit:
        beside = tmp_path / "pages"
        shutil.copytree(FOLDER / "pages", beside)
        shutil.copy(ROOT / "searchsvc/api/web/searchsvc.js", beside)
        for script, heading in EXAMPLES.items():
            (beside / script).write_text(example("js", heading), encoding="utf-8")
        (entry,) = beside.glob(f"{name}.js*")
        script = bundle(entry, tmp_path, **how)
        visit.page.route(
            re.compile(r"/shop/(\?.*)?$"), lambda route: route.fulfill(path=beside / f"{name}.html")
        )
        visit.page.route("**/shop/page.js", lambda route: route.fulfill(path=script))
        visit.page.goto(f"{visit.server.url}/shop/")
        return visit

    return open_one
