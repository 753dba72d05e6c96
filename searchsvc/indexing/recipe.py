"""What an indexer adds to a version's recipe: what decides documents, and what only times them."""

from collections.abc import Mapping

from searchsvc.domain.definition import IndexDefinition
from searchsvc.domain.index import Recipe
from searchsvc.indexing.indexer import Indexer, Join

# Arguments of Indexer and Join that say where, when and how changes are found: no row's document
# depends on them.
FOLLOWING = frozenset(
    {"source", "watermark", "changed", "every", "rebuild", "reconcile", "overlap", "page_size"}
)


def recipe_of(definition: IndexDefinition, indexer: Indexer, code: str) -> Recipe:
    """The recipe of versions of `definition` that `indexer` fills; `code` stands for its file's."""
    reads = {
        "sql": indexer.sql,
        "key": ", ".join(indexer.keys),
        "soft_delete": indexer.soft_delete,
        **{f"joins.{join.name}": _read(join) for join in indexer.joins},
        "code": code,
    }
    follows = {name: _text(getattr(indexer, name)) for name in sorted(FOLLOWING)}
    follows |= {f"joins.{join.name}.changed": join.changed for join in indexer.joins}
    return Recipe(definition, _told(reads), _told(follows))


def _read(join: Join) -> str:
    """All of a join that decides documents."""
    on = f" on {join.on}" if join.on else ""
    return f"{'one' if join.one else 'list'}{on}: {join.sql}"


def _text(value: object) -> str:
    return "; ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _told(parts: Mapping[str, str]) -> dict[str, str]:
    """Those that say something."""
    return {name: text for name, text in parts.items() if text}
