"""What holds indexes: `memory`, `embedded` and `elastic`, behind the same two ports."""
