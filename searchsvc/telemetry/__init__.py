"""What is measured and logged: stages, latency, metrics."""
