"""JSON Schemas of what is sent and answered, by the part of the API that they belong to."""
