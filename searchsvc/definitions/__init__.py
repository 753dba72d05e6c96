"""Reads and checks `mappings/` and `indexers/`."""
