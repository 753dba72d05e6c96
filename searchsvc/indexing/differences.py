"""What differs between two recipes, part by part, and what each difference asks for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum

from searchsvc.domain.definition import Field, IndexDefinition, Ranking, worth_text
from searchsvc.domain.index import Recipe

# How a facet is cut is told with the facet.
_USES = tuple(f.name for f in fields(Field) if f.name != "cut")
_FLAGS = tuple(use for use in _USES if use not in ("name", "type", "weight", "separator"))


class Effect(StrEnum):
    """What a change asks for.

    `online` changes when and how rows are followed, `query-time` what queries make of documents:
    neither reads a row. `rebuild` changes documents or how they are indexed.
    """

    ONLINE = "online"
    QUERY_TIME = "query-time"
    REBUILD = "rebuild"


@dataclass(frozen=True, slots=True)
class Change:
    """One part of a recipe, `fields.price.facet`; "" where it was, or will be, absent."""

    part: str
    before: str
    after: str
    effect: Effect


def differences(before: Recipe, after: Recipe) -> list[Change]:
    """Every part that is not the same, in the order of the definition; empty for equal recipes."""
    return [
        *_fields(before.definition, after.definition),
        *_search(before.definition, after.definition),
        *_texts(before.reads, after.reads, Effect.REBUILD),
        *_texts(before.follows, after.follows, Effect.ONLINE),
    ]


def _fields(before: IndexDefinition, after: IndexDefinition) -> Iterator[Change]:
    for field in before.fields:
        if after.field(field.name) is None:
            yield Change(f"fields.{field.name}", described(field), "", Effect.REBUILD)
    for field in after.fields:
        old = before.field(field.name)
        if old is None:
            yield Change(f"fields.{field.name}", "", described(field), Effect.REBUILD)
        else:
            yield from _uses(old, field)
    names = [[f.name for f in each.fields] for each in (before, after)]
    if names[0] != names[1] and sorted(names[0]) == sorted(names[1]):
        yield Change("fields", ", ".join(names[0]), ", ".join(names[1]), Effect.REBUILD)


def _uses(old: Field, new: Field) -> Iterator[Change]:
    """Use by use: one that changes the stored form by itself asks for a rebuild."""
    for use in _USES:
        before, value = _use(old, use), _use(new, use)
        if before != value:
            # How a facet is cut is never stored.
            stored = replace(old, **{use: getattr(new, use)}).stored_form != old.stored_form
            effect = Effect.REBUILD if stored else Effect.QUERY_TIME
            yield Change(f"fields.{new.name}.{use}", _text(before), _text(value), effect)


def _use(field: Field, use: str) -> object:
    return field.cut or field.facet if use == "facet" else getattr(field, use)


def _search(before: IndexDefinition, after: IndexDefinition) -> Iterator[Change]:
    """What concerns more than one field."""
    old, new = _shared(before), _shared(after)
    for part in dict.fromkeys((*old, *new)):
        was, will = old.get(part, ""), new.get(part, "")
        if was != will:
            stored = part in ("language", "group_by.of") or part.startswith("ranking.")
            yield Change(part, was, will, Effect.REBUILD if stored else Effect.QUERY_TIME)


def _languages(definition: IndexDefinition) -> str:
    spoken = definition.languages
    if spoken is None:
        return definition.language
    return f"of {spoken.field}: {', '.join(spoken.codes)}; else {definition.language}"


def _stop_words(definition: IndexDefinition) -> str:
    own = definition.stop_words
    return "of the language" if own is None else ", ".join(own) or "none"


def _shared(definition: IndexDefinition) -> dict[str, str]:
    typo = definition.typo
    return {
        "language": _languages(definition),
        "stop_words": _stop_words(definition),
        "typo.min_length": f"{typo.one_from}, {typo.two_from}",
        "suggest_scope": definition.suggest_scope,
        "typo.off_for": ", ".join(typo.off_for),
        "group_by.of": ", ".join(definition.groups.fields),
        "group_by.default": definition.groups.default,
        **{f"ranking.{r.name}": "; ".join(map(str, r.boosts)) for r in definition.all_rankings},
        **{f"weights.{r.name}": _weights(r) for r in definition.all_rankings},
        **{f"all_words.{r.name}": _all_words(r) for r in definition.all_rankings},
        **{f"decays.{r.name}": "; ".join(map(str, r.decays)) for r in definition.all_rankings},
        **{
            f"sorts.{name}": f"{sort.field}:{'desc' if sort.descending else 'asc'}"
            for name, sort in definition.sorts
        },
    }


def _weights(ranking: Ranking) -> str:
    return "; ".join(f"{name}^{weight:g}" for name, weight in ranking.weights)


def _all_words(ranking: Ranking) -> str:
    return "" if ranking.all_words is None else worth_text(ranking.all_words)


def _texts(before: Mapping[str, str], after: Mapping[str, str], effect: Effect) -> Iterator[Change]:
    for part in dict.fromkeys((*before, *after)):
        was, will = before.get(part, ""), after.get(part, "")
        if was != will:
            yield Change(f"indexer.{part}", was, will, effect)


def described(field: Field) -> str:
    """A field in few words: `text^8, suggest`."""
    weight = f"^{field.weight:g}" if field.weight else ""
    flags = [flag for flag in _FLAGS if getattr(field, flag)]
    if field.cut:
        flags[flags.index("facet")] = f"facet({field.cut})"
    separator = f'("{field.separator}")' if field.separator else ""
    return ", ".join([f"{field.type}{separator}{weight}", *flags])


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
