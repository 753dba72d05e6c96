"""Writes a proposal as the text of `mapping.yaml` and of the indexer's Python file."""

import json

from searchsvc.domain.definition import Field, FieldType
from searchsvc.indexing.indexer import Join
from searchsvc.sources.proposal import IndexProposal

_FLAGS = ("suggest", "highlight", "facet", "sort", "stored", "hidden")
_DEFAULT_WEIGHTS = {FieldType.TEXT: 1, FieldType.ID: 1}
_WIDTH = 88


def render_mapping(proposal: IndexProposal) -> str:
    """The text of `mappings/<index>/mapping.yaml`."""
    width = max(len(field.name) for field in proposal.fields) + 1
    lines = [f"# What the index holds of the table {proposal.table}, and how it is searched."]
    lines += ["fields:"]
    lines += [f"  {field.name + ':':<{width}} {_declared(field)}" for field in proposal.fields]
    sorts = [f for f in proposal.fields if f.sort and f.type is FieldType.DATE]
    lines += ["language: en"]
    if sorts:
        lines += [f'sorts: {{newest: "{sorts[0].name}:desc"}}']
    return "\n".join(lines) + "\n"


def _declared(field: Field) -> str:
    """A field as the mapping writes it: `text^8, suggest, highlight`."""
    kind = field.type.value
    default = 0 if field.stored else _DEFAULT_WEIGHTS.get(field.type, 0)
    if field.weight != default:
        kind += f"^{field.weight:g}"
    flags = [flag for flag in _FLAGS if getattr(field, flag)]
    if field.snippet:
        flags.append(f"snippet({field.snippet})")
    return ", ".join([kind, *flags])


def render_indexer(proposal: IndexProposal, source: str) -> str:
    """The text of `indexers/<index>.py`; `source` is a name of searchsvc.yaml."""
    imported = "Indexer, Join" if proposal.joins else "Indexer"
    return "\n".join(
        [
            f'"""Fills `{proposal.index}` from the table {proposal.table}."""',
            "",
            f"from searchsvc.indexing import {imported}",
            "",
            *_comments(proposal),
            'SQL = """',
            *_select(proposal),
            '"""',
            "",
            "indexer = Indexer(",
            *(f"    {line}" for line in _arguments(proposal, source)),
            ")",
            "",
        ]
    )


def _comments(proposal: IndexProposal) -> list[str]:
    return [line for warning in proposal.warnings for line in _wrapped(warning, "# ")]


def _select(proposal: IndexProposal) -> list[str]:
    columns = _wrapped(", ".join(proposal.select), "")
    first, *rest = columns
    # Names may hold what Python's text would read as an escape.
    lines = [f"    SELECT {first}", *(f"        {line}" for line in rest)]
    lines.append(f"    FROM {proposal.table}")
    return [line.replace("\\", "\\\\").replace('"""', '\\"\\"\\"') for line in lines]


def _wrapped(text: str, prefix: str) -> list[str]:
    """The words of a text on lines that fit; a single long word keeps its line."""
    lines = [prefix]
    for word in text.split(" "):
        if len(lines[-1]) + len(word) >= _WIDTH and lines[-1] != prefix:
            lines.append(prefix)
        lines[-1] += word if lines[-1] == prefix else f" {word}"
    return lines


def _arguments(proposal: IndexProposal, source: str) -> list[str]:
    key = json.dumps(proposal.key[0]) if len(proposal.key) == 1 else _tuple(proposal.key)
    lines = [
        f"index={json.dumps(proposal.index)},",
        f"source={json.dumps(source)},",
        "sql=SQL,",
        f"key={key},",
    ]
    if proposal.watermark:
        lines.append(f"watermark={json.dumps(proposal.watermark)},")
    if proposal.soft_delete:
        lines.append(f"soft_delete={json.dumps(proposal.soft_delete)},")
    if proposal.joins:
        joins = [f"    {line}" for join in proposal.joins for line in _join(join)]
        lines += ["joins=[", *joins, "],"]
    if proposal.watermark:
        lines += ['every="30s",', 'reconcile="daily",']
    else:
        lines += ['reconcile="1h",']
    return lines


def _join(join: Join) -> list[str]:
    arguments = [f"{json.dumps(join.name)},", *_text("sql", join.sql)]
    if join.on:
        arguments.append(f"on={json.dumps(join.on)},")
    if join.one:
        arguments.append("one=True,")
    if join.changed:
        arguments += _text("changed", join.changed)
    return ["Join(", *(f"    {line}" for line in arguments), "),"]


def _text(name: str, sql: str) -> list[str]:
    """One argument: on a line where it fits, else as strings below each other."""
    line = f"{name}={json.dumps(sql, ensure_ascii=False)},"
    if len(line) <= _WIDTH:
        return [line]
    parts = _wrapped(sql, "")
    pieces = [part + " " for part in parts[:-1]] + parts[-1:]
    quoted = [f"    {json.dumps(piece, ensure_ascii=False)}" for piece in pieces]
    return [f"{name}=(", *quoted, "),"]


def _tuple(names: tuple[str, ...]) -> str:
    return f"({', '.join(json.dumps(name) for name in names)})"
