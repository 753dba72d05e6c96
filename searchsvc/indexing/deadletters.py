"""The dead letters of one run: which rows cannot be indexed now, and which can again."""

import re
from collections.abc import Iterable, Sequence

from searchsvc.domain.run import DeadLetter, Run
from searchsvc.ports import Clock, StateStore

_REMEMBERED = 100_000  # letters of earlier runs that a run resolves; the rest waits for the next
_REASON_CHARS = 300
_QUOTED = re.compile(r"""'[^']*'|"[^"]*"|`[^`]*`""")
_FIELD = re.compile(r"""^(?:field )?['"`][\w.]{1,64}['"`]""")
_SECRET = re.compile(r"://[^/@\s]*@")


def shortened(reason: str) -> str:
    """A reason fit to be stored: what it quotes from the row is masked, the rest is cut."""
    # A field's name at the very start is the definition's, not the row's.
    name = _FIELD.match(reason)
    start = name.end() if name else 0
    text = reason[:start] + _QUOTED.sub("'…'", reason[start:])
    text = " ".join(_SECRET.sub("://****@", text).split())
    return text if len(text) <= _REASON_CHARS else text[: _REASON_CHARS - 1] + "…"


class DeadLetters:
    """Collects what died and what succeeded; `save` hands both to the state store.

    `now` holds the ids that are dead as far as this run has seen.
    """

    def __init__(self, state: StateStore, clock: Clock, run: Run) -> None:
        self._state = state
        self._clock = clock
        self._run = run
        self._earlier = {each.id for each in state.dead_letters(run.index, _REMEMBERED)}
        self._letters: dict[str, DeadLetter] = {}
        self._resolved: set[str] = set()
        self._met: set[str] = set()
        self.now: set[str] = set()

    def begin_walk(self) -> None:
        """From here on every row of the source is met once."""
        self._met.clear()

    @property
    def unseen(self) -> list[str]:
        """Dead rows that were not met since the walk began; they may be gone."""
        return sorted((self._earlier | self.now) - self._met)

    def add(self, id: str, reason: str) -> None:
        """The row `id` cannot be indexed."""
        index, run = self._run.index, self._run.id
        letter = DeadLetter(index, id, shortened(reason), run, self._clock.now())
        self._letters[id] = letter
        self._resolved.discard(id)
        self._met.add(id)
        self.now.add(id)

    def succeeded(self, ids: Iterable[str]) -> None:
        """These rows were written or are as they should be."""
        if not (self._earlier or self.now):
            return
        for id in ids:
            if id in self._earlier or id in self.now:
                self._earlier.discard(id)
                self.now.discard(id)
                self._letters.pop(id, None)
                self._resolved.add(id)

    def save(self) -> None:
        """Called once what succeeded is durable, and before a watermark moves past it."""
        letters: Sequence[DeadLetter] = list(self._letters.values())
        if letters:
            self._state.add_dead_letters(letters)
        if self._resolved:
            self._state.resolve_dead_letters(self._run.index, sorted(self._resolved))
        self._earlier.update(self._letters)
        self._letters.clear()
        self._resolved.clear()
