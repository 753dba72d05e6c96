"""Quepid's CSV: `query,docid,rating` under a line of headings. Read with other columns too."""

from collections.abc import Iterator, Mapping

from searchsvc.errors import nearest
from searchsvc.relevance.formats.lines import Export, Line, Text, cells_of, judged, separated, shown

_COLUMNS = ("query", "id", "rating")
_ALSO = ("rater", "source", "at")
# As other tools call them.
ALIASES = {"docid": "id", "doc_id": "id", "document": "id", "grade": "rating", "label": "rating"}


def read(text: Text, queries: Mapping[str, str] | None = None) -> Iterator[Line]:  # noqa: ARG001
    """Every judgment. What names a query only, or leaves its rating empty, is none yet.

    Raises JudgmentsRefused.
    """
    places: Mapping[str, int] | None = None
    most = 0
    for number, cells in cells_of(text):
        if places is None:
            places, most = _places(text, cells), len(cells)
            continue
        if any(cells[most:]):
            hint = (
                'put what holds a comma in quotes, and write 2.5 with a point: "lamp, red",17,2.5'
            )
            raise text.refused(number, "more cells than the first line names", hint)
        found = {name: cells[at] for name, at in places.items() if at < len(cells)}
        if _is_unrated(found):
            continue
        if not all(found.get(name, "").strip() for name in _COLUMNS):
            hint = "a line has a query, an id and a rating from 0, like: black jacket,4711,3"
            raise text.refused(number, "no judgment", hint)
        query, id, rating = (found[name] for name in _COLUMNS)
        also = {name: found.get(name) for name in _ALSO}
        yield judged(text, number, query, id, rating, **also)


def write(export: Export) -> str:
    """The judgments under their headings."""
    rows = [(one.query, one.id, shown(one.rating)) for one in export.judgments]
    return separated([("query", "docid", "rating"), *rows])


def _places(text: Text, headings: list[str]) -> dict[str, int]:
    """Where each of our columns stands."""
    names = [heading.strip().lower() for heading in headings]
    if len(names) == 1 and (";" in names[0] or "\t" in names[0]):
        raise text.refused(1, "no commas between the columns", "save it as CSV with commas")
    names = [ALIASES.get(name, name) for name in names]
    for column in _COLUMNS:
        if column not in names:
            hint = (
                f"the first line names the columns: {','.join(_COLUMNS)}; {nearest(column, names)}"
            )
            raise text.refused(1, f"there is no column '{column}'", hint)
    return {column: names.index(column) for column in (*_COLUMNS, *_ALSO) if column in names}


def _is_unrated(found: Mapping[str, str]) -> bool:
    """Whether a line has a query, and perhaps a document, and an empty rating beside them."""
    query, id, rating = (found.get(name) for name in _COLUMNS)
    if not query or not query.strip() or (rating or "").strip():
        return False
    return rating is not None if (id or "").strip() else True
