"""Where rows come from: SQL databases through SQLAlchemy."""
