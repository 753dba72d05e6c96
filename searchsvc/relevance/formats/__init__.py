"""The formats in which judgments travel, a module for each: pure functions from text and to it."""
