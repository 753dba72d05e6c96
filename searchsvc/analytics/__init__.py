"""Tells from the logs what people search for, what they do not find, and what was slow."""
