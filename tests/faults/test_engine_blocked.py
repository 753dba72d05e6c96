"""An index that is set read-only in the middle: a clear error, and after it is lifted, equality."""

import pytest

from searchsvc.domain.run import RunKind, RunStatus
from searchsvc.errors import EngineError
from tests.faults.conftest import ROWS
from tests.support.engines import SERVERS

BLOCKS = ("index.blocks.write", "index.blocks.read_only_allow_delete")


def set_block(proxied, version: str, block: str, value: str | None) -> None:
    """As an operator does, or the server itself when its disk is full."""
    opened, place = proxied.opened, proxied.shop.place
    path = f"/{place.prefix}{version}/_settings"
    opened.store._client.json("PUT", path, {block: value}, doing="blocking")


@pytest.mark.parametrize("kind", SERVERS)
@pytest.mark.parametrize("block", BLOCKS)
def test_read_only_in_the_middle(proxied, block) -> None:
    """Rebuild and increment end with the block's name and the next step, and go on afterwards."""
    opened = proxied.opened
    opened.runner().rebuild()

    def block_what_is_built() -> None:
        set_block(proxied, opened.state.checkpoint("shop").version, block, "true")

    with pytest.raises(EngineError, match=r"read-only: .*(blocked|retry).*; .*remove the block"):
        proxied.rebuild(block_what_is_built)
    broken = proxied.last_run(RunKind.REBUILD)
    assert broken.status is RunStatus.FAILED
    assert "FORBIDDEN" in broken.error or "TOO_MANY_REQUESTS" in broken.error
    set_block(proxied, broken.version, block, None)
    run = opened.runner().rebuild()
    assert run.version == broken.version
    assert run.counts.read < ROWS
    proxied.check(run)

    set_block(proxied, run.version, block, "true")
    proxied.shop.rename(1, "thing renamed")
    with pytest.raises(EngineError, match="read-only"):
        opened.runner().increment()
    assert proxied.last_run(RunKind.INCREMENT).status is RunStatus.FAILED
    set_block(proxied, run.version, block, None)
    proxied.check(opened.runner().increment())
