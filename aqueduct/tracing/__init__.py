"""Traces by OpenTelemetry, an adapter beside the metrics: nothing of it is imported unless it is on."""
