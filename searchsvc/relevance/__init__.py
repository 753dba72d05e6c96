"""Measures whether an index finds what people judged to be right."""
