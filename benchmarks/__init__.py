"""Reproducible measurements, each beside what HAProxy alone would take. See benchmarks/README.md."""
