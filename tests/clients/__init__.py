"""Clients, each against a real Aqueduct with a real HAProxy."""
