"""The nouns of searchsvc, in the standard library only: plain frozen values without I/O."""
