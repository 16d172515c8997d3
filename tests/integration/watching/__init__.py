"""Watchers of the configuration that come and go, held against what was stored."""
