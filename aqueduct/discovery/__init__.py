"""Sources of members: the adapters of the port Discovery."""
