"""A catalogue with facets of every kind, of which each product has a value, none or several."""

import random
from datetime import UTC, datetime

from searchsvc.definitions.mappings import parse_mapping
from searchsvc.domain.document import Document
from tests.contract.support import document

CATALOGUE = parse_mapping(
    "products",
    """
    fields:
      name: text^8
      brand: keyword^4, facet
      tags: keyword, facet
      in_stock: bool, facet
      rating: number, facet
      price: number, facet(ranges 0 25 50 100)
      added: date, facet(histogram month)
      places: path(" > "), facet
      weight: number
    """,
)
WORDS = ("red lamp", "blue lamp", "red chair", "desk")
PLACES = ("Men > Shoes > Boots", "Men > Coats", "Women > Shoes", "Women")


def products() -> list[Document]:
    """Each with a value, none or several of each field."""
    draw = random.Random(4)
    return [document(f"{n:03}", **_product(draw)) for n in range(150)]


def _product(draw: random.Random) -> dict[str, object]:
    values = {
        "brand": draw.choice("abcd"),
        "tags": draw.sample(["t1", "t2", "t3", "t4"], draw.randint(0, 3)),
        "in_stock": draw.random() < 0.5,
        "rating": draw.randint(1, 5),
        "price": [draw.randint(-4, 600) / 4 for _ in range(draw.randint(1, 2))],
        "added": datetime(2024, draw.randint(1, 4), draw.randint(1, 9), tzinfo=UTC),
        "places": draw.sample(PLACES, draw.randint(0, 2)),
        "weight": draw.randint(1, 4),
    }
    kept = {name: value for name, value in values.items() if draw.random() < 0.9}
    return {"name": draw.choice(WORDS), **kept}
