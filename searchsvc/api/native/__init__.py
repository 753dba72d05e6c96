"""The resources of the native API, one per file."""
