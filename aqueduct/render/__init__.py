"""From a snapshot to sections of plain HAProxy configuration, and from HAProxy's words back to a field. Pure."""
