"""From a snapshot to plain HAProxy configuration, and from HAProxy's words back to a field. Pure."""
