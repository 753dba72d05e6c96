"""The HTTP API: Falcon resources over the search and indexing services."""
