"""An expression for letters in any case and with any accents, for what compares exact values."""

import unicodedata
from functools import cache

from searchsvc.engines.analysis import fold

MOST = 6  # letters; servers take expressions of 1,000 characters, and some letters have 80 forms
_MARKS = "[\u0300-\u036f]*"
# Where letters have other forms: Latin, Greek, Cyrillic and their extensions, and wide letters.
_FORMS = (range(0x41, 0x588), range(0x1D00, 0x2190), range(0x2C00, 0x2E00), range(0xFB00, 0xFFF0))


def holding(letters: str) -> str:
    """What matches the first of the folded `letters` as they may be written.

    It has no operator but classes and repetition, which every engine's expressions have. Signs that
    stand for more than two letters, such as `¼`, are passed over.
    """
    forms, pairs = _forms()
    parts, before = [], ""
    for letter in letters[:MOST]:
        # It may be part of the sign that stood for the letter before it, too.
        repeated = "?" if before + letter in pairs else ""
        parts.append(f"[{letter}{forms.get(letter, '')}]{repeated}{_MARKS}")
        before = letter
    return "".join(parts)


@cache
def _forms() -> tuple[dict[str, str], frozenset[str]]:
    """Other forms of each letter, and the pairs of letters that are also one sign: `ß`, `æ`.

    Among the forms is the plain letter before its marks: some are letters of their own with them.
    """
    forms: dict[str, set[str]] = {}
    pairs = set()
    for sign in (chr(code) for some in _FORMS for code in some):
        folded = fold(sign) if sign.isalnum() else ""
        if len(folded) == 2:
            pairs.add(folded)
        for letter in folded if len(folded) <= 2 and folded.isalnum() else "":
            plain = unicodedata.normalize("NFD", sign)[0]
            forms.setdefault(letter, set()).update((sign, plain))
    others = {letter: "".join(sorted(some - {letter})) for letter, some in forms.items()}
    return others, frozenset(pairs)
