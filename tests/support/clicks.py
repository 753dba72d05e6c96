"""Logs of people who look at a position with a known probability, and click on what attracts."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random

from searchsvc.analytics.searches import Click, Search

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
EXAMINED = (1.0, 0.6, 0.4, 0.25, 0.15, 0.1)  # by position, from the first


def seeded(seed: int) -> Random:
    """Repeatable, and no secret."""
    return Random(seed)


def search_of(
    text: str, ids: Sequence[str], clicked: Sequence[str] = (), client: str = "", second: int = 0
) -> Search:
    """A search that was served these ids, and clicked on."""
    at = BEGIN + timedelta(seconds=second)
    clicks = [Click(at, ids.index(id) + 1 if id in ids else None, id) for id in clicked]
    return Search(
        at, at.isoformat(), "shop", "default", text, len(ids), filtered=False, client=client,
        query_id=f"{client}-{second}", offset=0, ids=ids, clicks=clicks,
    )  # fmt: skip


def clicked_by(random: Random, ids: Sequence[str], attracts: Mapping[str, float]) -> list[str]:
    """What somebody clicks on who is served these documents."""
    looked = zip(ids, EXAMINED, strict=False)
    return [id for id, examined in looked if random.random() < examined * attracts[id]]
