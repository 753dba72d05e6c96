"""Completions from a file of one index version: no engine is asked, so none need be up."""
