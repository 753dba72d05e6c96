"""OpenSearch and Elasticsearch, one adapter: an index per version, an alias that answers."""

from searchsvc.engines.elastic.client import Client
from searchsvc.engines.elastic.index import ElasticStore
from searchsvc.engines.elastic.search import ElasticEngine

__all__ = ["Client", "ElasticEngine", "ElasticStore"]
