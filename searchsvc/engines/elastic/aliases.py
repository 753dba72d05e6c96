"""Which version answers for each index, looked up now and then, and never by each request."""

import logging
import threading
from dataclasses import dataclass
from time import monotonic

from searchsvc.domain.index import IndexVersion, is_index_name
from searchsvc.domain.result import LiveIndex
from searchsvc.engines.elastic.client import Client
from searchsvc.engines.elastic.failures import cause, decoded, failure
from searchsvc.engines.elastic.names import Names
from searchsvc.engines.elastic.plan import Plan
from searchsvc.engines.elastic.schema import card_in
from searchsvc.engines.elastic.shapes import Metas
from searchsvc.errors import EngineError, SearchsvcError

_log = logging.getLogger(__name__)
_OLDEST = 10.0  # seconds: what is older is not used before it has been looked up again
_SECONDS = 2.0  # for one look-up
_MOST_OPENED = 8  # versions that are remembered beside the live ones


@dataclass(frozen=True, slots=True)
class Served:
    """A version that answers, the concrete index that holds it, and its plan."""

    live: LiveIndex
    name: str
    plan: Plan


@dataclass(slots=True)
class _Watched:
    """One index: what was found, when, and whether somebody is looking."""

    served: Served
    checked: float
    looking: bool = False


class Aliases:
    """The live versions; what is older than `poll` seconds is looked up in the background."""

    def __init__(self, client: Client, names: Names, poll: float) -> None:
        self._client = client
        self._names = names
        self._poll = poll
        self._watched: dict[str, _Watched] = {}
        self._opened: dict[IndexVersion, Served] = {}
        self._failed: dict[str, tuple[SearchsvcError, float]] = {}
        self._lock = threading.Lock()

    def get(self, index: str) -> Served | None:
        """The live version, None where there is none.

        Raises an engine's error where nothing is known and the look-up fails.
        """
        watched = self._watched.get(index)
        if watched is None:
            return self._first(index)
        age = monotonic() - watched.checked
        if age < self._poll:
            return watched.served
        if self._poll and age < _OLDEST:
            self._look_in_background(index, watched)
            return watched.served
        try:
            return self.look(index)
        except SearchsvcError as error:
            # What answered last goes on: the server may be asked for hits all the same.
            _log.warning("index '%s' does not follow its alias: %s", index, error)
            watched.checked = monotonic()
            return watched.served

    def _first(self, index: str) -> Served | None:
        """Looks where nothing is known; after a failure not by each request, for it may block."""
        error, at = self._failed.get(index, (None, 0.0))
        if error is not None and monotonic() - at < self._poll:
            raise error
        try:
            found = self.look(index)
        except SearchsvcError as failed:
            self._failed[index] = failed, monotonic()
            raise
        self._failed.pop(index, None)
        return found

    def known(self, version: IndexVersion) -> Served | None:
        """That version, live or not, if it has been looked up; costs nothing."""
        watched = self._watched.get(version.index)
        if watched is not None and watched.served.live.version == version:
            return watched.served
        return self._opened.get(version)

    def of(self, version: IndexVersion) -> Served:
        """That version, live or not; looked up once. Raises UnknownVersion, or EngineError."""
        served = self.known(version) or self._open(version)
        with self._lock:
            self._opened.pop(version, None)
            self._opened[version] = served
            if len(self._opened) > _MOST_OPENED:
                self._opened.pop(next(iter(self._opened)))
        return served

    def forget(self, version: IndexVersion) -> None:
        """It has been dropped."""
        self._opened.pop(version, None)

    def _open(self, version: IndexVersion) -> Served:
        doing, name = f"looking up version '{version}'", self._names.of(version)
        path = f"/{name}?filter_path=*.mappings._meta"
        described: Metas = self._client.json("GET", path, doing=doing, shape=Metas)
        definition = card_in(described.get(name, {}), version).definition
        return Served(LiveIndex(version, definition), name, Plan(definition))

    def look(self, index: str) -> Served | None:
        """The live version as the server says now."""
        served = self._found(index) if is_index_name(index) else None
        with self._lock:
            if served is None:
                self._watched.pop(index, None)  # asking for nonsense costs no memory
            else:
                self._watched[index] = _Watched(served, monotonic())
        return served

    def _look_in_background(self, index: str, watched: _Watched) -> None:
        with self._lock:
            if watched.looking:
                return
            watched.looking = True
        threading.Thread(target=self._looked, args=(index, watched), daemon=True).start()

    def _looked(self, index: str, watched: _Watched) -> None:
        try:
            self.look(index)
        except SearchsvcError as error:
            _log.warning("index '%s' does not follow its alias: %s", index, error)
        finally:
            watched.looking = False

    def _found(self, index: str) -> Served | None:
        doing, alias = f"looking up the live version of '{index}'", self._names.alias(index)
        path = f"/{alias}?filter_path=*.mappings._meta,error"
        reply = self._client.ask("GET", path, timeout=_SECONDS)
        # Not any 404: it may be that of a proxy, and there is an alias all the same.
        if reply.status == 404 and cause(reply)[0] == "index_not_found_exception":
            return None
        if reply.status >= 400:
            raise failure(reply, doing)
        found: Metas = decoded(reply, doing, Metas)
        name = next(iter(found), "")
        version = self._names.version(name, index)
        if len(found) != 1 or version is None:
            raise EngineError(
                f"'{alias}' is not the alias of one version: it stands for {sorted(found)}",
                hint="rename what has that name, or set engine.prefix",
            )
        definition = card_in(found[name], version).definition
        live, known = LiveIndex(version, definition), self._watched.get(index)
        if known is not None and known.served.live == live:
            return known.served
        return Served(live, name, Plan(definition))
