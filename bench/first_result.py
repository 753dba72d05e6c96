"""From nothing to the first result of the search page, in headless Chromium.

    python3 dev.py run python bench/first_result.py [--rows 30000] [--visits 15] [--rounds 3]

Each visit has a browser context of its own, so that nothing is cached. What is told: the bytes of
a first load as a proxy would send them gzipped, answers of the API included; and the time from
`domInteractive` to the first hit in the document. Beside it, in turns, the requests that the page
makes of the API, sent one behind the other by a plain client over a kept connection.
"""

import argparse
import gzip
import time
from contextlib import ExitStack, closing
from statistics import median

import httpx
from playwright.sync_api import Browser, Response
from server import served
from sides import Bench

from tests.support.browser import chromium

# Milliseconds since the navigation began.
HIT_SEEN = """
const observer = new MutationObserver(() => {
  if (!document.querySelector(".hit")) return;
  window.firstHit = performance.now();
  observer.disconnect();
});
observer.observe(document, { childList: true, subtree: true });
"""
TIMES = """() => [
  performance.getEntriesByType("navigation")[0].domInteractive, window.firstHit,
]"""


def main() -> None:
    """Visit, and ask beside it, in turns; print medians and the worst."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=30_000)
    options.add_argument("--visits", type=int, default=15)
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    with ExitStack() as stack:
        bench = Bench(stack, chosen)
        ours = stack.enter_context(served(bench.embedded))
        browser = stack.enter_context(chromium())
        client = stack.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{ours.port}"))
        asked = first_load(browser, ours.port)
        for number in range(1, chosen.rounds + 1):
            pairs = [
                (first_result(browser, ours.port), requested(client, asked))
                for _ in range(chosen.visits)
            ]
            page, plain = (sorted(times) for times in zip(*pairs, strict=True))
            ratio = median(page) / median(plain)
            print(
                f"round {number}: {median(page):.0f} ms from interactive to the first result, "
                f"at worst {page[-1]:.0f}; its {len(asked)} requests {median(plain):.1f} ms; "
                f"ratio {ratio:.1f}"
            )


def first_load(browser: Browser, port: int) -> list[str]:
    """The paths that a visit asks of the API; prints how much it loads."""
    home = f"http://127.0.0.1:{port}"
    with closing(browser.new_context()) as context:
        page = context.new_page()
        answers: list[Response | None] = []
        page.on("requestfinished", lambda request: answers.append(request.response()))
        page.goto(f"{home}/ui")
        page.wait_for_selector(".hit")
        size = sum(len(gzip.compress(one.body())) for one in answers if one)
        print(f"first load: {size / 1000:.1f} kB gzipped in {len(answers)} requests")
        paths = [one.url.removeprefix(home) for one in answers if one]
    return [path for path in paths if path.startswith("/v1/")]


def first_result(browser: Browser, port: int) -> float:
    """Milliseconds from `domInteractive` to the first hit in the document."""
    with closing(browser.new_context()) as context:
        page = context.new_page()
        page.add_init_script(HIT_SEEN)
        page.goto(f"http://127.0.0.1:{port}/ui")
        page.wait_for_selector(".hit")
        interactive, first = page.evaluate(TIMES)
    return float(first - interactive)


def requested(client: httpx.Client, paths: list[str]) -> float:
    """Milliseconds of those requests, one behind the other."""
    begun = time.perf_counter()
    for path in paths:
        client.get(path).raise_for_status()
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    main()
