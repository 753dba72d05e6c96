"""A request becomes a query, and an engine answers it; nothing here knows which engine."""
