"""InstantSearch over the demo: an index of thousands of documents on the embedded engine."""

import re
import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.support.command import running
from tests.support.frontends import lacking
from tests.support.server import RunningServer, free_port


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[RunningServer]:
    """`searchsvc demo`, once it answers."""
    if lacking():
        pytest.skip(lacking())
    port, folder = free_port(), tmp_path_factory.mktemp("demo") / "data"
    with running("demo", "--no-open", "--port", port, "--folder", folder, port=port) as command:
        found = "/v1/indexes/pydocs/search?q=thread"
        command.wait_for(lambda: command.get(found).is_success, 90)
        command.wait_for(lambda: "Ctrl-C ends it" in command.text, 30)
        yield RunningServer(command.url, port, command.process)
        command.signal_group(signal.SIGINT)
        command.wait()


def test_the_demo(open_page) -> None:
    """Words are marked as one types, two lists refine, one of them is searched, pages turn."""
    page = open_page("pydocs").page
    hits = page.locator("#hits h2")
    page.get_by_role("searchbox").first.press_sequentially("thread pool", delay=20)
    expect(hits.first).to_contain_text(re.compile("pool", re.IGNORECASE))
    expect(page.locator("#hits mark").first).to_be_visible()
    page.locator("#kind label").filter(has_text=re.compile("^class")).click()
    expect(page.locator("#hits li").filter(has_text="ThreadPoolExecutor").first).to_be_visible()
    expect(page.locator("#kind")).to_contain_text("method")
    # The answer to a refinement empties the box of a list; what is typed before it comes is lost.
    expect(page.locator("#kind input:checked")).to_have_count(1)
    expect(page.locator("#kind .ais-RefinementList-item--selected")).to_have_count(1)
    # At once: of several letters' answers it shows the one that comes last, whichever that is.
    page.locator("#module input[type=search]").fill("concurrent")
    page.locator("#module label").filter(has_text="concurrent.futures").first.click()
    expect(hits.first).to_contain_text("concurrent.futures")
    page.get_by_role("searchbox").first.fill("")
    expect(page.locator("#stats")).to_contain_text("results")
