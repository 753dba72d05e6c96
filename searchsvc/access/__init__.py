"""Who is let in: keys, the tokens made from them, and how often they may ask."""
