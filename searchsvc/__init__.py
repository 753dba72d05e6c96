"""searchsvc: SQL rows become versioned search indexes, and an HTTP API answers from them.

Where things are, from the outside in: `cli` (commands), `bootstrap` (wiring), `api` (HTTP),
`engines`, `sources`, `stores` and `definitions` (adapters), `search` and `indexing` (the two
halves), `ports` (the seams), `domain` (the nouns), `errors`.
"""

__version__ = "0.1.0"
