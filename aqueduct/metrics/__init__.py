"""Metrics for Prometheus: an adapter beside the gateway, which serves them at /metrics."""
