"""Says an explanation in sentences."""

from collections.abc import Iterator

from searchsvc.domain.definition import JOINED_WEIGHT, MOST_WEIGHT
from searchsvc.relevance.explanation import ROUNDING, Explained, Explanation
from searchsvc.relevance.shares import Source

_MOST = 3  # parts of a score that are said; all of them are in a table
_LEAST = 0.005  # of a share that is said


def told(found: Explanation) -> Iterator[str]:
    """What decides first."""
    yield from _of_hit(found.hit)
    if found.other is not None:
        yield from _of_other(found, found.other)


def name_of(source: Source, word: str, field: str) -> str:
    """What a part of a score is for."""
    names = {
        Source.WORD: f"'{word}' in {field}",
        Source.TOGETHER: "its words in all fields together",
        Source.SIDE_BY_SIDE: f"words side by side in {field}, or being all of it",
        Source.COMPLETE: "every word is there",
        Source.BOOSTS: "boosts and decays",
        Source.REST: "what the others do not tell, as words of another spelling",
    }
    return names[source]


def _of_hit(hit: Explained) -> Iterator[str]:
    yield from hit.why.reasons
    if hit.why.hit and hit.why.query.sort:
        yield "hits are sorted by a field, so that scores decide nothing"
    for part in hit.parts[:_MOST]:
        if part.share >= _LEAST:
            label = name_of(part.source, part.word, part.field)
            yield f"{part.share:.0%} of its score of {hit.score:.2f}: {label}"
    if hit.behind:
        yield "it lacks a word: those that hold all come first, and a 65,536th is left of its score"
    if abs(hit.factor - 1) > _LEAST:
        yield f"boosts make it {hit.factor:.2f} times what its words score"


def _of_other(found: Explanation, other: Explained) -> Iterator[str]:
    name = other.why.id
    if not other.why.hit:
        yield f"{name} is no hit: {other.why.reasons[0]}"
    elif found.hit.why.hit and other.parts:
        yield _order(found, other)
        if found.hit.behind != other.behind:
            whole = name if found.hit.behind else "it"
            yield f"{whole} holds all words, which comes before everything else by this ranking"
        elif not _are_equal(found, other):
            yield from _what_differs(found)
            if not found.ahead:
                yield from _what_if(found, other)


def _order(found: Explanation, other: Explained) -> str:
    gap = abs(other.score - found.hit.score)
    place = f"hit {other.why.rank}" if other.why.rank else "further behind"
    if other.why.pinned or found.hit.why.pinned:
        return f"{other.why.id} is {place}; a rule pins one of them, so that scores do not decide"
    if _are_equal(found, other):
        return f"{other.why.id} is {place}; both score the same, and then their ids decide"
    return f"{other.why.id} is {place}, {gap:.2f} {'behind' if found.ahead else 'ahead'}"


def _are_equal(found: Explanation, other: Explained) -> bool:
    scores = found.hit.score, other.score
    return abs(scores[0] - scores[1]) <= ROUNDING * max(map(abs, scores))


def _what_differs(found: Explanation) -> Iterator[str]:
    for one in found.differences[:_MOST]:
        if one.share >= _LEAST:
            label = name_of(one.source, one.word, one.field)
            there, here = _shown(one.there), _shown(one.here)
            if one.source is Source.BOOSTS and found.other is not None:
                factors = f"{found.other.factor:.2f} and {found.hit.factor:.2f}"
                label = f"{label}, which multiply by {factors}"
            yield f"{one.share:.0%} of that: {label}, {there} there and {here} here"


def _shown(score: float) -> str:
    return f"{score:.2f}" if score else "nothing"


def _what_if(found: Explanation, other: Explained) -> Iterator[str]:
    name = other.why.id
    if other.why.pinned or found.hit.why.pinned:
        return
    for change in found.weights:
        least = "least" if change.weight > change.now else "most"
        told = f"at {least} {change.weight:g}, which is {change.now:g} now"
        if change.field == JOINED_WEIGHT:
            yield f"it would pass {name} if the weight of all fields together, '*', were {told}"
        else:
            beside = f", and that of all fields together, '*', stayed {change.together:g}"
            kept = beside if change.together else ""
            yield f"it would pass {name} if the weight of {change.field} were {told}{kept}"
    if not found.weights:
        yield f"no weight of a single field, up to {MOST_WEIGHT:g}, lets it pass {name}"
    for word in found.words:
        enough = "which would do" if word.passes else "which is not enough"
        yield (
            f"if its {word.field} held '{word.word}' as that of {name} does, it would score about "
            f"{word.score:.2f}, {enough}"
        )
