"""The engine on this host: tantivy indexes in directories, one per version."""
