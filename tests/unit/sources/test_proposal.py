"""What `init` guesses from names and types."""

import pytest

from searchsvc.domain.definition import Field, FieldType
from searchsvc.sources.proposal import propose
from searchsvc.sources.rendering import render_indexer, render_mapping
from searchsvc.sources.schema import Column, ColumnKind, ForeignKey, TableSchema


def _table(name="Product", *, columns, key=("id",), **options) -> TableSchema:
    made = tuple(Column(column, column, kind) for column, kind in columns.items())
    return TableSchema(name, name, made, key, **options)


def _fields(**columns: ColumnKind) -> dict[str, Field]:
    table = _table(columns={"id": ColumnKind.INTEGER, "name": ColumnKind.TEXT, **columns})
    return {field.name: field for field in propose([table]).indexes[0].fields}


@pytest.mark.parametrize(
    ("column", "kind", "field"),
    [
        ("id", ColumnKind.INTEGER, Field("id", FieldType.ID)),
        ("sku", ColumnKind.TEXT, Field("sku", FieldType.ID, 5)),
        ("image_url", ColumnKind.TEXT, Field("image_url", FieldType.KEYWORD, stored=True)),
        ("Email", ColumnKind.TEXT, Field("Email", FieldType.ID, 1)),
        ("BillCity", ColumnKind.TEXT, Field("BillCity", FieldType.KEYWORD, 1, facet=True)),
        ("order_status", ColumnKind.TEXT, Field("order_status", FieldType.KEYWORD, 1, facet=True)),
        ("composer", ColumnKind.TEXT, Field("composer", FieldType.TEXT, 1, highlight=True)),
        ("body", ColumnKind.LONG_TEXT, Field("body", FieldType.TEXT, 1, snippet=30)),
        ("price", ColumnKind.NUMBER, Field("price", FieldType.NUMBER, sort=True)),
        ("active", ColumnKind.BOOL, Field("active", FieldType.BOOL, facet=True)),
        ("kind", ColumnKind.CHOICE, Field("kind", FieldType.KEYWORD, facet=True)),
        ("born", ColumnKind.DATE, Field("born", FieldType.DATE, sort=True)),
        ("extra", ColumnKind.JSON, Field("extra", FieldType.JSON)),
        ("place", ColumnKind.POINT, Field("place", FieldType.GEO)),
    ],
)  # fmt: skip
def test_fields_by_column(column, kind, field):
    """Each kind of column becomes the field that searches, filters and sorts by it best."""
    assert _fields(**{column: kind})[column] == field


def test_the_title_comes_first():
    """The column by which people know a row weighs most, and opens the mapping."""
    columns = {"id": ColumnKind.INTEGER, "code": ColumnKind.TEXT, "title": ColumnKind.LONG_TEXT}
    index = propose([_table(columns=columns)]).indexes[0]
    assert index.fields[0] == Field("title", FieldType.TEXT, 3, suggest=True, highlight=True)


def test_tables_without_an_index_are_named_with_the_reason():
    """No key, nothing to search, or a mere link: said, not guessed around."""
    text = {"id": ColumnKind.INTEGER, "name": ColumnKind.TEXT}
    proposal = propose(
        [
            _table("keyless", columns=text, key=()),
            _table("numbers", columns={"id": ColumnKind.INTEGER}),
            _table("blob_key", columns={**text, "id": ColumnKind.OTHER}),
        ]
    )
    assert proposal.indexes == ()
    assert [line.split(":")[0] for line in proposal.skipped] == ["keyless", "numbers", "blob_key"]


def test_index_names_are_valid_and_unique():
    """Whatever tables are called, no two indexes share a name."""
    columns = {"id": ColumnKind.INTEGER, "name": ColumnKind.TEXT}
    names = ["MediaType", "media_type", "2024 sales!", "Übersicht", "x" * 80, "%"]
    found = [i.index for i in propose([_table(name, columns=columns) for name in names]).indexes]
    assert found[:3] == ["media_type", "media_type_2", "table_2024_sales"]
    assert len(set(found)) == len(names)


def test_a_table_that_refers_to_itself_and_a_taken_name():
    """A reference to the own table is no join; a join's name yields to a column's."""
    artist = _table("artist", columns={"id": ColumnKind.INTEGER, "name": ColumnKind.TEXT})
    album = _table(
        "album",
        columns={
            "id": ColumnKind.INTEGER,
            "title": ColumnKind.TEXT,
            "artist": ColumnKind.TEXT,
            "artist_id": ColumnKind.INTEGER,
            "parent_id": ColumnKind.INTEGER,
        },
        foreign_keys=(
            ForeignKey("artist_id", "artist", "id"),
            ForeignKey("parent_id", "album", "id"),
        ),
    )
    index = propose([album, artist]).indexes[0]
    assert [join.name for join in index.joins] == ["artist_name"]


def test_links_with_too_many_values_stay_out():
    """A playlist does not carry its thousands of tracks; a track carries its few playlists."""
    columns = {"id": ColumnKind.INTEGER, "name": ColumnKind.TEXT}
    link = _table(
        "playlist_track",
        columns={"playlist_id": ColumnKind.INTEGER, "track_id": ColumnKind.INTEGER},
        key=("playlist_id", "track_id"),
        foreign_keys=(
            ForeignKey("playlist_id", "playlist", "id"),
            ForeignKey("track_id", "track", "id"),
        ),
        rows=8000,
    )
    tables = [_table("playlist", columns=columns, rows=18), link]
    indexes = propose([*tables, _table("track", columns=columns, rows=3500)]).indexes
    joins = {index.index: [join.name for join in index.joins] for index in indexes}
    assert joins == {"playlist": [], "track": ["playlists"]}


def test_the_text_of_both_files():
    """What is written reads like something a person wrote, odd names included."""
    columns = (
        Column("id", "id", ColumnKind.INTEGER),
        Column('the "name"', '`the "name"`', ColumnKind.TEXT),
        Column("updated_at", "updated_at", ColumnKind.DATE),
    )
    table = TableSchema(
        "Thing", "Thing", columns, ("id",), watermark="updated_at", watermark_indexed=True
    )
    index = propose([table]).indexes[0]
    assert render_mapping(index) == (
        "# What the index holds of the table Thing, and how it is searched.\n"
        "fields:\n"
        "  the_name_:  text^3, suggest, highlight\n"
        "  id:         id^0\n"
        "  updated_at: date, sort\n"
        "language: en\n"
        'sorts: {newest: "updated_at:desc"}\n'
    )
    text = render_indexer(index, "shop")
    assert '    SELECT id, `the "name"` AS the_name_, updated_at\n    FROM Thing\n' in text
    assert 'watermark="updated_at",\n    every="30s",' in text
    compile(text, "thing.py", "exec")
