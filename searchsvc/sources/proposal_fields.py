"""Guesses from a column's name and type what its field is for."""

import re
from dataclasses import replace

from searchsvc.domain.definition import Field, FieldType
from searchsvc.sources.schema import Column, ColumnKind, TableSchema

_TITLES = ("name", "title", "label", "subject", "headline", "caption", "heading")
# Values that repeat, or that one would choose from a list.
_CHOICES = re.compile(
    r"(.*_)?(country|city|state|region|status|type|kind|category|genre|language|lang|locale"
    r"|currency|colou?r|brand|vendor|maker|role|company|department|gender|size|material|tag)",
    re.IGNORECASE,
)
# Values that are looked up whole or by their beginning, and never misspelled on purpose.
_CODES = re.compile(
    r"(.*_)?(id|uuid|guid|sku|code|isbn|ean|gtin|asin|mpn|e?mail|phone|fax|mobile|zip"
    r"|post(al)?_?code|url|uri|slug|handle|username|login|hash|number|no|nr|ref|reference)",
    re.IGNORECASE,
)
_PRODUCT_CODES = re.compile(r"(.*_)?(sku|isbn|ean|gtin|asin|mpn)", re.IGNORECASE)
# Where a picture or a page is: shown, and not searched.
_LINKS = re.compile(
    r"(.*_)?(url|uri|link|href|image|img|photo|picture|thumbnail|icon|avatar|logo|website|homepage)",
    re.IGNORECASE,
)
_NOT_A_NAME = re.compile(r"[^A-Za-z0-9_]+")


def snake(name: str) -> str:
    """`BillingPostalCode` and `billing postal code` as `billing_postal_code`."""
    return _NOT_A_NAME.sub("_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)).lower()


def field_name(column: str) -> str:
    """The column's name where a field can have it, else the nearest that it can."""
    name = _NOT_A_NAME.sub("_", column)
    return name[:64] if re.match(r"[A-Za-z]", name) else f"c_{name}"[:64]


def title_column(table: TableSchema) -> Column | None:
    """The column by which people know a row, or None."""
    texts = [c for c in table.columns if c.kind in (ColumnKind.TEXT, ColumnKind.LONG_TEXT)]
    texts = [c for c in texts if c.name not in (table.watermark, table.soft_delete, *table.key)]
    for title in _TITLES:
        for column in texts:
            if snake(column.name) in (title, f"{snake(table.name)}_{title}"):
                return column
    named = [c for c in texts if snake(c.name).endswith(_TITLES)]
    short = [c for c in texts if c.kind is ColumnKind.TEXT and not _is_code(c)]
    return next(iter([*named, *short]), None)


def _is_code(column: Column) -> bool:
    return _CODES.fullmatch(snake(column.name)) is not None


def own_field(table: TableSchema, column: Column, soft_delete: str) -> Field | None:
    """The field of a column, None where there is nothing to make of it."""
    name = field_name(column.name)
    if column.name == soft_delete:
        kind = FieldType.BOOL if column.kind is ColumnKind.BOOL else FieldType.DATE
        is_number = column.kind is ColumnKind.INTEGER
        return Field(name, FieldType.NUMBER if is_number else kind, stored=True)
    if column.name == table.watermark:
        return Field(name, FieldType.DATE, sort=True)
    if column.name in table.key or any(k.column == column.name for k in table.foreign_keys):
        return Field(name, FieldType.ID)
    if column == title_column(table):
        return Field(name, FieldType.TEXT, 3, suggest=True, highlight=True)
    return _by_kind(name, column)


def _by_kind(name: str, column: Column) -> Field | None:
    if column.kind is ColumnKind.TEXT:
        return _short_text(name)
    return replace(_FIELDS[column.kind], name=name) if column.kind in _FIELDS else None


_FIELDS = {
    ColumnKind.LONG_TEXT: Field("", FieldType.TEXT, 1, snippet=30),
    ColumnKind.CHOICE: Field("", FieldType.KEYWORD, facet=True),
    ColumnKind.INTEGER: Field("", FieldType.NUMBER, sort=True),
    ColumnKind.NUMBER: Field("", FieldType.NUMBER, sort=True),
    ColumnKind.BOOL: Field("", FieldType.BOOL, facet=True),
    ColumnKind.DATE: Field("", FieldType.DATE, sort=True),
    ColumnKind.JSON: Field("", FieldType.JSON),
    ColumnKind.POINT: Field("", FieldType.GEO),
}


def _short_text(name: str) -> Field:
    plain = snake(name)
    if _LINKS.fullmatch(plain):
        return Field(name, FieldType.KEYWORD, stored=True)
    if _CODES.fullmatch(plain):
        return Field(name, FieldType.ID, 5 if _PRODUCT_CODES.fullmatch(plain) else 1)
    if _CHOICES.fullmatch(plain):
        return Field(name, FieldType.KEYWORD, 1, facet=True)
    if plain.endswith("name"):
        return Field(name, FieldType.TEXT, 2, suggest=True, highlight=True)
    return Field(name, FieldType.TEXT, 1, highlight=True)


def joined_field(name: str, *, one: bool) -> Field:
    """The field of another table's title: found like text, and counted like a keyword."""
    return Field(name, FieldType.KEYWORD, 2 if one else 1, facet=True, suggest=one)
