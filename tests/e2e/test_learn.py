"""`searchsvc learn` on a project: what is proven is written, and answers go by it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.logs import click_line, search_line, write_log
from tests.support.shop import Shop, serving

DAY = datetime.now(UTC).date().isoformat()
IDS = ["1", "10", "11", "12", "13", "14"]
OWN = "rules:\n  - {name: mine, when: \"query is 'nothing'\", hide: 1}\n"
TEXTS = [f"{a}{b}" for a in ("bicycle", "number", "bicycle number")
         for b in ("", " brand0", " brand1", " brand2")]  # fmt: skip


def log(folder: Path, early: int, late: int) -> None:
    """People who want the fifth, the sixth … hit of each text; the later ones by another step."""
    searches, clicks = [], []
    for client in range(80):
        step = early if client < 56 else late
        for number, text in enumerate(TEXTS):
            time = f"0{client // 60}:{client % 60:02}:{number:02}"
            id = f"{client}-{number}"
            said = {"index": "products", "client": f"c{client}", "day": DAY, "query_id": id}
            searches.append(search_line(text, time, ids=IDS, **said))
            click = click_line(id, IDS[(number + step) % 6], time)
            clicks.append({**click, "timestamp": f"{DAY}T{time}Z"})
    logs = folder / ".searchsvc" / "logs"
    for name in ("searches", "events"):
        (logs / f"{name}-{DAY}.jsonl").unlink(missing_ok=True)
    write_log(logs, "searches", *searches, day=DAY)
    write_log(logs, "events", *clicks, day=DAY)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """40 bicycles, all alike, and a rule that somebody wrote."""
    shop = Shop.new(tmp_path)
    shop.mapping.with_name("rules.yaml").write_text(OWN)
    assert shop.run("index", "rebuild", "products").code == 0
    return shop


def test_what_is_proven_is_written(shop: Shop) -> None:
    """Behind what people wrote, with an end; nothing of it from people who agree on nothing."""
    rules = shop.mapping.with_name("rules.yaml")
    log(shop.folder, early=1, late=4)
    ended = shop.run("learn", "products", "--min-impressions", "15", "--write")
    assert (ended.code, ended.err) == (0, "")
    assert "not proven better: ndcg@10" in ended.out
    assert ended.out.endswith("nothing is written; what was learned before holds until its day\n")
    assert rules.read_text() == OWN
    log(shop.folder, early=1, late=1)
    body = shop.json("learn", "products", "--min-impressions", "15")
    assert (body["better"], body["written"], body["queries"]) == (True, False, len(TEXTS))
    assert body["after"] > body["before"] + 0.1
    assert body["lifts"]["bicycle"][0][0] == IDS[1]
    ended = shop.run("learn", "products", "--min-impressions", "15", "--write")
    assert f"written into mappings/products/rules.yaml: {len(TEXTS)} queries" in ended.out
    assert rules.read_text().startswith(OWN)
    assert shop.run("check").code == 0
    audit = (shop.folder / ".searchsvc/logs/audit.jsonl").read_text()
    assert "searchsvc learn" in audit
    # As the index is without what was learned, so that it is not measured by itself.
    again = shop.json("learn", "products", "--min-impressions", "15")
    assert (again["before"], again["after"]) == (body["before"], body["after"])


def test_without_clicks_nothing_is_learned(shop: Shop) -> None:
    """That is said, and is no error."""
    ended = shop.run("learn", "products", "--write")
    assert ended.code == 0
    assert "clicks prove of no document that it is wanted" in ended.out
    assert "not tried" in ended.out
    assert shop.run("learn", "nothing").code == 2


def test_a_server_learns_when_it_is_due(shop: Shop) -> None:
    """What it has written holds for its searches; an index that is not there is told at once."""
    rules = shop.mapping.with_name("rules.yaml")
    log(shop.folder, early=1, late=1)
    settings = shop.settings.read_text()
    shop.settings.write_text(f"{settings}analytics: {{learn: [products], learn_at: 2s}}\n")
    with serving(shop, "serve") as command:
        command.wait_for(lambda: "learned: bicycle" in rules.read_text(), 60)
        path = "/v1/indexes/products/search?q=bicycle"
        command.wait_for(lambda: command.get(path).json()["hits"][0]["id"] == IDS[1], 30)
    shop.settings.write_text(f"{settings}analytics: {{learn: [product]}}\n")
    ended = shop.run("serve")
    assert ended.code == 3
    assert "analytics.learn: unknown index 'product'" in ended.err
    assert "products" in ended.err
