"""Searches the live versions on a server: the port SearchEngine."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import TypeVar
from zlib import crc32

import orjson

from searchsvc.domain.definition import Field
from searchsvc.domain.index import IndexVersion
from searchsvc.domain.query import FacetSearch, SearchQuery, SuggestQuery, Term
from searchsvc.domain.result import (
    Bucket,
    DocumentResult,
    FacetValues,
    Frequencies,
    Hit,
    HitSuggestion,
    LiveIndex,
    SearchResult,
    SuggestResult,
    UnknownWord,
    ValueSuggestion,
)
from searchsvc.engines import suggestions, values
from searchsvc.engines.clauses import clauses
from searchsvc.engines.elastic import spelling
from searchsvc.engines.elastic.aliases import Aliases, Served
from searchsvc.engines.elastic.bodies import search_body, text_body, value_body, words_body
from searchsvc.engines.elastic.client import NDJSON, Client
from searchsvc.engines.elastic.facets import buckets, facets, recounts
from searchsvc.engines.elastic.failures import Reply, ShardsGone, failure
from searchsvc.engines.elastic.filters import Native
from searchsvc.engines.elastic.names import Names
from searchsvc.engines.elastic.query import can_be_misspelt, group
from searchsvc.engines.elastic.response import (
    Answer,
    answer,
    answers,
    frequencies,
    hits,
    last,
    seen_words,
)
from searchsvc.engines.elastic.transport import Transport
from searchsvc.engines.facet_values import facet_values
from searchsvc.engines.fields import among
from searchsvc.engines.languages import stemmers
from searchsvc.engines.seen_words import SeenWords
from searchsvc.engines.terms import understand
from searchsvc.errors import SearchsvcError, UnknownVersion
from searchsvc.search.serving import not_serving

_T = TypeVar("_T")
_JSON = "application/json"
_WHOLE = "allow_partial_search_results=false"


class ElasticEngine:
    """A SearchEngine over the versions that an ElasticStore keeps behind the same names.

    `poll`: seconds for which a swap may go unseen.
    """

    def __init__(self, client: Client, names: Names | None = None, poll: float = 1.0) -> None:
        self._client = client
        self._aliases = Aliases(client, names or Names(), poll)
        self._transport = Transport(client.access)
        self._timeout = f"{int(client.access.timeout * 1000)}ms"

    def live(self, index: str) -> LiveIndex | None:
        try:
            served = self._aliases.get(index)
        except SearchsvcError:
            return None
        return None if served is None else served.live

    async def opened(self, version: IndexVersion) -> LiveIndex:
        return (await self._version(version)).live

    async def search(self, query: SearchQuery) -> SearchResult:
        async def on(served: Served) -> SearchResult:
            return await self._search(served, query)

        if query.version is not None:
            return await self._pinned(query.version, on)
        return await self._answered(query.index, on)

    async def unknown(self, query: SearchQuery) -> tuple[UnknownWord, ...]:
        async def on(served: Served) -> tuple[UnknownWord, ...]:
            return await self._unknown(served, query)

        if query.version is not None:
            return await self._pinned(query.version, on)
        return await self._answered(query.index, on)

    async def suggest(self, query: SuggestQuery) -> SuggestResult:
        async def on(served: Served) -> SuggestResult:
            return await self._suggest(served, query)

        return await self._answered(query.index, on)

    async def facet_values(self, query: FacetSearch) -> FacetValues:
        return await facet_values(self, query)

    async def document(self, index: str, id: str) -> DocumentResult | None:
        async def on(served: Served) -> DocumentResult | None:
            if not values.is_id(id):
                return None
            body = {"query": {"ids": {"values": [id]}}, "size": 1}
            found = (await self._ask(served, body)).hits.hits
            if not found:
                return None
            return DocumentResult(served.live.version, Hit(id, 1.0, found[0].source))

        return await self._answered(index, on)

    async def frequencies(
        self, version: IndexVersion, words: Mapping[str, Collection[str]]
    ) -> Frequencies:
        async def on(served: Served) -> Frequencies:
            doing = f"counting words of version '{version}'"
            body = orjson.dumps(words_body(served.plan, words))
            path = f"/{served.name}/_termvectors?filter_path=term_vectors,_index"
            reply = await self._transport.post(path, body, _JSON)
            if reply.status >= 400:
                raise failure(reply, doing)
            return frequencies(reply, doing, served.plan, words)

        return await self._pinned(version, on)

    async def close(self) -> None:
        self._transport.close()
        self._client.close()

    async def _answered(self, index: str, on: Callable[[Served], Awaitable[_T]]) -> _T:
        """The answer of the live version; asked again where that has just been dropped."""
        served = _serving(index, self._aliases.get(index))
        try:
            return await on(served)
        except (UnknownVersion, ShardsGone) as error:
            found = _serving(index, await asyncio.to_thread(self._aliases.look, index))
            if isinstance(error, ShardsGone) and found.live == served.live:
                raise
            return await on(found)

    async def _pinned(self, version: IndexVersion, on: Callable[[Served], Awaitable[_T]]) -> _T:
        """The answer of that version."""
        try:
            return await on(await self._version(version))
        except UnknownVersion:
            self._aliases.forget(version)
            raise

    async def _version(self, version: IndexVersion) -> Served:
        """That version; where it is not known, a thread looks it up."""
        known = self._aliases.known(version)
        if known is not None:
            return known
        return await asyncio.to_thread(self._aliases.of, version)

    # --- search ----------------------------------------------------------------------------------

    async def _search(self, served: Served, query: SearchQuery) -> SearchResult:
        definition = served.plan.definition
        cut = clauses(query.terms, query.alternatives, group)
        body = search_body(served.plan, query, cut, misspelt=False)
        found = await self._ask(served, body, query.text)
        if not found.total and can_be_misspelt(cut):
            body = search_body(served.plan, query, cut, misspelt=True)
            found = await self._ask(served, body, query.text)
        counted = found.aggregations
        if again := recounts(query.facets, counted, served.plan):
            whole = {name: body[name] for name in body if name != "search_after"}
            more = await self._ask(served, {**whole, "from": 0, "size": 0, "aggs": again})
            counted = counted | more.aggregations
        fields = served.plan.searched(query.search_fields)
        return SearchResult(
            served.live.version,
            found.total,
            hits(found.hits.hits, query, definition, 0.0 if query.sort else 1.0),
            facets(query.facets, counted, served.plan),
            last(found.hits.hits, query),
            doubtful=spelling.is_doubtful(found.hits.hits, query.terms, served.plan, fields),
        )

    async def _unknown(self, served: Served, query: SearchQuery) -> tuple[UnknownWord, ...]:
        fields = served.plan.searched(query.search_fields)
        wanted = spelling.single_words(query.terms)
        bodies = [spelling.body(one, served.plan, fields) for _, one in wanted]
        if not bodies:
            return ()
        found = spelling.unknown(wanted, await self._ask_all(served, bodies))
        apart = spelling.bodies_apart(found, served.plan, fields)
        answered = await self._ask_all(served, tuple(apart.values())) if apart else ()
        return spelling.with_apart(found, apart, answered)

    async def _ask(self, served: Served, body: Native, text: str = "") -> Answer:
        """One search's answer. Equal texts go to the same copies, which score alike."""
        doing = f"searching version '{served.live.version}'"
        data = orjson.dumps({"timeout": self._timeout, **body})
        copies = f"preference={crc32(text.encode('utf-8', 'replace')):x}"
        path = f"/{served.name}/_search?{_WHOLE}&{copies}"
        reply = await self._transport.post(path, data, _JSON)
        return _good(reply, doing, body)

    async def _ask_all(self, served: Served, bodies: Sequence[Native]) -> list[Answer]:
        doing = f"asking version '{served.live.version}'"
        head = orjson.dumps({"allow_partial_search_results": False})
        lines = [orjson.dumps({"timeout": self._timeout, **body}) for body in bodies]
        data = b"".join(head + b"\n" + line + b"\n" for line in lines)
        reply = await self._transport.post(f"/{served.name}/_msearch", data, NDJSON)
        if reply.status >= 400:
            raise failure(reply, doing)
        pairs = zip(answers(reply, doing, len(bodies)), bodies, strict=True)
        return [_good(one, doing, body) for one, body in pairs]

    # --- suggest ---------------------------------------------------------------------------------

    async def _suggest(self, served: Served, query: SuggestQuery) -> SuggestResult:
        if not clauses(query.terms, (), group) or query.limit < 1:
            return SuggestResult(served.live.version, (), ())
        fields = among(served.plan.suggest_values, query.fields)
        texts = among(served.plan.suggest_texts, query.fields)
        spelt, bodies = suggestions.as_spelt(query.terms), []
        if texts:
            bodies.append(text_body(served.plan, query, texts, misspelt=False))
        bodies += [value_body(served.plan, field, spelt, query.filter) for field in fields]
        answered = await self._ask_all(served, bodies) if bodies else []
        first = [answered.pop(0)] if texts else []
        found = _values(served, query, fields, answered, spelt)
        if not found or (first and not first[0].total):
            found, first = await self._forgiving(served, query, found, first)
        shown = [_hit_suggestions(served, query, texts, one) for one in first]
        return SuggestResult(served.live.version, tuple(found), tuple(shown[0] if shown else ()))

    async def _forgiving(
        self,
        served: Served,
        query: SuggestQuery,
        found: list[ValueSuggestion],
        first: list[Answer],
    ) -> tuple[list[ValueSuggestion], list[Answer]]:
        """What was not found as spelt, asked for again with typos, in the same way."""
        if not any(term.typos for term in query.terms):
            return found, first
        fields = among(served.plan.suggest_values, query.fields) if not found else []
        again = bool(first) and not first[0].total
        texts = among(served.plan.suggest_texts, query.fields)
        bodies = [text_body(served.plan, query, texts, misspelt=True)] if again else []
        bodies += [value_body(served.plan, field, query.terms, query.filter) for field in fields]
        answered = await self._ask_all(served, bodies) if bodies else []
        if again:
            first = [answered.pop(0)]
        return found or _values(served, query, fields, answered, query.terms), first


