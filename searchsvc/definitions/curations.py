"""Follows the synonyms and rules of every index while their files change: the port Curations."""

import logging
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from searchsvc.definitions import rules as rule_file
from searchsvc.definitions import synonyms as synonym_file
from searchsvc.definitions.audit import Audit
from searchsvc.definitions.followed import FollowedFile, content_hash
from searchsvc.domain.curation import (
    NO_CURATION,
    Curation,
    CurationChange,
    CurationFile,
    CurationKind,
    Rule,
)
from searchsvc.domain.definition import IndexDefinition
from searchsvc.domain.result import LiveIndex
from searchsvc.errors import CheckFailed, DefinitionError, FileChanged, FileRefused

_log = logging.getLogger(__name__)
_BAD = (DefinitionError, CheckFailed)
_CHANGES = 10  # told of a file


class CurationFiles:
    """The files under `folder`, one `mappings/`; read at first by the definitions given.

    `follow` looks at them each `poll` seconds, in a thread of its own and on no request's time. A
    file that cannot be used is told, and what was read before stays in use. `audit` is where
    changes through `put` are noted.
    """

    def __init__(
        self,
        folder: Path,
        definitions: Mapping[str, IndexDefinition],
        audit: Path | None = None,
        poll: float = 1.0,
    ) -> None:
        self._audit = Audit(audit or folder / ".audit.jsonl")
        self._poll = poll
        self._ended = threading.Event()
        self._indexes = {
            name: _Index(folder / name, Path(folder.name) / name, definition)
            for name, definition in definitions.items()
        }
        self.look()

    def of(self, live: LiveIndex) -> Curation:
        index = self._indexes.get(live.version.index)
        return NO_CURATION if index is None else index.of(live.definition)

    def problems(self, index: str) -> list[str]:
        followed = self._indexes.get(index)
        return [] if followed is None else followed.problems()

    def file(self, index: str, kind: CurationKind) -> CurationFile:
        return self._indexes[index].file(kind, self._audit)

    def put(
        self, index: str, kind: CurationKind, text: str, by: str, expected: Collection[str] = ()
    ) -> CurationFile:
        one = self._indexes[index]
        one.put(kind, text, by, expected, self._audit)
        return one.file(kind, self._audit)

    def proposed(self, live: LiveIndex, texts: Mapping[CurationKind, str]) -> Curation:
        index = self._indexes.get(live.version.index)
        return NO_CURATION if index is None else index.proposed(live.definition, texts)

    def follow(self) -> None:
        """Look at the files now and then, until `close`."""
        threading.Thread(target=self._follow, name="curations", daemon=True).start()

    def look(self) -> None:
        """Read what has changed."""
        for index in self._indexes.values():
            index.look()

    def close(self) -> None:
        self._ended.set()

    def _follow(self) -> None:
        while not self._ended.wait(self._poll):
            try:
                self.look()
            except Exception:  # noqa: BLE001 - the thread outlives whatever a file may raise
                _log.exception("following synonyms and rules")


class _Index:
    """The two files of one index, and what they say for the definition that is searched."""

    def __init__(self, folder: Path, shown: Path, definition: IndexDefinition) -> None:
        self._synonyms = _followed(folder, shown, synonym_file.FILE_NAME)
        self._rules = _followed(folder, shown, rule_file.FILE_NAME)
        self._definition = definition
        self._tree = rule_file.parse_rules("", self._rules.shown)
        self._curation = NO_CURATION
        # The first is held while files are read and parsed, the second only for a moment: a
        # request may have to wait for it.
        self._looking, self._changing = threading.Lock(), threading.Lock()

    def of(self, definition: IndexDefinition) -> Curation:
        if definition is not self._definition:
            self._fit(definition)
        return self._curation

    def look(self) -> None:
        with self._looking:
            _follow(self._synonyms, self._use_synonyms)
            _follow(self._rules, self._use_rules)

    def problems(self) -> list[str]:
        return [file.problem for file in (self._synonyms, self._rules) if file.problem]

    def file(self, kind: CurationKind, audit: Audit) -> CurationFile:
        """The file as it lies, with its latest changes."""
        file = self._of(kind)
        data = file.read()
        return CurationFile(
            path=file.shown.as_posix(),
            text=data.decode("utf-8", "replace"),
            hash=content_hash(data),
            used=file.used,
            problem=file.problem,
            changes=audit.newest(file.shown.as_posix(), _CHANGES),
        )

    def put(
        self, kind: CurationKind, text: str, by: str, expected: Collection[str], audit: Audit
    ) -> None:
        """Check the text, note the change, and write the file."""
        file, data = self._of(kind), text.encode()
        self._with(NO_CURATION, kind, text)  # to see that it can be used
        with audit.writing():
            before = content_hash(file.read())
            if expected and before not in expected:
                message = f"{file.shown} has changed: its hash is {before}"
                raise FileChanged(message, hint="read it again, and send your change of that")
            change = CurationChange(datetime.now(UTC), by, before, content_hash(data))
            audit.add(file.shown.as_posix(), change)
            file.write(data)
        self.look()

    def proposed(self, definition: IndexDefinition, texts: Mapping[CurationKind, str]) -> Curation:
        """The curation with `texts` in the place of its files. Raises FileRefused."""
        curation = self.of(definition)
        for kind, text in texts.items():
            curation = self._with(curation, kind, text)
        return curation

    def _with(self, curation: Curation, kind: CurationKind, text: str) -> Curation:
        path = self._of(kind).shown
        try:
            if kind is CurationKind.SYNONYMS:
                return replace(curation, synonyms=synonym_file.parse_synonyms(text, path))
            tree = rule_file.parse_rules(text, path)
            return _ruled(curation, rule_file.read_rules(tree, self._definition))
        except _BAD as error:
            raise FileRefused(str(error)) from error

    def _of(self, kind: CurationKind) -> FollowedFile:
        return self._synonyms if kind is CurationKind.SYNONYMS else self._rules

    def _fit(self, definition: IndexDefinition) -> None:
        """Read the rules by another definition, since their filters are of its fields."""
        with self._changing:
            differs = definition != self._definition
            self._definition = definition
            if not differs:
                return
            self._rules.forget()
            try:
                self._use(rule_file.read_rules(self._tree, definition))
            except _BAD as error:
                self._use(())
                self._rules.refuse(error)

    def _use_synonyms(self, text: str) -> None:
        synonyms = synonym_file.parse_synonyms(text, self._synonyms.shown)
        with self._changing:
            self._curation = replace(self._curation, synonyms=synonyms)

    def _use_rules(self, text: str) -> None:
        tree = rule_file.parse_rules(text, self._rules.shown)
        with self._changing:
            self._use(rule_file.read_rules(tree, self._definition))
            self._tree = tree

    def _use(self, rules: Sequence[Rule]) -> None:
        self._curation = _ruled(self._curation, rules)


def _ruled(curation: Curation, rules: Sequence[Rule]) -> Curation:
    """The curation with these rules."""
    always = tuple(rule for rule in rules if not rule.when)
    return replace(curation, rules=rule_file.by_first_word(rules), always=always)


def _followed(folder: Path, shown: Path, name: str) -> FollowedFile:
    return FollowedFile(folder / name, shown / name)


def _follow(file: FollowedFile, use: Callable[[str], None]) -> None:
    """Use the file's text where it has changed; refuse it where reading or using it fails."""
    try:
        text = file.changed()
        if text is None:
            return
        use(text)
    except _BAD as error:
        file.refuse(error)
    else:
        file.accept()
