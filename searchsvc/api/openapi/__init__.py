"""Describes the API: the OpenAPI document, made from the tables that the API itself uses."""
