"""Alembic's folder: how the state store's tables came to be, one step per file."""
