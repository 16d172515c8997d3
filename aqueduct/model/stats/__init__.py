"""Statistics: what HAProxy told, as what the API tells. Pure."""
