"""The tokenizers of an embedded index, registered on every opening."""

from tantivy import Filter, Index, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from searchsvc.search.words import LONGEST_WORD

WORDS, RAW = "searchsvc_words", "raw"


def register(index: Index) -> None:
    """Teach `index` the tokenizers that the schema names; tantivy does not keep them."""
    index.register_tokenizer(WORDS, words())


def words() -> TextAnalyzer:
    """Runs of letters and digits, lower-cased.

    What is not ASCII has been folded before, by `engines.analysis.for_tokenizer`.
    """
    builder = TextAnalyzerBuilder(Tokenizer.simple())
    return builder.filter(Filter.remove_long(LONGEST_WORD)).filter(Filter.lowercase()).build()
