"""Aqueduct's own registry, as a Thalassa registry: its HTTP API and its axon socket."""
