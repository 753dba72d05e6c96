"""The paths of the document, by the wire or the part of the API that they belong to."""
