"""Versions of indexes on a server: the port IndexStore."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec

from searchsvc.domain.document import Tally
from searchsvc.domain.index import IndexVersion, Recipe, VersionInfo, is_index_name
from searchsvc.engines import values
from searchsvc.engines.elastic import schema, shapes
from searchsvc.engines.elastic.client import Client
from searchsvc.engines.elastic.documents import converter
from searchsvc.engines.elastic.failures import cause, decoded, failure, garbled
from searchsvc.engines.elastic.names import Names
from searchsvc.engines.elastic.points import every_id
from searchsvc.engines.elastic.tallies import checksums, tallies
from searchsvc.engines.elastic.writer import ElasticWriter
from searchsvc.engines.recipes import Card, refuse_other
from searchsvc.errors import EngineError, EngineTimeout, EngineUnreachable, UnknownVersion

_BATCH = 1000
_TRIES = 3


class ElasticStore:
    """An IndexStore on the servers of `client`.

    One writer per version holds within this process; across processes the index's lease does.
    """

    def __init__(
        self,
        client: Client,
        names: Names | None = None,
        *,
        shards: int = 1,
        replicas: int = 1,
        patience: float = 60.0,
    ) -> None:
        self._client = client
        self._names = names or Names()
        self._shards = shards
        self._replicas = replicas
        self._patience = patience
        self._written: set[IndexVersion] = set()

    def create(self, version: IndexVersion, recipe: Recipe) -> None:
        doing = f"creating version '{version}'"
        body = schema.body(recipe, self._shards)
        body["aliases"] = {self._names.writes(version): {}}
        reply = self._client.ask("PUT", self._path(version), msgspec.json.encode(body))
        if cause(reply)[0] == "resource_already_exists_exception":
            raise EngineError(f"version '{version}' exists already", hint="make a new version")
        if reply.status >= 400:
            raise failure(reply, doing)
        decoded(reply, doing)

    def recipe(self, version: IndexVersion) -> Recipe:
        return self._card(version).recipe

    def restate(self, version: IndexVersion, recipe: Recipe) -> None:
        refuse_other(version, self.recipe(version), recipe)
        body = {"_meta": schema.meta(recipe)}
        doing = f"restating version '{version}'"
        self._client.json("PUT", f"{self._path(version)}/_mapping", body, doing=doing)

    @contextmanager
    def writer(self, version: IndexVersion, *, append: bool = False) -> Iterator[ElasticWriter]:
        # Nothing is looked up with or without `append`: the server compares versions itself.
        del append
        if version in self._written:
            raise EngineError(
                f"version '{version}' has a writer already", hint="wait for the run that holds it"
            )
        convert = converter(self._card(version).definition)
        self._written.add(version)
        writer = ElasticWriter(self._client, self._names.writes(version), convert, self._patience)
        try:
            yield writer
        finally:
            writer.close()
            self._written.discard(version)

    def versions(self, index: str) -> list[VersionInfo]:
        if not is_index_name(index):
            return []
        doing, pattern = f"listing the versions of '{index}'", self._names.all(index)
        shown = "format=json&bytes=b&h=index,docs.count,store.size"
        listed = f"/_cat/indices/{pattern}?{shown}"
        rows: list[shapes.Listed] = self._client.json(
            "GET", listed, doing=doing, shape=list[shapes.Listed]
        )
        path = f"/{pattern}/_mapping?filter_path=*.mappings._meta"
        metas: shapes.Metas = self._client.json("GET", path, doing=doing, shape=shapes.Metas)
        live = self.live(index)
        found = [
            VersionInfo(
                version=version,
                documents=int(row.documents or 0),
                size=int(row.size or 0),
                definition_hash=_hash(metas.get(row.index, {}), version),
                live=version == live,
            )
            for row in rows
            if (version := self._names.version(row.index, index)) is not None
        ]
        return sorted(found, key=lambda info: info.version)

    def live(self, index: str) -> IndexVersion | None:
        if not is_index_name(index):
            return None
        pointed = self._pointed(index)
        return self._names.version(pointed[0], index) if len(pointed) == 1 else None

    def swap(self, version: IndexVersion) -> None:
        self._card(version)
        settings = {"index": {"refresh_interval": "1s", "number_of_replicas": self._replicas}}
        doing = f"swapping to version '{version}'"
        path = f"{self._path(version)}/_settings"
        self._client.json("PUT", path, settings, doing=doing)
        for last in (False,) * (_TRIES - 1) + (True,):
            if self._moved(version, doing, last=last):
                break
        if self.live(version.index) != version:
            raise EngineError(
                f"the alias '{self._names.alias(version.index)}' does not read back as {version}",
                hint="does something else move it?",
            )

    def drop(self, version: IndexVersion) -> None:
        if version in self._written:
            raise EngineError(f"version '{version}' has a writer", hint="wait for its run to end")
        if self.live(version.index) == version:
            raise EngineError(f"version '{version}' is live", hint="swap to another version first")
        reply = self._client.ask("DELETE", self._path(version))
        if reply.status >= 400 and cause(reply)[0] != "index_not_found_exception":
            raise failure(reply, f"dropping version '{version}'")

    def count(self, version: IndexVersion) -> int:
        path = f"{self._path(version)}/_count"
        answer: shapes.Count = self._json("GET", path, version, shape=shapes.Count)
        return answer.count

    def digests(self, version: IndexVersion, ids: Sequence[str]) -> dict[str, int]:
        hits = self._hits(version, ids, {"_source": False, "docvalue_fields": [schema.DIGEST]})
        return {hit.id: int(hit.fields[schema.DIGEST][0]) for hit in hits}

    def sources(self, version: IndexVersion, ids: Sequence[str]) -> dict[str, bytes]:
        hits = self._hits(version, ids, {"_source": [schema.JSON]})
        return {hit.id: str(hit.source[schema.JSON]).encode() for hit in hits}

    def ids(self, version: IndexVersion) -> Iterator[Sequence[str]]:
        self._card(version)
        yield from every_id(self._client, self._names.of(version), _BATCH)

    def tallies(self, version: IndexVersion, width: int) -> Mapping[int, Tally]:
        self._card(version)
        return tallies(self._client, self._names.of(version), width)

    def checksums(
        self, version: IndexVersion, width: int, buckets: Sequence[int]
    ) -> Iterator[Mapping[str, int]]:
        self._card(version)
        yield from checksums(self._client, self._names.of(version), width, buckets)

    def close(self) -> None:
        self._client.close()

    def _hits(
        self, version: IndexVersion, ids: Sequence[str], wanted: Mapping[str, object]
    ) -> Iterator[shapes.Hit]:
        """The documents of these ids, with what is `wanted` of each."""
        usable = [id for id in ids if values.is_id(id)]
        if not usable:
            self._card(version)
        shown = "filter_path=took,hits.hits._id,hits.hits._source,hits.hits.fields"
        path = f"{self._path(version)}/_search?{shown}&allow_partial_search_results=false"
        for start in range(0, len(usable), _BATCH):
            query = {"ids": {"values": usable[start : start + _BATCH]}}
            body = {"size": _BATCH, "query": query, **wanted}
            page: shapes.Page = self._json("POST", path, version, body, shape=shapes.Page)
            yield from page.hits

    def _path(self, version: IndexVersion) -> str:
        return f"/{self._names.of(version)}"

    def _json(
        self, method: str, path: str, version: IndexVersion, body: object = None, shape: Any = Any
    ) -> Any:
        doing = f"reading version '{version}'"
        try:
            return self._client.json(method, path, body, doing=doing, shape=shape)
        except UnknownVersion:
            raise _no_version(version) from None

    def _card(self, version: IndexVersion) -> Card:
        """What the version's `_meta` says. Raises UnknownVersion, or EngineError if unreadable."""
        path = f"{self._path(version)}?filter_path=*.mappings._meta"
        answer: shapes.Metas = self._json("GET", path, version, shape=shapes.Metas)
        return schema.card_in(answer.get(self._names.of(version), {}), version)

    def _pointed(self, index: str) -> list[str]:
        """The concrete indexes that the alias points at."""
        doing = f"asking for the alias of '{index}'"
        reply = self._client.ask("GET", f"/_alias/{self._names.alias(index)}")
        # Not any 404: it may be that of a proxy, and there is an alias all the same.
        if reply.status == 404 and cause(reply)[1]:
            return []
        if reply.status >= 400:
            raise failure(reply, doing)
        found: dict[str, shapes.Pointed] = decoded(reply, doing, dict[str, shapes.Pointed])
        if not found:
            raise garbled(reply, doing)
        return sorted(found)

    def _moved(self, version: IndexVersion, doing: str, *, last: bool) -> bool:
        """Move the alias in one step; False where somebody moved it in between."""
        alias, target = self._names.alias(version.index), self._names.of(version)
        old = [name for name in self._pointed(version.index) if name != target]
        actions = [{"remove": {"index": n, "alias": alias, "must_exist": True}} for n in old]
        body = {"actions": [*actions, {"add": {"index": target, "alias": alias}}]}
        try:
            reply = self._client.ask("POST", "/_aliases", msgspec.json.encode(body))
            if reply.status == 404 and old and not last:
                return False
            if reply.status >= 400:
                raise failure(reply, doing)
        except (EngineUnreachable, EngineTimeout):
            # It may have been carried out all the same, and what the alias says now decides.
            if self.live(version.index) != version:
                raise
        return True


def _hash(described: dict[str, Any], version: IndexVersion) -> str:
    """The hash, or "" where the version's `_meta` cannot be read."""
    try:
        return schema.card_in(described, version).definition_hash
    except EngineError:
        return ""


def _no_version(version: IndexVersion) -> UnknownVersion:
    return UnknownVersion(f"no version '{version}'", hint="see `searchsvc versions`")
