"""From nothing to the first result of the search page, in headless Chromium.

    python3 dev.py run python bench/first_result.py [--rows 30000] [--visits 15] [--rounds 3]

Each visit has a browser context of its own, so that nothing is cached. What is told: the bytes of
a first load as a proxy would send them gzipped, answers of the API included; and the time to the
first hit in the document, from `domInteractive`, when the document is read and no module has run,
and from the end of the modules, when the search box does what is typed. Beside it, in turns, the
requests that the page makes of the API, sent one behind the other by a plain client over a kept
connection.
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
  console.debug("first hit");
});
observer.observe(document, { childList: true, subtree: true });
"""
TIMES = """() => {
  const [navigation] = performance.getEntriesByType("navigation");
  const { domInteractive: read, domContentLoadedEventEnd: ran } = navigation;
  return [window.firstHit - read, window.firstHit - ran];
}"""


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
            pages, plain = zip(*pairs, strict=True)
            read, ran = zip(*pages, strict=True)
            print(
                f"round {number}: to the first result {median(read):.0f} ms from interactive, "
                f"at worst {max(read):.0f}; {median(ran):.0f} from the end of the modules, "
                f"at worst {max(ran):.0f}; its {len(asked)} requests {median(plain):.1f} ms; "
                f"ratio {median(read) / median(plain):.1f}"
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


def first_result(browser: Browser, port: int) -> tuple[float, float]:
    """Milliseconds to the first hit in the document, from both beginnings.

    The page tells when it is there: to look for it would run scripts of ours meanwhile.
    """
    with closing(browser.new_context()) as context:
        page = context.new_page()
        page.add_init_script(HIT_SEEN)
        with page.expect_console_message(lambda message: message.text == "first hit"):
            page.goto(f"http://127.0.0.1:{port}/ui")
        read, ran = page.evaluate(TIMES)
    return float(read), float(ran)


def requested(client: httpx.Client, paths: list[str]) -> float:
    """Milliseconds of those requests, one behind the other."""
    begun = time.perf_counter()
    for path in paths:
        client.get(path).raise_for_status()
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    main()
