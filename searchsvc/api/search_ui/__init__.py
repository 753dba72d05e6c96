"""The wire of Elastic's Search UI, translated to and from the native search."""