def _serving(index: str, served: Served | None) -> Served:
    if served is None:
        raise not_serving(index)
    return served


def _good(reply: Reply, doing: str, body: Native) -> Answer:
    if reply.status >= 400:
        raise failure(reply, doing)
    return answer(reply, doing, body.get("aggs", ()))


def _values(
    served: Served,
    query: SuggestQuery,
    fields: Sequence[Field],
    answered: Sequence[Answer],
    wanted: Sequence[Term],
) -> list[ValueSuggestion]:
    """The values in which all of `wanted` match, from the answers for each of `fields`."""
    counted: dict[str, tuple[Bucket, ...]] = {
        field.name: buckets(one.aggregations["values"].buckets, served.plan.of(field))
        for field, one in zip(fields, answered, strict=True)
    }
    definition = served.plan.definition
    texts = (str(bucket.value) for found in counted.values() for bucket in found)
    understood = understand(wanted, SeenWords(texts, wanted, stemmers(definition)))
    matcher = suggestions.Matcher(fields, understood, definition)
    return matcher.values(lambda field: counted[field.name], query.limit)


def _hit_suggestions(
    served: Served, query: SuggestQuery, texts: Sequence[Field], found: Answer
) -> list[HitSuggestion]:
    definition = served.plan.definition
    members = [(one.id, orjson.loads(one.held.json)) for one in found.hits.hits]
    seen = seen_words((held for _, held in members), texts, query.terms, definition)
    matcher = suggestions.Matcher(texts, understand(query.terms, seen), definition)
    made = (matcher.hit(id, held) for id, held in members)
    return suggestions.distinct(made, query.limit)
