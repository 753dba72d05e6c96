"""A server's answer to a search: what of it is used, and hits and highlights made from that."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec
import orjson

from searchsvc.domain.definition import Field, IndexDefinition
from searchsvc.domain.query import Place, SearchQuery, Term
from searchsvc.domain.result import Frequencies, Hit
from searchsvc.engines import distances, sources
from searchsvc.engines.analysis import fold
from searchsvc.engines.clauses import groups_in
from searchsvc.engines.elastic.failures import Reply, decoded, garbled
from searchsvc.engines.elastic.plan import Plan
from searchsvc.engines.elastic.shapes import Filtered, Vectors
from searchsvc.engines.languages import stemmers
from searchsvc.engines.marks import Highlighter, as_text
from searchsvc.engines.seen_words import SeenWords
from searchsvc.engines.terms import understood
from searchsvc.errors import EngineTimeout


class _Source(msgspec.Struct):
    json: str = msgspec.field(name="_json", default="{}")


class Found(msgspec.Struct):
    """One hit: its id, score, and the document's JSON as one string."""

    id: str = msgspec.field(name="_id")
    score: float | None = msgspec.field(name="_score", default=None)
    held: _Source = msgspec.field(name="_source", default_factory=_Source)
    sort: tuple[str | float | bool | None, ...] = ()

    @property
    def source(self) -> bytes:
        """The document's JSON as it was written."""
        return self.held.json.encode()


class _Total(msgspec.Struct):
    value: int


class _Hits(msgspec.Struct):
    total: _Total
    hits: list[Found]


class _Option(msgspec.Struct):
    text: str
    freq: int


class _Entry(msgspec.Struct):
    options: list[_Option]


class Answer(msgspec.Struct):
    """One search's answer."""

    hits: _Hits
    timed_out: bool = False
    aggregations: dict[str, Filtered] = {}
    suggest: dict[str, list[_Entry]] = {}

    @property
    def total(self) -> int:
        """How many documents match, exactly."""
        return self.hits.total.value


class Answers(msgspec.Struct):
    """The answers of several searches; each is an answer, or an error with its status."""

    responses: list[msgspec.Raw]


_ANSWER, _ANSWERS = msgspec.json.Decoder(Answer), msgspec.json.Decoder(Answers)


def answer(reply: Reply, doing: str, counted: Collection[str]) -> Answer:
    """The answer to one search, which `counted` those values. Raises EngineError, EngineTimeout."""
    found: Answer = _decode(_ANSWER, reply, doing)
    if found.timed_out:
        raise EngineTimeout(f"{doing}: the engine ran out of time", hint="see engine.timeout")
    if not found.aggregations.keys() >= set(counted):
        raise garbled(reply, doing)
    return found


def answers(reply: Reply, doing: str, number: int) -> list[Reply]:
    """The answers to the `number` searches of an `_msearch`, each a reply. Raises EngineError."""
    raws = _decode(_ANSWERS, reply, doing).responses
    if len(raws) != number:
        raise garbled(reply, doing)
    return [Reply(_status(bytes(raw)), bytes(raw)) for raw in raws]


class _Status(msgspec.Struct):
    status: int = 200


def _status(body: bytes) -> int:
    try:
        return msgspec.json.decode(body, type=_Status).status
    except msgspec.DecodeError:
        return 200  # it will not decode as an answer either


def _decode(decoder: msgspec.json.Decoder[Any], reply: Reply, doing: str) -> Any:
    try:
        return decoder.decode(reply.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise garbled(reply, doing) from error


def last(found: Sequence[Found], query: SearchQuery) -> Place | None:
    """Where the page ends, in the server's own values of the sort."""
    before = query.offset if query.after is None else query.after.seen
    return Place(found[-1].sort, before + len(found)) if found else None


def frequencies(
    reply: Reply, doing: str, plan: Plan, words: Mapping[str, Collection[str]]
) -> Frequencies:
    """How many documents hold each word, of a copy of one shard. Raises EngineError."""
    vectors: Vectors = decoded(reply, doing, Vectors)
    found: dict[str, dict[str, int]] = {}
    for name, some in words.items():
        one = plan.fields.get(name)
        if one is not None and one.words in vectors.fields:
            terms = vectors.fields[one.words].terms
            held = ((word, terms.get(fold(word))) for word in some)
            found[name] = {word: term.doc_freq for word, term in held if term}
    documents = (field.statistics.doc_count for field in vectors.fields.values())
    return Frequencies(max(documents, default=0), found)


def hits(
    found: Sequence[Found], query: SearchQuery, definition: IndexDefinition, scored: float
) -> tuple[Hit, ...]:
    """The documents found, each with its source and highlights; `scored` where there is no score.

    Matches are marked by our own rules, the same as on every engine, in the texts at hand.
    """
    marked = [f for f in definition.fields if (f.highlight or f.snippet) and not f.hidden]
    is_marked = query.highlight and bool(marked)
    members: list[Mapping[str, object]] = [{}] * len(found)
    if is_marked or query.near:
        members = [orjson.loads(one.held.json) for one in found]
    marks = None
    if is_marked:
        seen = seen_words(members, marked, query.terms, definition)
        marks = Highlighter(
            definition, groups_in(understood(query, seen)), query.marked, snippets=query.snippets
        )
    return tuple(
        Hit(
            one.id,
            scored if one.score is None else one.score,
            sources.chosen(one.source, query.fields),
            marks.of(held) if marks else {},
            distances.from_source(held, query.near),
        )
        for one, held in zip(found, members, strict=True)
    )


def seen_words(
    members: Iterable[Mapping[str, object]],
    fields: Sequence[Field],
    terms: Iterable[Term],
    definition: IndexDefinition,
) -> SeenWords:
    """The words of `fields` in these documents."""
    texts = (as_text(one.get(field.name)) for one in members for field in fields)
    return SeenWords(texts, terms, stemmers(definition))
