"""The adapter of the HAProxy port: a real HAProxy in master-worker mode."""
