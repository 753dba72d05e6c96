"""A bulk request that is kept, to arrive once more long after what it wrote was deleted."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults.shop import OpenShop, Place, Shop
from tests.support.engines import open_elastic
from tests.support.http_proxy import Forward, HttpProxy, http_proxy
from tests.support.stub import Asked


@dataclass
class Late:
    """A shop whose row 5 was written by the request `old`, and deleted at `since`."""

    shop: Shop
    opened: OpenShop
    proxy: HttpProxy
    old: Asked
    since: float

    def send(self) -> int:
        """The old request arrives once more; what the server says of its only write."""
        said = self.proxy.forward(self.old).partition(b"\r\n\r\n")[2]
        ((_, item),) = json.loads(said)["items"][0].items()
        self._ask("POST", "_refresh")
        return int(item["status"])

    def forget_soon(self) -> None:
        """Let the server forget deletes after a second."""
        self._ask("PUT", "_settings", {"index.gc_deletes": "1s"})

    def _ask(self, method: str, what: str, body: object = None) -> None:
        path = f"/{self.shop.place.prefix}{self.opened.store.live('shop')}/{what}"
        self.opened.store._client.json(method, path, body, doing="trying")


@contextmanager
def deleted(kind: str, url: str, folder: Path) -> Iterator[Late]:
    """The row is deleted now."""
    kept: list[Asked] = []

    def keep(asked: Asked, forward: Forward) -> bytes:
        kept.append(asked)
        return forward(asked)

    with open_elastic(kind, url) as (store, _), http_proxy(url) as proxy:
        shop = Shop(folder, Place(kind, proxy.url, store._names.prefix))
        shop.fill(20)
        opened = shop.open()
        runner = opened.runner()
        runner.rebuild()
        shop.rename(5, "thing that comes late")
        proxy.rule(keep, "_bulk", times=1)
        runner.increment()
        shop.run("DELETE FROM products WHERE id = 5")
        runner.increment(also=["5"])
        yield Late(shop, opened, proxy, kept[0], time.monotonic())
        opened.close()
