"""What it is worth to hold all of a query's words, where any of them is enough."""

from searchsvc.domain.definition import COMPLETE_SHARE, FIRST, IndexDefinition
from searchsvc.domain.query import SearchQuery

# Of more words, hardly a document holds all; and they are looked up once more to see that.
COMPLETE_MOST = 8
# What a document with only some of the words scores beside one with all of them, where boosts
# rank: less than any two boosts and texts can make up for. A power of two keeps every digit.
BEHIND = 2.0**-16


def worth_of_all(definition: IndexDefinition, query: SearchQuery) -> float:
    """How many times the mean weight it is worth to hold all words, where some are enough.

    FIRST, where the ranking says nothing of it and more than words ranks: a boost is of documents
    that say the same.
    """
    if query.all_words is not None:
        return query.all_words
    return FIRST if multiplies(definition, query) else COMPLETE_SHARE


def multiplies(definition: IndexDefinition, query: SearchQuery) -> bool:
    """Whether boosts or decays rank, of the ranking or of the query."""
    ranking = definition.ranking(query.ranking)
    return bool(query.boosts or (ranking and (ranking.boosts or ranking.decays)))
