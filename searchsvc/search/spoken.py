"""Which documents of an index are of the language that a search asks for."""

from searchsvc.domain.definition import IndexDefinition
from searchsvc.domain.query import Equals, Filter, Not, OneOf
from searchsvc.errors import RequestError, nearest


def of_language(code: str, definition: IndexDefinition) -> Filter | None:
    """Lets through the documents of that language; None where none is asked for.

    Those that name no language that there is are of the index's own. Raises RequestError.
    """
    if not code:
        return None
    if code not in definition.all_languages:
        message = f"index '{definition.name}' has no documents in '{code[:20]}'"
        raise RequestError(message, param="lang", hint=nearest(code[:20], definition.all_languages))
    spoken = definition.languages
    if spoken is None:
        return None
    if code != definition.language:
        return Equals(spoken.field, code)
    others = tuple(other for other in spoken.codes if other != code)
    return Not(OneOf(spoken.field, others)) if others else None
