"""Places in a hierarchy, such as `Men > Shoes > Boots`: their names, and all that they lie in."""

from collections.abc import Iterable

DEEPEST = 32  # names of one path
LONGEST_OPENED = 300  # characters; servers take no longer expressions for what begins with it


def names(path: str, separator: str) -> list[str]:
    """The names from the top down, without the spaces round them; empty ones are left out."""
    return [name for part in path.split(separator) if (name := part.strip())]


def lineage(path: str, separator: str) -> list[str]:
    """Every place from the top down to this one: `Men`, `Men > Shoes`, `Men > Shoes > Boots`."""
    held = names(path, separator)
    return [separator.join(held[:depth]) for depth in range(1, len(held) + 1)]


def opened(paths: Iterable[str], separator: str, limit: int) -> list[str]:
    """The places whose insides are shown where `paths` are chosen, the upper ones first."""
    every = dict.fromkeys(place for path in paths for place in lineage(path, separator)[:DEEPEST])
    usable = (place for place in every if len(place) <= LONGEST_OPENED)
    return sorted(usable, key=lambda place: place.count(separator))[:limit]
