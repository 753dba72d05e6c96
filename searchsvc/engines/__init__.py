"""What holds indexes: `memory` and `embedded`, behind the same two ports."""
