"""Golden cases: resources in, HAProxy configuration out, loaded by every HAProxy."""
