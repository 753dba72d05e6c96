"""The order of hits: by the sort keys, missing values last, or by score; ties by id."""

from collections.abc import Iterable

from searchsvc.domain.query import SortKey
from searchsvc.engines.elastic.filters import Native, native_point
from searchsvc.engines.elastic.plan import Plan
from searchsvc.engines.elastic.schema import KEY


def order(sort: Iterable[SortKey], plan: Plan) -> list[Native]:
    """The native sort; fields that the version cannot sort by are passed over."""
    keys: list[Native] = []
    asked = list(sort)
    for key in asked:
        one = plan.fields.get(key.field)
        if one is not None and key.near is not None and one.field.is_geo:
            where = {one.value: native_point(key.near), "order": "asc", "unit": "m", "mode": "min"}
            keys.append({"_geo_distance": where})
        elif one is not None and one.sort:
            keys.append(
                {one.sort: {"order": "desc" if key.descending else "asc", "missing": "_last"}}
            )
    if not asked:
        keys.append({"_score": "desc"})
    return [*keys, {KEY: "asc"}]
