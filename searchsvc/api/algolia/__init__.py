"""The wire of Algolia's clients, translated into searches: what InstantSearch asks and is told."""
